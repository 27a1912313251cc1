return function()
  ngx.log(ngx.ERR, "serverless pre function")
end

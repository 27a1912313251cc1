local chunk, last = ngx.arg[1], ngx.arg[2]
ngx.ctx.buffer = (ngx.ctx.buffer or "") .. (chunk or "")
if last then
  ngx.arg[1] = ngx.ctx.buffer:gsub("http://", "https://")
else
  ngx.arg[1] = nil
end

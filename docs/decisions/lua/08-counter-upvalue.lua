local count = 0
return function()
  count = count + 1
  kong.response.set_header("x-count", count)
end

kong.response.clear_header("server")
kong.response.set_header("x-frame-options", "DENY")
if kong.response.get_status() >= 500 then
  kong.response.set_header("cache-control", "no-store")
end

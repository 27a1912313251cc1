return function(conf, ctx)
  local core = require("apisix.core")
  local cookie = core.request.header(ctx, "Cookie") or ""
  local value = cookie:match("session=([^;]+)")
  if value then
    core.request.set_header(ctx, "Authorization", "Bearer " .. value)
  end
end

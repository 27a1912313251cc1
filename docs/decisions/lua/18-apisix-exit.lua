return function(conf, ctx)
  local core = require("apisix.core")
  local body = core.request.get_body() or ""
  if #body == 0 then
    ngx.status = 400
    ngx.say("a body is needed")
    return ngx.exit(400)
  end
  core.response.set_header("X-Length", #body)
end

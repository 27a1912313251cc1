return function(conf, ctx)
  local core = require("apisix.core")
  if not ngx.var.arg_name then
    local args = core.request.get_uri_args(ctx)
    args.name = "world"
    ngx.req.set_uri_args(args)
  end
end

local core = require "apisix.core"
core.ctx.register_var("tenant_id", function(ctx)
  return core.request.header(ctx, "X-Tenant") or "none"
end)
return function() end

return function(conf, ctx)
  local hmac = require("resty.hmac")
  local core = require("apisix.core")
  local digest = hmac:new("secret", hmac.ALGOS.SHA256):final(ngx.var.request_uri, true)
  if digest ~= core.request.header(ctx, "X-Signature") then
    return 401, { message = "wrong signature" }
  end
end

local auth = kong.request.get_header("authorization") or ""
local payload = auth:match("^Bearer%s+[^.]+%.([^.]+)")
if payload then
  local cjson = require "cjson.safe"
  local claims = cjson.decode(ngx.decode_base64(payload:gsub("-", "+"):gsub("_", "/") .. "=="))
  if claims and claims.sub then
    kong.service.request.set_header("x-user", claims.sub)
  end
end

local seen = ngx.shared.kong_db_cache
local key = "once:" .. (kong.request.get_header("x-request-id") or "")
if not seen:add(key, true, 60) then
  return kong.response.exit(409, "seen before")
end

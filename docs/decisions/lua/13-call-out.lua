local http = require "resty.http"
local res, err = http.new():request_uri("http://auth.internal/check", {
  method = "GET",
  headers = { authorization = kong.request.get_header("authorization") },
})
if not res or res.status ~= 200 then
  return kong.response.exit(403, "no")
end

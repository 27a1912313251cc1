local key = kong.request.get_header("x-custom-auth")
if not key then
  return kong.response.exit(401, "who are you")
end
kong.service.request.clear_header("x-custom-auth")

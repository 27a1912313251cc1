if kong.request.get_path() ~= "/health" then
  return kong.response.exit(503, { message = "back soon" }, { ["Retry-After"] = "120" })
end

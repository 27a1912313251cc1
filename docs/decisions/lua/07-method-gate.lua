local allowed = { GET = true, HEAD = true }
if not allowed[kong.request.get_method()] then
  kong.response.exit(405, "read only", { Allow = "GET, HEAD" })
end

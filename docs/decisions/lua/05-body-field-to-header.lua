local body = kong.request.get_body()
if body and body.uuid then
  kong.service.request.set_header("x-uuid", body.uuid)
end

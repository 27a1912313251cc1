local consumer = kong.client.get_consumer()
if consumer then
  kong.service.request.set_header("x-plan", (consumer.tags or {})[1] or "free")
end

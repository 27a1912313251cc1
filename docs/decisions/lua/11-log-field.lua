kong.log.set_serialize_value("request.tenant", kong.request.get_header("x-tenant") or "none")
kong.log.notice("tenant logged")

local tenant = kong.request.get_query_arg("tenant") or "default"
kong.service.request.set_header("x-tenant", string.lower(tenant))

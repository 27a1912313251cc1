local path = kong.request.get_path()
kong.service.request.set_path((path:gsub("^/v1/", "/api/")))

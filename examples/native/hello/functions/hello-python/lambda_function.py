"""Greets by name. The gateway gives the HTTP request as the event; a plain value becomes a JSON response."""


def lambda_handler(event, context):
    path = event.get("pathParameters") or {}
    query = event.get("queryStringParameters") or {}
    name = path.get("name") or query.get("name") or "world"
    print(f"greeting {name}")  # goes to the log, under the function's name
    return {"message": f"Hello, {name}!", "from": context.function_name}

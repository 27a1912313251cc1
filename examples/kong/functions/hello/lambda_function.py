"""Says hello to the name that query or body give."""


def lambda_handler(event, context):
    return {"hello": event.get("name", "world")}

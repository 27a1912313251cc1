def lambda_handler(event, context):
    return {"greeting": "Hello", "key": event["key"]}

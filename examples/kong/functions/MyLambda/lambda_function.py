def lambda_handler(event, context):
    return {"response": "yes"}

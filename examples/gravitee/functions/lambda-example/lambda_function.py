def lambda_handler(event, context):
    return "Hello from Lambda, key is " + event["key"]

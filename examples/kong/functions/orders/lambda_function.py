"""An order, as an API of API Gateway would answer."""

import json


def lambda_handler(event, context):
    order = {"order": event["pathParameters"]["id"], "method": event["httpMethod"], "resource": event["resource"]}
    return {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": json.dumps(order)}

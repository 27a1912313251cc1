"""Greets whoever the path or the body names."""

import json
import os


def handler(event, context):
    name = (event.get("pathParameters") or {}).get("name") or event.get("body") or "nobody"
    body = {"message": f"{os.environ['GREETING']}, {name}!", "event": event["version"]}
    return {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": json.dumps(body)}

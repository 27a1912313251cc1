"""Says everything about the response itself: status, header fields, cookies, and a body of bytes."""

import base64
import json

# The smallest GIF there is: one transparent pixel.
PIXEL = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")


def lambda_handler(event, context):
    path = event.get("rawPath") or event.get("path") or "/"
    if path.endswith(".gif"):
        # Bytes do not fit into JSON: they travel as base64 and leave the gateway as bytes.
        return {
            "statusCode": 200,
            "headers": {"Content-Type": "image/gif"},
            "body": base64.b64encode(PIXEL).decode(),
            "isBase64Encoded": True,
        }
    note = json.dumps({"created": path})
    return {
        "statusCode": 201,
        "headers": {"Content-Type": "application/json", "Location": path},
        "cookies": ["visited=yes; Path=/; HttpOnly", "last=hello-proxy; Path=/"],
        "body": base64.b64encode(note.encode()).decode(),
        "isBase64Encoded": True,
    }

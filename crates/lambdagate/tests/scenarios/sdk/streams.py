# Streamed calls as boto3 makes them: the function goes on only when the first piece is here. Arguments: the local
# Lambda's URL, the file that the function waits for.
import base64
import json
import os
import sys

import boto3

client = boto3.client("lambda", endpoint_url=sys.argv[1], region_name="us-east-1", aws_access_key_id="local",
                      aws_secret_access_key="local")
for name, event in (("flow", {}), ("flow", {"fail": "late"}), ("flow", {"fail": "early"}), ("go", {"n": 1})):
    reply = client.invoke_with_response_stream(FunctionName=name, Payload=json.dumps(event), LogType="Tail")
    print(name, reply["StatusCode"], reply["ExecutedVersion"])
    for piece in reply["EventStream"]:
        if "PayloadChunk" in piece:
            print("piece", piece["PayloadChunk"]["Payload"].decode().strip())
            open(sys.argv[2], "w").close()
        else:
            end = piece["InvokeComplete"]
            details = json.loads(end["ErrorDetails"])["errorMessage"] if "ErrorDetails" in end else None
            tail = base64.b64decode(end["LogResult"]).decode()
            print("end", end.get("ErrorCode"), details, "REPORT RequestId" in tail)
    if os.path.exists(sys.argv[2]):
        os.remove(sys.argv[2])

# Calls as boto3 makes them. Arguments: the local Lambda's URL.
import base64
import json
import sys

import boto3
import botocore.config
import botocore.exceptions


def client(secret):
    return boto3.client(
        "lambda", endpoint_url=sys.argv[1], region_name="us-east-1", aws_access_key_id="local",
        aws_secret_access_key=secret, config=botocore.config.Config(retries={"max_attempts": 0}))


good = client("local")
reply = good.invoke(FunctionName="go", Payload=json.dumps({"n": 20}), LogType="Tail")
print(reply["StatusCode"], reply["ExecutedVersion"], json.loads(reply["Payload"].read()))
tail = base64.b64decode(reply["LogResult"]).decode()
print([word for word in ("START RequestId", "said so", "END RequestId", "REPORT RequestId") if word in tail])
for name, qualifier in (("go:live", None), ("go", "live"), ("go", "7"),
                        ("arn:aws:lambda:us-east-1:000000000000:function:go:live", None), ("000000000000:function:go", None)):
    more = {"Qualifier": qualifier} if qualifier else {}
    reply = good.invoke(FunctionName=name, Payload=b'{"n": 1}', **more)
    print(name, qualifier, reply["StatusCode"], reply["ExecutedVersion"])
for kind in ("Event", "DryRun"):
    print(kind, good.invoke(FunctionName="go", InvocationType=kind, Payload=b'{"n": 1}')["StatusCode"])
context = base64.b64encode(json.dumps({"custom": {"from": "here"}}).encode()).decode()
reply = good.invoke(FunctionName="context", ClientContext=context, TenantId="blue")
print(json.loads(reply["Payload"].read()))
failed = good.invoke(FunctionName="go", Payload=b"{}")
print(failed["StatusCode"], failed["FunctionError"], json.loads(failed["Payload"].read())["errorType"])
for call in (lambda: good.invoke(FunctionName="nobody"), lambda: good.invoke(FunctionName="go", Qualifier="absent"),
             lambda: client("wrong").invoke(FunctionName="go"), lambda: good.invoke(FunctionName="go", Payload=b'{"n":'),
             lambda: good.invoke(FunctionName="busy")):
    try:
        call()
    except botocore.exceptions.ClientError as error:
        answer = error.response
        print(answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"], answer.get("Reason"),
              answer["ResponseMetadata"]["HTTPHeaders"].get("retry-after"))

# Questions about functions as boto3 asks them. Arguments: the local Lambda's URL.
import base64
import sys

import boto3

keys = {"endpoint_url": sys.argv[1], "region_name": "us-east-1", "aws_access_key_id": "local",
        "aws_secret_access_key": "local"}
client = boto3.client("lambda", **keys)
names = [function["FunctionName"] for page in client.get_paginator("list_functions").paginate(MaxItems=2)
         for function in page["Functions"]]
print(names)
whole = client.get_function(FunctionName="go")
told = whole["Configuration"]
print(told["Handler"], told["Timeout"], told["MemorySize"], told["State"], told["PackageType"], told["CodeSize"] > 0,
      len(base64.b64decode(told["CodeSha256"])), whole["Code"]["Location"].endswith("/functions/go"))
model = client.meta.service_model.shape_for("FunctionConfiguration").members
print(sorted(set(told) - set(model) - {"ResponseMetadata"}))
live = client.get_function_configuration(FunctionName="go", Qualifier="live")
print(live["Version"], live["FunctionArn"], live["CodeSha256"] == told["CodeSha256"])
print([(alias["Name"], alias["FunctionVersion"]) for alias in client.list_aliases(FunctionName="go")["Aliases"]])
print(client.get_alias(FunctionName="go", Name="live")["AliasArn"])
print([version["Version"] for version in client.list_versions_by_function(FunctionName="go")["Versions"]])
url = client.get_function_url_config(FunctionName="go")
print(url["AuthType"], url["InvokeMode"], url["Cors"]["AllowOrigins"], url["FunctionUrl"].startswith("http://go."))
try:
    client.get_function(FunctionName="nobody")
except client.exceptions.ResourceNotFoundException as error:
    print(error)
print({key: value for key, value in boto3.client("sts", **keys).get_caller_identity().items() if key != "ResponseMetadata"})
client.get_waiter("function_active_v2").wait(FunctionName="go")

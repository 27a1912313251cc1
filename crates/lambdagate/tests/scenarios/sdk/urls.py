# A function URL that wants a signature, and a stage that wants a key or a signature. Arguments: the local Lambda's URL.
import json
import sys
import urllib.error
import urllib.request

import botocore.auth
import botocore.awsrequest
import botocore.credentials


def show(path, body=None, service=None, secret="local", headers={}):
    url = sys.argv[1] + path
    if service:
        request = botocore.awsrequest.AWSRequest("POST" if body else "GET", url, data=body, headers=headers)
        keys = botocore.credentials.Credentials("local", secret)
        botocore.auth.SigV4Auth(keys, service, "us-east-1").add_auth(request)
        headers = dict(request.headers)
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, headers)) as answer:
            context = json.load(answer)
            print(answer.status, context)
    except urllib.error.HTTPError as error:
        print(error.code, error.headers["x-amzn-ErrorType"], json.loads(error.read()).get("message", "")[:40])


text = {"content-type": "text/plain"}
show("/url/echo/a%20b?x=1&y=%C3%A9", service="lambda")
show("/url/echo/", b"posted", "lambda", headers=text)
show("/url/echo/")
show("/url/echo/", service="lambda", secret="wrong")
show("/url/echo/", service="execute-api")
show("/stage/prod/echo/a/b", headers={"x-api-key": "local"})
show("/stage/prod/echo/a/b", headers={"x-api-key": "wrong"})
show("/stage/prod/echo/a/b", b"posted", "execute-api", headers=text)
show("/stage/prod/echo/a/b", service="execute-api", secret="wrong")
show("/stage/prod/echo/a/b")

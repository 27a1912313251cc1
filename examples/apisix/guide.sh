#!/bin/sh
# The plugin aws-lambda step by step, as APISIX's documentation does it.
#
# Beforehand:  lambdagate dev --apisix examples/apisix
# Then:        sh guide.sh
#
# STAGE stands in the place of https://….execute-api.us-east-1.amazonaws.com, and is the local Lambda's.
set -eu
ADMIN=${ADMIN:-http://127.0.0.1:9180}
PROXY=${PROXY:-http://127.0.0.1:9080}
PROXY2=${PROXY2:-http://127.0.0.1:9081}
STAGE=${STAGE:-http://127.0.0.1:9001/stage}
UPSTREAM=${UPSTREAM:-127.0.0.1:1980}
APIKEY=${APIKEY:-local}
ACCESSKEY=${ACCESSKEY:-local}
SECRETKEY=${SECRETKEY:-local}
CONFIG=${CONFIG:-examples/apisix/conf/config.yaml}
admin_key=$(sed -n 's/^ *key: *//p' "$CONFIG" | head -n 1)

# A function behind API Gateway, called with an API key.
curl -sS -f "$ADMIN/apisix/admin/routes/1" -H "X-API-KEY: $admin_key" -X PUT -d '
{
    "plugins": {
        "aws-lambda": {
            "function_uri": "'"$STAGE"'/default/test-apisix",
            "authorization": {
                "apikey": "'"$APIKEY"'"
            },
            "ssl_verify":false
        }
    },
    "uri": "/aws"
}'
curl -sS -f -XGET "$PROXY/aws?name=APISIX"
echo

# The same over HTTP/2.
curl -sS -f -XGET --http2 --http2-prior-knowledge "$PROXY2/aws?name=APISIX"
echo

# Called with a signature.
curl -sS -f "$ADMIN/apisix/admin/routes/1" -H "X-API-KEY: $admin_key" -X PUT -d '
{
    "plugins": {
        "aws-lambda": {
            "function_uri": "'"$STAGE"'/default/test-apisix",
            "authorization": {
                "iam": {
                    "accesskey": "'"$ACCESSKEY"'",
                    "secretkey": "'"$SECRETKEY"'"
                }
            },
            "ssl_verify": false
        }
    },
    "uri": "/aws"
}'
curl -sS -f -XGET "$PROXY/aws?name=APISIX"
echo

# What the path has behind /aws is passed on.
curl -sS -f "$ADMIN/apisix/admin/routes/1" -H "X-API-KEY: $admin_key" -X PUT -d '
{
    "plugins": {
        "aws-lambda": {
            "function_uri": "'"$STAGE"'",
            "authorization": {
                "apikey": "'"$APIKEY"'"
            },
            "ssl_verify":false
        }
    },
    "uri": "/aws/*"
}'
curl -sS -f -XGET "$PROXY/aws/default/test-apisix?name=APISIX"
echo

# Without the plugin the upstream answers.
curl -sS -f "$ADMIN/apisix/admin/routes/1" -H "X-API-KEY: $admin_key" -X PUT -d '
{
    "uri": "/aws",
    "plugins": {},
    "upstream": {
        "type": "roundrobin",
        "nodes": {
            "'"$UPSTREAM"'": 1
        }
    }
}'
curl -sS -f -XGET "$PROXY/aws?name=APISIX"
echo

#!/bin/sh
# A function behind an API, step by step, as it was done before Kong had services and routes.
#
# Beforehand:  lambdagate run --kong-db
# Then:        KEY=... SECRET=... sh guide.sh
set -eu
ADMIN=${ADMIN:-http://localhost:8001}
PROXY=${PROXY:-http://localhost:8000}
REGION=${REGION:-us-east-1}

# An API. Its upstream is never reached, since the plugin answers.
curl -sS -f -X POST "$ADMIN/apis/" \
  --data 'name=lambda1' \
  --data 'uris=/lambda1' \
  --data 'upstream_url=http://localhost:8000'
echo

# The plugin with the key of a user who may call the function.
curl -sS -f -X POST "$ADMIN/apis/lambda1/plugins" \
  --data 'name=aws-lambda' \
  --data-urlencode "config.aws_key=$KEY" \
  --data-urlencode "config.aws_secret=$SECRET" \
  --data "config.aws_region=$REGION" \
  --data 'config.function_name=MyLambda'
echo

# The same with JSON, for a second API.
curl -sS -f -X POST "$ADMIN/apis/" -H 'Content-Type: application/json' \
  --data '{"name": "lambda2", "uris": ["/lambda2"], "upstream_url": "http://localhost:8000"}'
echo
curl -sS -f -X POST "$ADMIN/apis/lambda2/plugins" -H 'Content-Type: application/json' \
  --data "{\"name\": \"aws-lambda\", \"config\": {\"aws_key\": \"$KEY\", \"aws_secret\": \"$SECRET\",
           \"aws_region\": \"$REGION\", \"function_name\": \"MyLambda\"}}"
echo

# Both answer what the function returned: {"response": "yes"}
curl -sS -f "$PROXY/lambda1"
echo
curl -sS -f -X POST "$PROXY/lambda2" --data 'key1=value1'
echo

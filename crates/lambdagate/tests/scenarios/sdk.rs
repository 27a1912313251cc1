//! The local Lambda as AWS's own clients see it: boto3, the AWS CLI, the JavaScript SDK v3.

use crate::gate::Gate;
use crate::local_lambda::lambda_address;
use crate::needs::{aws_cli, needs, node_modules, python};
use crate::site::Site;
use serde_json::{Value, json};
use std::path::Path;
use std::process::{Command, Output};

const CONFIG: &str = "listen: 127.0.0.1:0\nroutes: [{ match: { path: /go }, function: go }]\n";

/// Writes a piece, goes on when a file is there, and writes another or fails.
const FLOW: &str = r#"
import { existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

export const handler = awslambda.streamifyResponse(async (event, out) => {
  if (event.fail === 'early') throw new TypeError('early');
  out.write('first\n');
  while (!existsSync('../../go-on')) await pause(5);
  if (event.fail === 'late') throw new RangeError('late');
  out.write('last\n');
  out.end();
});
"#;

/// A gateway with functions for all of it; the second value is the local Lambda's URL.
fn dev(site: &Site) -> (Gate, String) {
    let gate = Gate::dev(site);
    let url = format!("http://{}", lambda_address(&gate));
    (gate, url)
}

fn site() -> Site {
    let context = "return [context.client_context.custom, getattr(context, 'tenant_id', None)]";
    let echo = "seen = event['requestContext']
path = event.get('rawPath') or event['path']
who = (seen.get('authorizer') or {}).get('iam', {}).get('accessKey') or seen.get('identity', {}).get('accessKey')
body = event.get('body')
if body and event['isBase64Encoded']: body = base64.b64decode(body).decode()
query = event.get('queryStringParameters')
return {'statusCode': 200, 'body': json.dumps([path, query, body, who])}";
    let go = "timeout: 9\nmemory: 256\naliases: { live: 7 }\nurl: { auth: AWS_IAM, cors: { allow_origins: ['*'] } }\n";
    let site = Site::new(CONFIG)
        .python("go", "print('said so')\nreturn event['n'] + 1")
        .settings("go", go)
        .python("context", context)
        .python("echo", echo)
        .settings("echo", "url: { auth: AWS_IAM }")
        .python("busy", "return 1")
        .settings("busy", "faults: { throttle: { reason: CallerRateLimitExceeded } }")
        .settings("flow", "timeout: 30");
    site.write("functions/flow/index.mjs", FLOW);
    site
}

/// A script beside this file, run to its end.
fn run(program: &str, script: &str, arguments: &[&str]) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios/sdk").join(script);
    printed(Command::new(program).arg(file).args(arguments).output().unwrap())
}

fn printed(output: Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// What every SDK gets of the same calls.
const CALLS: &str = "\
200 $LATEST 21
['START RequestId', 'said so', 'END RequestId', 'REPORT RequestId']
go:live None 200 7
go live 200 7
go 7 200 7
arn:aws:lambda:us-east-1:000000000000:function:go:live None 200 7
000000000000:function:go None 200 $LATEST
Event 202
DryRun 204
[{'from': 'here'}, 'blue']
200 Unhandled KeyError
404 ResourceNotFoundException None None
404 ResourceNotFoundException None None
403 InvalidSignatureException None None
400 InvalidRequestContentException None None
429 TooManyRequestsException CallerRateLimitExceeded 1
";

#[test]
fn boto3_calls_functions() {
    if !needs("boto3_calls_functions", &["boto3"]) {
        return;
    }
    let site = site();
    let (_gate, url) = dev(&site);
    assert_eq!(run(&python().unwrap(), "calls.py", &[&url]), CALLS);
}

#[test]
fn the_javascript_sdk_calls_functions() {
    if !needs("the_javascript_sdk_calls_functions", &["node", "js-sdk"]) {
        return;
    }
    let site = site();
    let (_gate, url) = dev(&site);
    assert_eq!(run("node", "calls.mjs", &[&url, &node_modules().unwrap()]), CALLS);
}

/// What every SDK gets of the same streams.
const STREAMS: &str = "\
flow 200 $LATEST
piece first
piece last
end None None True
flow 200 $LATEST
piece first
end RangeError late True
flow 200 $LATEST
end TypeError early True
go 200 $LATEST
piece 2
end None None True
";

#[test]
fn boto3_reads_streams() {
    if !needs("boto3_reads_streams", &["boto3", "node"]) {
        return;
    }
    let site = site();
    let (_gate, url) = dev(&site);
    let go_on = site.path().join("go-on");
    assert_eq!(run(&python().unwrap(), "streams.py", &[&url, &go_on.to_string_lossy()]), STREAMS);
}

#[test]
fn the_javascript_sdk_reads_streams() {
    if !needs("the_javascript_sdk_reads_streams", &["node", "js-sdk"]) {
        return;
    }
    let site = site();
    let (_gate, url) = dev(&site);
    let (go_on, packages) = (site.path().join("go-on"), node_modules().unwrap());
    assert_eq!(run("node", "streams.mjs", &[&url, &go_on.to_string_lossy(), &packages]), STREAMS);
}

#[test]
fn boto3_asks_about_functions() {
    if !needs("boto3_asks_about_functions", &["boto3"]) {
        return;
    }
    let site = site();
    let (_gate, url) = dev(&site);
    let expected = "\
['busy', 'context', 'echo', 'flow', 'go']
lambda_function.lambda_handler 9 256 Active Zip True 32 True
[]
7 arn:aws:lambda:us-east-1:000000000000:function:go:live True
[('live', '7')]
arn:aws:lambda:us-east-1:000000000000:function:go:live
['$LATEST', '7']
AWS_IAM BUFFERED ['*'] True
An error occurred (ResourceNotFoundException) when calling the GetFunction operation: \
Function not found: arn:aws:lambda:us-east-1:000000000000:function:nobody
{'UserId': 'local', 'Account': '000000000000', 'Arn': 'arn:aws:iam::000000000000:user/local'}
";
    assert_eq!(run(&python().unwrap(), "questions.py", &[&url]), expected);
}

#[test]
fn botocores_signatures_open_urls_and_stages() {
    if !needs("botocores_signatures_open_urls_and_stages", &["boto3"]) {
        return;
    }
    let site = site();
    let (_gate, url) = dev(&site);
    let expected = "\
200 ['/a%20b', {'x': '1', 'y': 'é'}, None, 'local']
200 ['/', None, 'posted', 'local']
403 AccessDeniedException \n403 InvalidSignatureException The request signature we calculated does
403 InvalidSignatureException Credential should be scoped to correct s
200 ['/a/b', None, None, None]
403 ForbiddenException Forbidden
200 ['/a/b', None, 'posted', 'local']
403 InvalidSignatureException The request signature we calculated does
403 MissingAuthenticationTokenException Missing Authentication Token
";
    assert_eq!(run(&python().unwrap(), "urls.py", &[&url]), expected);
}

/// The AWS CLI with these arguments.
fn aws(site: &Site, url: &str, secret: &str, arguments: &[&str]) -> Output {
    let mut aws = Command::new(aws_cli().unwrap());
    aws.args(arguments).args(["--output", "json"]).current_dir(site.path()).env_clear();
    aws.envs([("PATH", std::env::var("PATH").unwrap_or_default()), ("HOME", site.path().display().to_string())]);
    aws.envs([("AWS_ACCESS_KEY_ID", "local"), ("AWS_SECRET_ACCESS_KEY", secret), ("AWS_DEFAULT_REGION", "us-east-1")]);
    aws.envs([("AWS_ENDPOINT_URL", url), ("AWS_MAX_ATTEMPTS", "1")]).output().unwrap()
}

#[test]
fn the_aws_cli_calls_functions_and_asks_about_them() {
    if !needs("the_aws_cli_calls_functions_and_asks_about_them", &["awscli"]) {
        return;
    }
    let site = site();
    let (_gate, url) = dev(&site);
    let good = |arguments: &[&str]| -> Value {
        let text = printed(aws(&site, &url, "local", arguments));
        serde_json::from_str(&text).unwrap_or_else(|_| panic!("{arguments:?}: {text}"))
    };
    let invoke = |function: &str, payload: &str, more: &[&str]| {
        good(
            &[&["lambda", "invoke", "--function-name", function, "--payload", payload], more, &["reply.json"]].concat(),
        )
    };
    let reply = invoke("go:live", r#"{"n": 20}"#, &["--log-type", "Tail"]);
    assert_eq!((&reply["StatusCode"], &reply["ExecutedVersion"]), (&json!(200), &json!("7")));
    assert!(reply["LogResult"].as_str().is_some_and(|tail| tail.len() > 100));
    assert_eq!(std::fs::read_to_string(site.path().join("reply.json")).unwrap(), "21");
    assert_eq!(invoke("go", "{}", &[])["FunctionError"], "Unhandled");
    assert_eq!(invoke("go", r#"{"n": 1}"#, &["--invocation-type", "Event"])["StatusCode"], 202);
    let told = good(&["lambda", "get-function-configuration", "--function-name", "go", "--qualifier", "live"]);
    assert_eq!((&told["Version"], &told["Timeout"]), (&json!("7"), &json!(9)));
    assert_eq!(good(&["lambda", "list-functions"])["Functions"].as_array().unwrap().len(), 5);
    assert_eq!(good(&["sts", "get-caller-identity"])["Account"], "000000000000");
    for (secret, function, expected) in
        [("local", "nobody", "ResourceNotFoundException"), ("wrong", "go", "InvalidSignatureException")]
    {
        let refused = aws(&site, &url, secret, &["lambda", "invoke", "--function-name", function, "reply.json"]);
        let said = String::from_utf8_lossy(&refused.stderr);
        assert!(!refused.status.success() && said.contains(expected), "{said}");
    }
}

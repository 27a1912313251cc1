//! What the embedded bootstraps take: handlers in every style, contexts, logging.

use super::site::Site;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

#[tokio::test]
async fn every_style_of_handler_answers() {
    let cases = [
        ("index.mjs", "", "export async function handler(event) { return event; }", json!({"n": 1})),
        ("index.mjs", "", "export const handler = (event, context, callback) => callback(null, 2);", json!(2)),
        ("index.mjs", "", "export const handler = () => new Promise((done) => setImmediate(done, 3));", json!(3)),
        ("index.mjs", "", "export const handler = async () => {};", Value::Null),
        // Nothing is left that could ever answer.
        ("index.mjs", "", "export const handler = () => new Promise(() => {});", Value::Null),
        ("index.js", "", "exports.handler = async () => require('node:path').basename(__filename);", json!("index.js")),
        ("index.cjs", "", "module.exports = { handler: async () => 'cjs' };", json!("cjs")),
        ("index.cjs", "", "const made = {}; made.handler = async () => 'made'; module.exports = made;", json!("made")),
        (
            "src/app.mjs",
            "runtime: node\nhandler: src/app.one.two",
            "export const one = { two: async () => 4 };",
            json!(4),
        ),
        ("lambda_function.py", "", "def lambda_handler(event, context): return event", json!({"n": 1})),
        ("lambda_function.py", "", "def lambda_handler(event, context): pass", Value::Null),
        ("src/app.py", "runtime: python3.12\nhandler: src/app.run", "def run(event, context): return 5", json!(5)),
        (
            "src/app.py",
            "runtime: python\nhandler: src.app.run",
            "from decimal import *\nrun = lambda e, c: Decimal('1.5')",
            json!(1.5),
        ),
        ("one.py", "runtime: python\nhandler: one.run", "import sys, two\nrun = lambda e, c: two.name", json!("two")),
    ];
    for (file, settings, text, expected) in cases {
        let site = Site::start().await;
        site.write(&format!("f/{file}"), text);
        site.write("f/two.py", "name = __name__");
        site.write("f/function.yaml", settings);
        assert_eq!(site.value(r#"{"n":1}"#).await, expected, "{text}");
        assert_eq!(site.value(r#"{"n":1}"#).await, expected, "{text}, again");
        site.stop().await;
    }
}

#[tokio::test]
async fn the_context_has_awss_names() {
    let python = "    c = context
    assert 0 < c.get_remaining_time_in_millis() <= 3000
    assert c.log_stream_name and c.identity.cognito_identity_id is None and c.client_context is None
    return [c.function_name, c.function_version, c.memory_limit_in_mb, c.log_group_name]";
    let node = "  const c = context, left = c.getRemainingTimeInMillis();
  if (!(left > 0 && left <= 3000 && c.logStreamName && c.awsRequestId)) throw new Error('context');
  return [c.functionName, c.functionVersion, c.memoryLimitInMB, c.logGroupName];";
    for site in [Site::python(python).await, Site::node(node).await] {
        assert_eq!(site.value("{}").await, json!(["f", "$LATEST", "128", "/aws/lambda/f"]));
        site.stop().await;
    }
}

#[tokio::test]
async fn callbacks_wait_for_what_is_left_to_do_unless_told_otherwise() {
    for (wait, expected) in [(true, json!([1, 2])), (false, json!([1]))] {
        let site = Site::start().await;
        let text = format!(
            "exports.handler = (event, context, callback) => {{
  context.callbackWaitsForEmptyEventLoop = {wait};
  const seen = [1];
  const timer = setInterval(() => {{ seen.push(2); clearInterval(timer); }}, 20);
  callback(null, seen);
}};"
        );
        site.write("f/index.cjs", &text);
        assert_eq!(site.value("{}").await, expected);
        site.stop().await;
    }
}

#[tokio::test]
async fn the_environment_names_the_runtime_that_runs() {
    let python = Site::python("    import os\n    return os.environ['AWS_EXECUTION_ENV']").await;
    assert!(python.value("{}").await.as_str().unwrap().starts_with("AWS_Lambda_python3."));
    python.stop().await;
    let node = Site::node("  return process.env.AWS_EXECUTION_ENV;").await;
    let name = node.value("{}").await.as_str().unwrap().to_owned();
    assert!(name.starts_with("AWS_Lambda_nodejs") && name.ends_with(".x"), "{name}");
    node.stop().await;
}

#[tokio::test]
async fn what_aws_reserves_cannot_be_set_but_region_and_keys_can() {
    let site = Site::python("    import os\n    return [os.environ[name] for name in event]").await;
    site.write(
        "f/function.yaml",
        "environment: { _HANDLER: mine, AWS_LAMBDA_FUNCTION_NAME: mine, AWS_REGION: mine, AWS_ACCESS_KEY_ID: mine, TZ: CET }",
    );
    let names = json!(["_HANDLER", "AWS_LAMBDA_FUNCTION_NAME", "AWS_REGION", "AWS_ACCESS_KEY_ID", "TZ"]);
    let expected = json!(["lambda_function.lambda_handler", "f", "mine", "mine", "CET"]);
    assert_eq!(site.value(names.to_string()).await, expected);
    site.stop().await;
}

#[tokio::test]
async fn packages_in_the_functions_folder_are_found() {
    let version = std::process::Command::new("python3")
        .args(["-c", "import sys; print('%d.%d' % sys.version_info[:2])"])
        .output()
        .unwrap();
    let version = String::from_utf8(version.stdout).unwrap();
    let packages = format!("lib/python{}/site-packages", version.trim());
    let folders = ["", "python/", &format!("python/{packages}/"), &format!(".venv/{packages}/"), "site-packages/"];
    for folder in folders {
        let site = Site::python("    import helper_of_ours\n    return helper_of_ours.answer()").await;
        site.write(&format!("f/{folder}helper_of_ours/__init__.py"), "from .inner import answer");
        site.write(&format!("f/{folder}helper_of_ours/inner.py"), "def answer(): return 42");
        assert_eq!(site.value("{}").await, json!(42), "{folder}");
        site.stop().await;
    }
    let site = Site::node("  const { answer } = await import('helper-of-ours'); return answer;").await;
    site.write("f/node_modules/helper-of-ours/index.mjs", "export const answer = 42;");
    site.write("f/node_modules/helper-of-ours/package.json", r#"{"name":"helper-of-ours","exports":"./index.mjs"}"#);
    assert_eq!(site.value("{}").await, json!(42));
    site.stop().await;
}

#[tokio::test]
async fn the_official_clients_are_run_where_they_are_installed() {
    // Stand-ins: what matters is who is started, from where, and with which handler.
    let client = "import json, os, sys, urllib.request
api = 'http://' + os.environ['AWS_LAMBDA_RUNTIME_API'] + '/2018-06-01/runtime/invocation/'
while True:
    event = urllib.request.urlopen(api + 'next')
    path = api + event.headers['Lambda-Runtime-Aws-Request-Id'] + '/response'
    urllib.request.urlopen(path, json.dumps(['official', sys.argv[1:]]).encode())";
    let site = Site::python("    pass").await;
    site.write("f/function.yaml", "runtime_client: official");
    site.write("f/python/awslambdaric/__main__.py", client);
    assert_eq!(site.value("{}").await, json!(["official", ["lambda_function.lambda_handler"]]));
    site.stop().await;

    let client = "const api = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation/`;
for (;;) {
  const id = (await fetch(api + 'next')).headers.get('lambda-runtime-aws-request-id');
  const body = JSON.stringify(['official', process.argv.slice(2)]);
  await fetch(`${api}${id}/response`, { method: 'POST', body });
}";
    let site = Site::node("  return 1;").await;
    site.write("f/function.yaml", "runtime_client: official");
    let (kind, message) = site.call("{}").await.function_error();
    assert_eq!(kind, "Runtime.InvalidEntrypoint");
    assert!(message.ends_with("official needs aws-lambda-ric in the function's node_modules"), "{message}");
    // An installed package is no change of the function; its settings are.
    site.write("f/node_modules/aws-lambda-ric/bin/index.mjs", client);
    assert_eq!(site.value("{}").await, json!(["official", ["index.handler"]]));
    site.stop().await;
}

#[tokio::test]
async fn logging_names_the_request() {
    let python = "    import logging\n    logging.getLogger().warning('watch %s', 'out')";
    let node = "  console.warn('watch %s', 'out');";
    for (site, level) in [(Site::python(python).await, "[WARNING]"), (Site::node(node).await, "WARN")] {
        let told = site.ask("f", "{}").header("x-amz-log-type", "Tail").send().await;
        let id = told.header("x-amzn-requestid").unwrap();
        let tail = told.tail();
        let line = tail.lines().find(|line| line.contains("watch out")).unwrap();
        assert!(line.contains(id) && line.contains(level), "{line}");
        site.stop().await;
    }
}

#[tokio::test]
async fn what_nobody_catches_fails_the_call() {
    let cases = [
        ("  setTimeout(() => { throw new RangeError('late'); }); await new Promise(() => {});", "RangeError"),
        ("  Promise.reject(new Error('lost')); await new Promise(() => {});", "Runtime.UnhandledPromiseRejection"),
        ("  return 1n;", "Runtime.MarshalError"),
        ("  throw 'text';", "string"),
    ];
    for (body, kind) in cases {
        let site = Site::node(body).await;
        for _ in 0..2 {
            assert_eq!(site.call("{}").await.function_error().0, kind, "{body}");
        }
        site.stop().await;
    }
}

#[tokio::test]
async fn functions_may_start_processes_of_their_own() {
    let node = "  const { fork } = await import('node:child_process');
  const child = fork(new URL('child.cjs', import.meta.url));
  return await new Promise((done) => child.on('message', done));";
    let site = Site::node(node).await;
    site.write("f/child.cjs", "process.send('hello from the child');");
    assert_eq!(site.value("{}").await, "hello from the child");
    site.stop().await;
    let python = "    import subprocess, sys
    return subprocess.run([sys.executable, '-c', 'print(1 + 1)'], capture_output=True, text=True).stdout";
    let site = Site::python(python).await;
    assert_eq!(site.value("{}").await, "2\n");
    site.stop().await;
}

#[tokio::test]
async fn the_examples_do_what_they_say() {
    let site = Site::start().await;
    let python = include_str!("../../../../examples/native/hello/functions/hello-python/lambda_function.py");
    let node = include_str!("../../../../examples/native/hello/functions/hello-node/index.mjs");
    let proxy = include_str!("../../../../examples/native/hello/functions/hello-proxy/lambda_function.py");
    site.write("hello-python/lambda_function.py", python);
    site.write("hello-node/index.mjs", node);
    site.write("hello-proxy/lambda_function.py", proxy);
    let event = json!({"rawPath": "/notes/1", "pathParameters": {"name": "Ada"}}).to_string();
    let told = site.ask("hello-python", event.clone()).send().await.json();
    assert_eq!(told, json!({"message": "Hello, Ada!", "from": "hello-python"}));
    let told = site.ask("hello-node", "{}").send().await.json();
    assert_eq!((&told["message"], &told["calls"]), (&json!("Hello, world!"), &json!(1)));
    let told = site.ask("hello-proxy", event).send().await.json();
    assert_eq!((&told["statusCode"], &told["isBase64Encoded"]), (&json!(201), &json!(true)));
    let body = BASE64_STANDARD.decode(told["body"].as_str().unwrap()).unwrap();
    assert_eq!(body, br#"{"created": "/notes/1"}"#);
    let pixel = site.ask("hello-proxy", r#"{"rawPath":"/pixel.gif"}"#).send().await.json();
    assert!(BASE64_STANDARD.decode(pixel["body"].as_str().unwrap()).unwrap().starts_with(b"GIF89a"));
    site.stop().await;
}

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

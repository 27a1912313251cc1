//! The local Lambda as people meet it: lines for calls, logs, and who may call.

use crate::gate::{Gate, command};
use crate::local_lambda::lambda_address;
use crate::site::Site;
use std::io::{BufRead, BufReader};
use std::process::{Output, Stdio};

const CONFIG: &str = "listen: 127.0.0.1:0\nroutes: [{ match: { path: /go }, function: go }]\n";

fn dev(site: &Site, more: &[&str]) -> Gate {
    let usual = ["dev", ".", "--lambda", "127.0.0.1:0"];
    Gate::start(site, &[&usual, more].concat())
}

#[test]
fn a_failed_call_is_told_with_its_stack() {
    let site = Site::new(CONFIG).python("go", "raise ValueError('on purpose')");
    let gate = Gate::dev(&site);
    assert_eq!(gate.get("/go").status, 502);
    let line = gate.logged(&["\"stack\"", "ValueError: on purpose"]);
    assert!(line.contains("lambda_function.py") && line.contains("/go"), "{line}");
}

#[test]
fn logs_are_shown_and_followed() {
    let site = Site::new(CONFIG).python("go", "print('said', event['rawQueryString'])\nreturn 1");
    let gate = Gate::dev(&site);
    let address = lambda_address(&gate);
    assert_eq!(gate.get("/go?first").status, 200);
    let logs = |more: &[&str]| {
        let mut logs = command(&site);
        logs.args(["logs", "go", "--local", &address]).args(more);
        logs
    };
    let shown = String::from_utf8(logs(&[]).output().unwrap().stdout).unwrap();
    for part in ["START RequestId", "said first", "END RequestId", "REPORT RequestId"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let mut following = logs(&["-f"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(following.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert!(lines.any(|line| line.contains("said first")));
    assert_eq!(gate.get("/go?second").status, 200);
    assert!(lines.any(|line| line.contains("said second")));
    following.kill().unwrap();
    following.wait().unwrap();
    let unknown = command(&site).args(["logs", "nobody", "--local", &address]).output().unwrap();
    assert_eq!(unknown.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("knows no function nobody"));
}

fn invoke(site: &Site, address: &str, access_key: &str, secret_key: &str) -> Output {
    let mut invoke = command(site);
    invoke.env("AWS_ACCESS_KEY_ID", access_key).env("AWS_SECRET_ACCESS_KEY", secret_key);
    invoke.args(["invoke", "go", &format!("--local={address}")]).output().unwrap()
}

#[test]
fn keys_are_those_of_the_file_and_of_the_source() {
    let keys = "aws: { credentials: { access_key: SOURCE, secret_key: of-the-source } }\n";
    let site = Site::new(&format!("{keys}{CONFIG}")).python("go", "return 1");
    site.write("keys", "# more\nFILE of-the-file\n");
    let gate = dev(&site, &["--local-keys", "keys"]);
    let address = lambda_address(&gate);
    for (access_key, secret_key, taken) in [
        ("local", "local", true),
        ("FILE", "of-the-file", true),
        ("SOURCE", "of-the-source", true),
        ("FILE", "of-the-source", false),
        ("NOBODY", "x", false),
    ] {
        let output = invoke(&site, &address, access_key, secret_key);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.success(), taken, "{access_key} {secret_key}: {said}");
    }
}

/// Writes a piece, goes on when a file is there, and writes another or fails.
const STREAM: &str = r#"
import { existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

export const handler = awslambda.streamifyResponse(async (event, out) => {
  out.write('first\n');
  while (!existsSync('../../go-on')) await pause(5);
  if (event.fail) throw new RangeError('late');
  out.write('last\n');
  out.end();
});
"#;

#[test]
fn a_streamed_reply_is_printed_as_it_comes() {
    let site = Site::new(CONFIG).settings("go", "timeout: 30");
    site.write("functions/go/index.mjs", STREAM);
    let gate = Gate::dev(&site);
    let local = format!("--local={}", lambda_address(&gate));
    let stream = |function: &str, payload: &str| {
        let mut invoke = command(&site);
        invoke.args(["invoke", function, &local, "--stream", "--payload", payload]);
        invoke
    };
    let mut good = stream("go", "{}").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(good.stdout.take().unwrap()).lines();
    assert_eq!(lines.next().unwrap().unwrap(), "first");
    // Only now may the function go on.
    site.write("go-on", "");
    assert_eq!(lines.next().unwrap().unwrap(), "last");
    let good = good.wait_with_output().unwrap();
    let tail = String::from_utf8(good.stderr).unwrap();
    assert!(
        good.status.success() && tail.contains("START RequestId: ") && tail.contains("REPORT RequestId: "),
        "{tail}"
    );
    let failed = stream("go", r#"{"fail":true}"#).output().unwrap();
    let said = String::from_utf8_lossy(&failed.stderr);
    assert_eq!((failed.status.code(), failed.stdout.as_slice()), (Some(1), b"first\n".as_slice()), "{said}");
    assert!(said.contains("RangeError") && said.contains("late"), "{said}");
    let unknown = stream("nobody", "{}").output().unwrap();
    assert_eq!(unknown.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("ResourceNotFoundException"));
}

#[test]
fn without_auth_everyone_may_call() {
    let site = Site::new(CONFIG).python("go", "return 1");
    let gate = dev(&site, &["--lambda-no-auth"]);
    let output = invoke(&site, &lambda_address(&gate), "NOBODY", "x");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_warm_function_does_not_start_cold() {
    let site = Site::new(CONFIG).python("go", "return 1").settings("go", "concurrency: 1");
    site.write("functions/go/lambda_function.py", "print('up')\ndef lambda_handler(event, context):\n    return 1\n");
    let gate = dev(&site, &["--warm"]);
    gate.logged(&["an instance is warm"]);
    assert_eq!(gate.get("/go").status, 200);
    assert!(gate.logged(&["\"message\":\"call\""]).contains("\"cold\":false"));
}

#[test]
fn a_file_of_keys_that_cannot_be_read_is_refused() {
    let site = Site::new(CONFIG).python("go", "return 1");
    site.write("keys", "half-a-secret\n");
    let output = command(&site).args(["dev", "--local-keys", "keys"]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2));
    assert!(said.contains("keys:1") && !said.contains("half-a-secret"), "{said}");
}

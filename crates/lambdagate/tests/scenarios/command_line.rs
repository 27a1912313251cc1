//! The command line: exit codes, findings, translation, one call.

use crate::gate::{Gate, command};
use crate::site::Site;
use std::process::Output;

fn run(site: &Site, arguments: &[&str]) -> Output {
    command(site).args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

const GOOD: &str = "listen: 127.0.0.1:0\nroutes: [{ match: { path: '/users/{id}' }, function: users }]\n";

#[test]
fn check_judges_by_its_exit_code() {
    for (config, code, says) in [
        (GOOD, 0, ""),
        ("listen: 127.0.0.1:0\nroutes:\n  - match: { path: /a }\n    functoin: users\n", 1, "function"),
        ("listen: [\n", 2, "lambdagate.yaml"),
        ("listen: 127.0.0.1:0\nroutes: [{ match: { path: /a }, function: { name: f, reply: prxy } }]\n", 1, "proxy"),
    ] {
        let site = Site::new(config);
        let output = run(&site, &["check"]);
        let all = text(&output.stdout) + &text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{config}\n{all}");
        assert!(all.contains(says), "{says}\n{all}");
    }
}

#[test]
fn a_finding_shows_its_place() {
    let site = Site::new("listen: 127.0.0.1:0\nroutes:\n  - match: { path: /a }\n    functoin: users\n");
    let output = run(&site, &["check", "."]);
    let all = text(&output.stdout) + &text(&output.stderr);
    assert!(
        all.contains("lambdagate.yaml:4:5") && all.contains("    functoin: users") && all.contains("^^^^^^^^"),
        "{all}"
    );
}

#[test]
fn what_is_not_there_says_so() {
    let site = Site::new(GOOD);
    for missing in
        [&["elsewhere.yaml"][..], &["--kong", "elsewhere"], &["--apisix", "elsewhere"], &["--gravitee", "elsewhere"]]
    {
        let output = run(&site, &[&["check"], missing].concat());
        assert_eq!(output.status.code(), Some(2), "{missing:?}");
        assert!(text(&output.stderr).contains("elsewhere"), "{}", text(&output.stderr));
    }
}

#[test]
fn translate_prints_what_reads_back_the_same() {
    let site = Site::new(GOOD);
    let first = run(&site, &["translate"]);
    assert_eq!(first.status.code(), Some(0), "{}", text(&first.stderr));
    let again = Site::new(&text(&first.stdout));
    assert_eq!(text(&run(&again, &["translate"]).stdout), text(&first.stdout));
}

#[test]
fn translate_prints_no_secret() {
    let config = "listen: 127.0.0.1:0\naws: { region: eu-west-1, credentials: { access_key: AK, secret_key: hush-hush } }\nroutes: [{ match: { path: / }, function: f }]\n";
    let output = run(&Site::new(config), &["translate"]);
    let all = text(&output.stdout) + &text(&output.stderr);
    assert!(all.contains("${") && !all.contains("hush-hush"), "{all}");
}

#[test]
fn invoke_calls_one_function_and_shows_everything() {
    let site = Site::new(GOOD).python("users", "print('looked up')\nif event.get('fail'): raise ValueError('no')\nreturn {'id': event['pathParameters']['id']}");
    let gate = Gate::dev(&site);
    let line = gate.logged(&["local lambda"]);
    let parsed: serde_json::Value = serde_json::from_str(&line).unwrap();
    let address = parsed["fields"]["address"].as_str().or(parsed["address"].as_str()).unwrap();
    let invoke = |arguments: &[&str]| {
        let mut command = command(&site);
        command.env("AWS_ENDPOINT_URL_LAMBDA", format!("http://{address}")).env("AWS_REGION", "us-east-1");
        command.env("AWS_ACCESS_KEY_ID", "local").env("AWS_SECRET_ACCESS_KEY", "local");
        command.arg("invoke").args(arguments).output().unwrap()
    };
    let good = invoke(&["users", "--payload", r#"{"pathParameters":{"id":"7"}}"#]);
    let all = text(&good.stdout) + &text(&good.stderr);
    assert_eq!(good.status.code(), Some(0), "{all}");
    assert!(["200", r#""7""#, "looked up", "REPORT"].iter().all(|part| all.contains(part)), "{all}");

    let routed = invoke(&["users", ".", "--request", "GET /users/9"]);
    let all = text(&routed.stdout) + &text(&routed.stderr);
    assert!(routed.status.success() && all.contains(r#""9""#), "{all}");

    let failed = invoke(&["users", "--payload", r#"{"fail":true}"#]);
    assert_eq!(failed.status.code(), Some(1), "{}", text(&failed.stdout));
}

//! Calls that go well: kinds, headers, payloads, the log tail, reports.

use super::site::Site;
use crate::host::EVENT_ROOM_KB;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::json;

const SHOW: &str = "    return {'event': event, 'id': context.aws_request_id, 'arn': context.invoked_function_arn}";

#[tokio::test]
async fn a_call_answers_with_awss_headers() {
    let mut site = Site::python(SHOW).await;
    let trace = "Root=1-67891233-abcdef012345678912345678;Sampled=1";
    let told = site.ask("f", r#"{"a":[1,"ü"]}"#).header("x-amzn-trace-id", trace).send().await;
    let id = told.header("x-amzn-requestid").unwrap();
    assert_eq!(id.split('-').map(str::len).collect::<Vec<_>>(), [8, 4, 4, 4, 12], "{id}");
    let arn = "arn:aws:lambda:eu-west-1:000000000000:function:f";
    assert_eq!(told.json(), json!({"event": {"a": [1, "ü"]}, "id": id, "arn": arn}));
    assert_eq!(told.status, 200);
    for (name, value) in [
        ("content-type", Some("application/json")),
        ("x-amzn-trace-id", Some(trace)),
        ("x-amzn-remapped-content-length", Some("0")),
        ("x-amz-executed-version", Some("$LATEST")),
        ("x-amz-function-error", None),
        ("x-amz-log-result", None),
    ] {
        assert_eq!(told.header(name), value, "{name}");
    }
    let report = site.reports.recv().await.unwrap();
    assert_eq!((&*report.function, &*report.request_id, report.cold), ("f", id, true));
    assert_eq!((report.status, report.error.as_deref()), (200, None));
    assert!(report.milliseconds > 0.0);
    site.stop().await;
}

#[tokio::test]
async fn every_name_reaches_the_function_and_its_arn_keeps_the_qualifier() {
    let site = Site::python("    return context.invoked_function_arn").await;
    site.write("f/function.yaml", "aliases: { live: 7 }");
    let arn = "arn:aws:lambda:eu-west-1:000000000000:function:f";
    for (name, qualifier) in [
        ("f", ""),
        ("f:live", ":live"),
        ("f%3Alive", ":live"),
        ("123456789012:function:f", ""),
        ("arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3Afunction%3Af", ""),
        ("arn:aws:lambda:us-east-1:123456789012:function:f:7", ":7"),
    ] {
        let told = site.ask(name, "").send().await;
        assert_eq!((told.status, told.json()), (200, json!(format!("{arn}{qualifier}"))), "{name}");
    }
    let mut ask = site.ask("f", "");
    ask.path += "?Qualifier=%24LATEST";
    assert_eq!(ask.send().await.json(), json!(format!("{arn}:$LATEST")));
    site.stop().await;
}

#[tokio::test]
async fn an_event_runs_after_its_answer() {
    let mut site = Site::python("    assert event['n'] == 1").await;
    let told = site.ask("f", r#"{"n":1}"#).header("x-amz-invocation-type", "Event").send().await;
    assert_eq!((told.status, &told.body[..]), (202, &b""[..]));
    let report = site.reports.recv().await.unwrap();
    assert_eq!(&*report.request_id, told.header("x-amzn-requestid").unwrap());
    assert_eq!((report.status, report.error), (202, None));
    site.stop().await;
}

#[tokio::test]
async fn events_wait_for_a_turn_where_calls_are_refused() {
    let mut site = Site::python("    pass").await;
    site.write("f/function.yaml", "concurrency: 1");
    for _ in 0..5 {
        assert_eq!(site.ask("f", "").header("x-amz-invocation-type", "Event").send().await.status, 202);
    }
    for _ in 0..5 {
        assert_eq!(site.reports.recv().await.unwrap().error, None);
    }
    site.stop().await;
}

#[tokio::test]
async fn events_that_find_no_room_are_throttled() {
    let site = Site::python("    pass").await;
    let ask = site.ask("f", r#""x""#).header("x-amz-invocation-type", "Event");
    let room = site.emulator.host.event_room.clone();
    let taken = room.try_acquire_many(u32::try_from(EVENT_ROOM_KB).unwrap()).unwrap();
    let told = ask.send().await;
    assert_eq!((told.status, told.header("x-amzn-errortype")), (429, Some("TooManyRequestsException")));
    drop(taken);
    assert_eq!(ask.send().await.status, 202);
    site.stop().await;
}

#[tokio::test]
async fn a_dry_run_starts_nothing() {
    let site = Site::start().await;
    // Would not even come up.
    site.write("f/lambda_function.py", "nonsense(");
    let told = site.ask("f", "{}").header("x-amz-invocation-type", "DryRun").send().await;
    assert_eq!((told.status, &told.body[..]), (204, &b""[..]));
    site.stop().await;
}

#[tokio::test]
async fn the_log_tail_has_awss_lines_and_measured_figures() {
    let site = Site::python("    print('one\\ntwo')\n    import sys; sys.stderr.write('three\\n')").await;
    for cold in [true, false] {
        let told = site.ask("f", "{}").header("x-amz-log-type", "Tail").send().await;
        let id = told.header("x-amzn-requestid").unwrap();
        let tail = told.tail();
        let (lines, report) = tail.split_once("REPORT ").unwrap();
        let expected = format!("START RequestId: {id} Version: $LATEST\none\ntwo\nthree\nEND RequestId: {id}\n");
        assert_eq!(lines, expected);
        let fields: Vec<_> = report.trim_end().split('\t').map(|field| field.split_once(": ").unwrap()).collect();
        let names: Vec<_> = fields.iter().map(|(name, _)| *name).collect();
        let mut wanted = vec!["RequestId", "Duration", "Billed Duration", "Memory Size", "Max Memory Used"];
        wanted.extend(cold.then_some("Init Duration"));
        assert_eq!(names, wanted);
        let figures: Vec<f64> =
            fields[1..].iter().map(|(_, value)| value.split(' ').next().unwrap().parse().unwrap()).collect();
        let init = figures.get(4).copied().unwrap_or_default();
        assert!((figures[1] - (figures[0] + init).ceil()).abs() <= 1.0, "{report}");
        assert!(figures[2] == 128.0 && (1.0..200.0).contains(&figures[3]), "{report}");
    }
    site.stop().await;
}

#[tokio::test]
async fn the_log_tail_is_the_last_four_kilobytes() {
    let site = Site::python("    print('x' * 100_000)\n    print('last')").await;
    let tail = site.ask("f", "{}").header("x-amz-log-type", "Tail").send().await.tail();
    assert_eq!(tail.len(), 4096);
    assert!(tail.starts_with('x') && tail.contains("x\nlast\nEND RequestId: "), "{tail}");
    site.stop().await;
}

#[tokio::test]
async fn the_largest_payloads_pass_both_ways() {
    for site in [Site::python("    return event").await, Site::node("  return event;").await] {
        let payload = format!("\"{}\"", "é".repeat((6_291_556 - 2) / 2));
        assert_eq!(payload.len(), 6_291_556);
        let told = site.call(payload.clone()).await;
        assert_eq!((told.status, told.header("x-amz-function-error")), (200, None));
        // Escaped or not, it is the same text.
        let same = told.json() == serde_json::from_str::<serde_json::Value>(&payload).unwrap();
        assert!(same);
        site.stop().await;
    }
}

#[tokio::test]
async fn bytes_survive_as_base64() {
    let site =
        Site::python("    import base64\n    return base64.b64encode(base64.b64decode(event)[::-1]).decode()").await;
    let bytes: Vec<u8> = (0..=255).collect();
    let answer = site.value(json!(BASE64_STANDARD.encode(&bytes)).to_string()).await;
    let answer = BASE64_STANDARD.decode(answer.as_str().unwrap()).unwrap();
    assert!(answer.iter().rev().eq(&bytes));
    site.stop().await;
}

#[tokio::test]
async fn a_client_context_reaches_the_handler() {
    let context = BASE64_STANDARD.encode("{\"custom\":\n{\"k\":\"ü\"},\"client\":{\"app_title\":\"t\"}}");
    let python = Site::python("    c = context.client_context\n    return [c.custom['k'], c.client.app_title]").await;
    let node = Site::node("  const c = context.clientContext; return [c.custom.k, c.client.app_title];").await;
    for site in [python, node] {
        let told = site.ask("f", "{}").header("x-amz-client-context", context.clone()).send().await;
        assert_eq!(told.json(), json!(["ü", "t"]));
        site.stop().await;
    }
}

#[tokio::test]
async fn the_environment_is_awss_and_not_the_gateways() {
    let site = Site::python("    import os\n    return dict(os.environ)").await;
    site.write("f/function.yaml", "memory: 512\nenvironment: { NAME: text, PORT: 80, FLAG: true }\n");
    let environment = site.value("").await;
    for (name, value) in [
        ("AWS_LAMBDA_FUNCTION_NAME", Some("f")),
        ("AWS_LAMBDA_FUNCTION_VERSION", Some("$LATEST")),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", Some("512")),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", Some("on-demand")),
        ("AWS_LAMBDA_LOG_GROUP_NAME", Some("/aws/lambda/f")),
        ("AWS_REGION", Some("eu-west-1")),
        ("AWS_ACCESS_KEY_ID", Some("local")),
        ("AWS_SECRET_ACCESS_KEY", Some("local")),
        ("TZ", Some(":UTC")),
        ("_HANDLER", Some("lambda_function.lambda_handler")),
        ("NAME", Some("text")),
        ("PORT", Some("80")),
        ("FLAG", Some("true")),
        ("AWS_ENDPOINT_URL_LAMBDA", None),
        // Set for every test by cargo.
        ("CARGO_MANIFEST_DIR", None),
    ] {
        assert_eq!(environment[name].as_str(), value, "{name}");
    }
    assert!(std::env::var_os("CARGO_MANIFEST_DIR").is_some());
    let trace = environment["_X_AMZN_TRACE_ID"].as_str().unwrap();
    assert!(trace.starts_with("Root=1-"), "{trace}");
    site.stop().await;
}

#[tokio::test]
async fn an_alias_runs_the_version_that_it_names() {
    let site = Site::python("    import os\n    return [context.function_version, os.getpid()]").await;
    site.write("f/function.yaml", "concurrency: 2\nversions: [1, 2, 3]\naliases: { live: 2 }");
    let mut processes = Vec::new();
    for (name, version) in [("f", "$LATEST"), ("f:live", "2"), ("f:2", "2"), ("f:3", "3"), ("f:$LATEST", "$LATEST")] {
        let told = site.ask(&name.replace('$', "%24"), "{}").header("x-amz-log-type", "Tail").send().await;
        assert_eq!(
            (told.header("x-amz-executed-version"), &told.json()[0]),
            (Some(version), &json!(version)),
            "{name}"
        );
        let start = format!("START RequestId: {} Version: {version}\n", told.header("x-amzn-requestid").unwrap());
        assert!(told.tail().starts_with(&start), "{}", told.tail());
        processes.push(told.json()[1].as_i64().unwrap());
    }
    assert_eq!(processes[1], processes[2], "an alias and its version are served by the same processes");
    // Of three versions two have an instance: no more are kept than may run.
    site.idle(2).await;
    site.stop().await;
}

#[tokio::test]
async fn the_start_of_an_instance_and_its_failure_are_in_the_log() {
    let site = Site::python("    return 1").await;
    let function = site.emulator.host.functions.find("f").unwrap();
    let (_, mut lines) = function.journal().follow();
    let mut next = async || lines.recv().await.unwrap().to_string();
    site.value("{}").await;
    let start =
        "INIT_START Runtime Version: python:local\tRuntime Version ARN: arn:aws:lambda:eu-west-1::runtime:local";
    assert_eq!(next().await, start);
    assert!(next().await.starts_with("START RequestId: "));
    site.write("f/lambda_function.py", "raise ValueError('no')");
    assert!(site.call("{}").await.header("x-amz-function-error").is_some());
    let report = loop {
        let line = next().await;
        if line.starts_with("INIT_REPORT ") {
            break line;
        }
    };
    assert!(report.ends_with("\tPhase: init\tStatus: error\tError Type: ValueError"), "{report}");
    site.stop().await;
}

#[tokio::test]
async fn a_report_tells_who_called() {
    let mut site = Site::python("    return 1").await;
    let route = format!("{}/2015-03-31/functions/f/invocations", crate::caller::path("/users/{id}"));
    for (path, expected) in [
        (&*route, "/users/{id}"),
        ("/2015-03-31/functions/f/invocations", "called directly"),
        ("/url/f/x", "function URL"),
    ] {
        assert_eq!(site.request("POST", path, "{}").send().await.status, 200, "{path}");
        assert_eq!(site.reports.recv().await.unwrap().caller.to_string(), expected);
    }
    let staged = site.request("GET", "/stage/prod/f/x", "").header("x-api-key", "local");
    assert_eq!(super::site::send(staged.address, staged.unsigned()).await.status, 502, "1 is no REST API's reply");
    assert_eq!(site.reports.recv().await.unwrap().caller.to_string(), "stage prod");
    site.stop().await;
}

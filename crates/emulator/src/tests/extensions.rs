//! Extensions: started beside the runtime, told of calls and of the end, and never waited for longer than may be.

use super::site::{Site, python};
use serde_json::{Value, json};
use std::fs;
use std::time::{Duration, Instant};

/// An extension in Python: `post`, `get` and `tell` are its tools; what it tells is a line of the folder's `told`.
fn extension(body: &str) -> String {
    format!(
        r#"#!/usr/bin/env python3
import http.client, json, os, sys, time
api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
name = os.path.basename(__file__)
def ask(method, path, body=None, headers={{}}):
    api.request(method, path, body, headers)
    answer = api.getresponse()
    return answer.status, answer.headers, json.loads(answer.read() or b"null")
def register(*events):
    status, headers, body = ask("POST", "/2020-01-01/extension/register", json.dumps({{"events": events}}),
        {{"Lambda-Extension-Name": name, "Lambda-Extension-Accept-Feature": "accountId"}})
    return status, {{"Lambda-Extension-Identifier": headers.get("Lambda-Extension-Identifier", "")}}, body
def next(id):
    return ask("GET", "/2020-01-01/extension/event/next", None, id)[2]
def tell(what):
    with open("../told", "a") as file:
        file.write(json.dumps(what) + "\n")
{body}
"#
    )
}

const COMPLETE: &str = r#"
status, id, body = register("INVOKE", "SHUTDOWN")
tell([status, body])
tell(ask("PUT", "/2022-07-01/telemetry", "{}", id)[::2])
while True:
    event = next(id)
    tell(event)
    if event["eventType"] == "SHUTDOWN":
        break
"#;

async fn site(body: &str, function: &str) -> Site {
    let site = Site::python(function).await;
    site.write("f/extensions/watcher", &extension(body));
    site.make_executable("f/extensions/watcher");
    site
}

/// Lines that the extension has told, once there are so many. The limit only keeps a failure from hanging.
async fn told(site: &Site, count: usize) -> Vec<Value> {
    let began = Instant::now();
    loop {
        let text = fs::read_to_string(site.folder.join("told")).unwrap_or_default();
        let lines: Vec<Value> = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        if lines.len() >= count {
            return lines;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "{lines:?}");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn an_extension_is_told_of_every_call_and_of_the_end() {
    let site = site(COMPLETE, "    import os\n    return [os.getppid() > 0, os.environ['_X_AMZN_TRACE_ID']]").await;
    let trace = "Root=1-67891233-abcdef012345678912345678;Sampled=1";
    let mut ids = Vec::new();
    for _ in 0..2 {
        let told = site.ask("f", "{}").header("x-amzn-trace-id", trace).send().await;
        assert_eq!(told.json(), json!([true, trace]));
        ids.push(told.header("x-amzn-requestid").unwrap().to_owned());
        // Else the next call would find its extension busy, and start another instance.
        site.idle(1).await;
    }
    let lines = told(&site, 4).await;
    let about = json!({
        "functionName": "f", "functionVersion": "$LATEST", "handler": "lambda_function.lambda_handler",
        "accountId": "000000000000",
    });
    assert_eq!(lines[0], json!([200, about]));
    let unsupported = json!({"errorType": "Telemetry.NotSupported", "errorMessage": "Telemetry API is not supported"});
    assert_eq!(lines[1], json!([202, unsupported]));
    for (line, id) in lines[2..].iter().zip(&ids) {
        assert_eq!((&line["eventType"], &line["requestId"]), (&json!("INVOKE"), &json!(id)));
        assert_eq!(line["invokedFunctionArn"], "arn:aws:lambda:eu-west-1:000000000000:function:f");
        assert_eq!(line["tracing"], json!({"type": "X-Amzn-Trace-Id", "value": trace}));
        assert!(line["deadlineMs"].as_u64().unwrap() > 1_700_000_000_000);
    }
    let folder = site.folder.clone();
    site.emulator.stop().await;
    let text = fs::read_to_string(folder.join("told")).unwrap();
    let last: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    assert_eq!((&last["eventType"], &last["shutdownReason"]), (&json!("SHUTDOWN"), &json!("spindown")));
    fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn the_end_says_why() {
    for (body, reason) in [("    import time; time.sleep(60)", "timeout"), ("    import os; os._exit(3)", "failure")] {
        let site = site(COMPLETE, body).await;
        site.write("f/function.yaml", "timeout: 500ms");
        assert_eq!(site.call("{}").await.header("x-amz-function-error"), Some("Unhandled"));
        let lines = told(&site, 4).await;
        assert_eq!(lines[3]["shutdownReason"], reason, "{body}");
        site.stop().await;
    }
}

#[tokio::test]
async fn an_extension_that_fails_takes_the_instance_with_it() {
    for (body, kind, message) in [
        ("sys.exit(3)", "Extension.Crash", "watcher: exit status 3"),
        ("register('INVOKE')\nsys.exit(4)", "Extension.Crash", "watcher: exit status 4"),
        (
            "_, id, _ = register('INVOKE')\nask('POST', '/2020-01-01/extension/init/error', '{\"errorMessage\":\"no\"}', \
             id | {'Lambda-Extension-Function-Error-Type': 'My.Error'})\ntime.sleep(60)",
            "Extension.InitError",
            "watcher: My.Error: no",
        ),
        (
            "_, id, _ = register('INVOKE')\nnext(id)\nask('POST', '/2020-01-01/extension/exit/error', '{}', id)\n\
             time.sleep(60)",
            "Extension.ExitError",
            "watcher: Extension.UnknownReason: ",
        ),
    ] {
        // The function waits: what the extension does comes first.
        let site = site(body, "    import time; time.sleep(60)").await;
        site.write("f/function.yaml", "timeout: 60");
        for _ in 0..2 {
            let expected = (kind.to_owned(), format!("RequestId Error: {message}"));
            assert_eq!(site.call("{}").await.function_error(), expected, "{body}");
        }
        site.stop().await;
    }
    let site = Site::python("    pass").await;
    site.write("f/extensions/watcher", "#!/no/such/interpreter\n");
    site.make_executable("f/extensions/watcher");
    assert_eq!(site.call("{}").await.function_error().0, "Extension.LaunchError");
    site.stop().await;
}

#[tokio::test]
async fn an_extension_that_never_comes_does_not_hang_the_call() {
    for body in ["tell('up')\ntime.sleep(600)", "register('INVOKE')\ntell('up')\ntime.sleep(600)"] {
        let site = site(body, "    pass").await;
        let ask = site.ask("f", "{}").header("x-amz-log-type", "Tail");
        let call = tokio::spawn(async move { ask.send().await });
        told(&site, 1).await;
        tokio::time::pause();
        tokio::time::advance(Duration::from_secs(11)).await;
        tokio::time::resume();
        let told = call.await.unwrap();
        let message = "RequestId Error: Task timed out after 10.00 seconds";
        assert_eq!(told.function_error(), ("Sandbox.Timedout".into(), message.into()));
        assert!(told.tail().contains("extension watcher has not come"), "{}", told.tail());
        site.stop().await;
    }
}

#[tokio::test]
async fn the_next_call_waits_until_extensions_are_done_with_the_last() {
    let body = r#"
_, id, _ = register("INVOKE")
while True:
    event = next(id)
    while not os.path.exists("../go"):
        time.sleep(0.001)
    tell(event["requestId"])
"#;
    let mut site = site(body, "    import os; return os.getpid()").await;
    site.write("f/function.yaml", "concurrency: 1\ntimeout: 60");
    let first = site.value("{}").await;
    site.reports.recv().await.unwrap();
    // Answered, but the instance and its turn are not free yet.
    let next = site.call("{}").await;
    assert_eq!(next.status, 429, "{next:?} {first} {:?}", site.reports.recv().await);
    site.reports.recv().await.unwrap();
    site.write("go", "");
    told(&site, 1).await;
    let second = loop {
        let answer = site.call("{}").await;
        if answer.status == 200 {
            break answer.json();
        }
    };
    assert_eq!(second, first);
    site.stop().await;
}

#[tokio::test]
async fn what_an_extension_may_not_is_refused_as_aws_does() {
    let body = r#"
tell(ask("GET", "/2020-01-01/extension/event/next")[::2])
tell(ask("GET", "/2020-01-01/extension/event/next", None, {"Lambda-Extension-Identifier": "other"})[::2])
tell(ask("POST", "/2020-01-01/extension/register", "{}")[::2])
tell(register("NOTHING")[::2])
name = "stranger"
tell(register("SHUTDOWN")[::2])
name = "watcher"
status, id, _ = register()
tell(status)
tell(register("INVOKE")[::2])
next(id)
"#;
    let site = site(body, "    pass").await;
    assert_eq!(site.value("{}").await, Value::Null);
    let lines = told(&site, 7).await;
    let kinds: Vec<_> = lines.iter().map(|line| (line[0].as_u64(), line[1]["errorType"].as_str())).collect();
    let refused = |kind| (Some(403), Some(kind));
    assert_eq!(
        kinds,
        [
            refused("Extension.MissingExtensionIdentifier"),
            refused("Extension.UnknownExtensionIdentifier"),
            refused("Extension.InvalidExtensionName"),
            refused("Extension.InvalidEventType"),
            refused("Extension.InvalidEventType"),
            (None, None),
            refused("Extension.AlreadyRegistered"),
        ]
    );
    site.stop().await;
}

#[tokio::test]
async fn a_function_may_hold_an_extension_of_its_own() {
    let text = format!(
        "import http.client, json, os, threading\n\
         def watch():\n    api = http.client.HTTPConnection(os.environ['AWS_LAMBDA_RUNTIME_API'])\n    \
         api.request('POST', '/2020-01-01/extension/register', '{{\"events\": [\"INVOKE\"]}}', \
         {{'Lambda-Extension-Name': 'inner'}})\n    answer = api.getresponse(); answer.read()\n    ready.set()\n    \
         while True:\n        api.request('GET', '/2020-01-01/extension/event/next', None, \
         {{'Lambda-Extension-Identifier': answer.headers['Lambda-Extension-Identifier']}})\n        \
         seen.append(json.loads(api.getresponse().read())['requestId']); came.set()\n\
         seen, ready, came = [], threading.Event(), threading.Event()\n\
         threading.Thread(target=watch, daemon=True).start()\nready.wait()\n{}",
        python("    came.wait(); came.clear()\n    return seen[-1] == context.aws_request_id")
    );
    let site = Site::start().await;
    site.write("f/lambda_function.py", &text);
    for _ in 0..3 {
        assert_eq!(site.value("{}").await, json!(true));
    }
    site.stop().await;
}

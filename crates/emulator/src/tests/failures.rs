//! Functions that fail: errors, crashes, timeouts, answers too large, code that does not load.

use super::site::{Site, python};
use serde_json::json;

#[tokio::test]
async fn a_python_error_has_awss_shape() {
    let mut site = Site::python("    raise ValueError('no ' + event)").await;
    let told = site.ask("f", "\"luck\"").header("x-amz-log-type", "Tail").send().await;
    assert_eq!(told.function_error(), ("ValueError".into(), "no luck".into()));
    let value = told.json();
    assert_eq!(value["requestId"].as_str(), told.header("x-amzn-requestid"));
    let trace = value["stackTrace"].as_array().unwrap();
    assert_eq!(trace.len(), 1, "{value}");
    let line = trace[0].as_str().unwrap();
    assert!(line.contains("f/lambda_function.py\", line 2, in lambda_handler\n    raise ValueError("), "{line}");
    let tail = told.tail();
    assert!(tail.contains("[ERROR] ValueError: no luck\nTraceback") && tail.contains("\tStatus: error"), "{tail}");
    assert_eq!(site.reports.recv().await.unwrap().error.as_deref(), Some("ValueError: no luck"));
    site.stop().await;
}

#[tokio::test]
async fn a_node_error_has_awss_shape() {
    let site = Site::node("  throw new TypeError('no luck');").await;
    let told = site.call("{}").await;
    assert_eq!(told.function_error(), ("TypeError".into(), "no luck".into()));
    let trace = told.json()["trace"].clone();
    assert_eq!(trace[0], "TypeError: no luck");
    assert!(trace[1].as_str().unwrap().contains("f/index.mjs:2:"), "{trace}");
    site.stop().await;
}

#[tokio::test]
async fn what_goes_wrong_is_told_in_awss_words() {
    let exit = "RequestId Error: Runtime exited with error: ";
    let cases = [
        ("    import os; os._exit(3)", "Runtime.ExitError", format!("{exit}exit status 3")),
        ("    import sys; sys.exit(1)", "Runtime.ExitError", format!("{exit}exit status 1")),
        ("    import os; os.kill(os.getpid(), 9)", "Runtime.ExitError", format!("{exit}signal: killed")),
        (
            "    import os; os._exit(0)",
            "Runtime.ExitError",
            "RequestId Error: Runtime exited without providing a reason".to_owned(),
        ),
        (
            "    return 'x' * 6291555",
            "Function.ResponseSizeTooLarge",
            "Response payload size (6291557 bytes) exceeded maximum allowed payload size (6291556 bytes).".to_owned(),
        ),
        (
            "    return {1j}",
            "Runtime.MarshalError",
            "Unable to marshal response: Object of type set is not JSON serializable".to_owned(),
        ),
    ];
    for (body, kind, message) in cases {
        let site = Site::python(body).await;
        // The second call shows that a failure costs the next caller nothing but time.
        for _ in 0..2 {
            assert_eq!(site.call("{}").await.function_error(), (kind.to_owned(), message.clone()), "{body}");
        }
        site.stop().await;
    }
}

#[tokio::test]
async fn a_call_that_takes_too_long_ends_with_its_process() {
    let body =
        "    import os, time\n    print(os.getpid())\n    time.sleep(60 if event else 0)\n    return os.getpid()";
    let mut site = Site::python(body).await;
    site.write("f/function.yaml", "timeout: 0.5");
    let process = site.value("false").await.as_i64().unwrap();
    site.expect_end_of(process);
    let told = site.ask("f", "true").header("x-amz-log-type", "Tail").send().await;
    let message = "RequestId Error: Task timed out after 0.50 seconds";
    assert_eq!(told.function_error(), ("Sandbox.Timedout".into(), message.into()));
    let tail = told.tail();
    assert!(tail.contains(&format!("{process}\n")) && tail.contains(" Task timed out after 0.50 seconds\n"), "{tail}");
    assert!(tail.trim_end().ends_with("\tStatus: timeout"), "{tail}");
    assert_ne!(site.value("false").await.as_i64(), Some(process));
    assert!(site.reports.recv().await.unwrap().cold);
    assert!(site.reports.recv().await.unwrap().error.unwrap().starts_with("Sandbox.Timedout: "));
    site.stop().await;
}

#[tokio::test]
async fn code_that_does_not_load_says_file_and_line() {
    let cases = [
        (
            "lambda_function.py",
            "import json\nimport absent_one\n",
            "Runtime.ImportModuleError",
            "lambda_function.py\", line 2",
        ),
        ("lambda_function.py", "x = 1\ndef f(:\n", "Runtime.UserCodeSyntaxError", "lambda_function.py\" Line 2"),
        ("lambda_function.py", "x = 1\n1 / 0\n", "ZeroDivisionError", "lambda_function.py\", line 2"),
        ("lambda_function.py", "x = 1\n", "Runtime.HandlerNotFound", ""),
        ("index.mjs", "let a = 1;\nlet b = ;\n", "Runtime.UserCodeSyntaxError", "index.mjs:2"),
        ("index.cjs", "let a = 1;\nlet b = ;\n", "Runtime.UserCodeSyntaxError", "index.cjs:2"),
        ("index.mjs", "let a = 1;\nnothing.there();\n", "ReferenceError", "index.mjs:2"),
        ("index.mjs", "import 'absent';\n", "Runtime.ImportModuleError", "index.mjs"),
        ("index.js", "exports.other = 1;\n", "Runtime.HandlerNotFound", ""),
    ];
    for (file, text, kind, place) in cases {
        let mut site = Site::start().await;
        site.write(&format!("f/{file}"), text);
        let told = site.call("{}").await;
        assert_eq!(told.function_error().0, kind, "{text}");
        let report = site.reports.recv().await.unwrap();
        let (error, stack) = (report.error.unwrap(), report.stack.unwrap_or_default().join("\n"));
        assert!(error.starts_with(kind) && stack.contains(place), "{error}\n{stack}");
        if let Ok(line) = place.rsplit([' ', ':']).next().unwrap_or_default().parse::<u32>() {
            assert!(error.ends_with(&format!(" ({file}:{line})")), "{error}");
        }
        let value = told.json();
        let trace = if file.ends_with("py") { &value["stackTrace"] } else { &value["trace"] };
        assert!(
            trace.as_array().unwrap().iter().any(|line| line.as_str().unwrap().contains(place)) || place.is_empty(),
            "{value}"
        );
        site.stop().await;
    }
}

#[tokio::test]
async fn a_process_that_does_not_come_up_says_how_it_ended() {
    let site = Site::start().await;
    site.write("f/bootstrap", "#!/bin/sh\necho about to go\nexit 7\n");
    let told = site.ask("f", "{}").header("x-amz-log-type", "Tail").send().await;
    let message = "RequestId Error: Runtime exited with error: exit status 7";
    assert_eq!(told.function_error(), ("Runtime.ExitError".into(), message.into()));
    assert!(told.tail().starts_with("about to go\n"), "{}", told.tail());
    site.write("g/bootstrap", "#!/no/such/interpreter\n");
    assert_eq!(site.ask("g", "{}").send().await.function_error().0, "Runtime.InvalidEntrypoint");
    site.stop().await;
}

#[tokio::test]
async fn an_event_that_fails_is_reported() {
    let mut site = Site::start().await;
    site.write("f/lambda_function.py", &python("    return event['absent']"));
    assert_eq!(site.ask("f", "{}").header("x-amz-invocation-type", "Event").send().await.status, 202);
    assert_eq!(site.reports.recv().await.unwrap().error.as_deref(), Some("KeyError: 'absent'"));
    assert_eq!(site.ask("f", json!({"absent": 1}).to_string()).send().await.json(), json!(1));
    site.stop().await;
}

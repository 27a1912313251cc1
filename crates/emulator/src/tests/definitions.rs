//! What a function's settings say: warmth, faults, who declares it.

use super::site::{Site, python};
use crate::function::{AuthType, InvokeMode, NoTurn, Reason, Url};
use crate::settings::Declared;
use serde_json::json;
use std::time::Duration;

#[tokio::test]
async fn warm_instances_are_there_before_anyone_calls_and_after_one_has_crashed() {
    let mut site = Site::python(
        "    import os\n    if event: os._exit(1)\n    return os.environ['AWS_LAMBDA_INITIALIZATION_TYPE']",
    )
    .await;
    site.write("f/function.yaml", "warm: 2");
    site.write("cold/index.mjs", "export const handler = async () => process.env.AWS_LAMBDA_INITIALIZATION_TYPE;");
    for _ in 0..2 {
        site.idle(2).await;
        assert_eq!(site.value("false").await, json!("provisioned-concurrency"));
        assert!(!site.reports.recv().await.unwrap().cold);
        assert_eq!(site.call("true").await.function_error().0, "Runtime.ExitError");
        site.reports.recv().await.unwrap();
    }
    assert_eq!(site.ask("cold", "").send().await.json(), json!("on-demand"));
    assert!(site.reports.recv().await.unwrap().cold);
    site.stop().await;
}

#[tokio::test]
async fn an_instance_that_cannot_be_warm_is_told_and_not_tried_for_ever() {
    let site = Site::start().await;
    site.write("f/lambda_function.py", "import absent_one");
    site.write("f/function.yaml", "warm: 1");
    let function = site.emulator.host.functions.find("f").unwrap();
    function.warm_up(&site.emulator.host).await;
    function.warm_up(&site.emulator.host).await;
    let told: Vec<_> = function.journal().follow().0;
    let told: Vec<_> = told.iter().filter(|line| line.contains("to be warm did not come up")).collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("absent_one"));
    site.stop().await;
}

#[tokio::test]
async fn faults_happen_as_asked_for() {
    let text = "x".repeat(100);
    for (faults, kind) in [
        ("error: My.Error", Some("My.Error")),
        ("error: { type: My.Error, message: m }", Some("My.Error")),
        ("error: My.Error\n  rate: 0", None),
        ("truncate_after: 50", Some("Runtime.TruncatedResponse")),
        ("truncate_after: 102", None),
        ("latency: 1ms\n  init_delay: 1ms", None),
    ] {
        let mut site = Site::python("    return event").await;
        site.write("f/function.yaml", &format!("faults:\n  {faults}"));
        let told = site.call(format!("\"{text}\"")).await;
        match kind {
            None => assert_eq!(told.json(), json!(text), "{faults}"),
            Some(kind) => assert_eq!(told.function_error().0, kind, "{faults}"),
        }
        let report = site.reports.recv().await.unwrap();
        assert_eq!(report.error.is_some(), kind.is_some(), "{faults}");
        site.stop().await;
    }
}

#[tokio::test]
async fn delays_take_as_long_as_asked_for() {
    let mut site = Site::python("    return 1").await;
    site.write("f/function.yaml", "faults: { latency: 300ms, init_delay: 200ms }");
    for (least, cold) in [(500.0, true), (300.0, false)] {
        let tail = site.ask("f", "1").header("x-amz-log-type", "Tail").send().await.tail();
        let report = site.reports.recv().await.unwrap();
        assert!(report.milliseconds >= least && report.cold == cold, "{report:?}");
        assert_eq!(tail.contains("Init Duration: "), cold, "{tail}");
    }
    site.stop().await;
}

#[tokio::test]
async fn every_nth_call_is_refused_for_the_reason_asked_for() {
    let site = Site::python("    return 1").await;
    site.write("f/function.yaml", "faults: { throttle: { reason: CallerRateLimitExceeded, every: 3 } }");
    let function = site.emulator.host.functions.find("f").unwrap();
    for round in 1..=9 {
        match function.turn() {
            Ok(_) => assert_ne!(round % 3, 0, "{round}"),
            Err(NoTurn::Throttled(reason)) => {
                assert_eq!(
                    (round % 3, reason, reason.name()),
                    (0, Reason::CallerRateLimitExceeded, "CallerRateLimitExceeded")
                );
            }
            Err(other) => panic!("{other:?}"),
        }
    }
    site.stop().await;
}

#[tokio::test]
async fn settings_that_make_no_sense_are_told_with_their_place() {
    for (yaml, expected) in [
        ("warm: 11", "warm (11) must be at most the concurrency (10)"),
        ("retries: 3", "retries must be between 0 and 2, not 3"),
        ("max_event_age: 59s", "max_event_age must be between 60s and 6h, not 59 seconds"),
        ("timeout: 901", "timeout must be more than 0 and at most 900 seconds, not 901"),
        ("faults: { rate: 2 }", "rate of faults must be between 0 and 1, not 2"),
        ("faults: { throttle: { every: 0 } }", "every of a throttle must be at least 1"),
        ("faults: { throttle: { reason: Own } }", "Own"),
        ("url: { mode: BUFFERED }", "auth"),
        ("url: { auth: SOME }", "SOME"),
        ("runtime: provided\nruntime_client: official", "runtime_client: official is for python and node"),
    ] {
        let site = Site::python("    pass").await;
        site.write("f/function.yaml", yaml);
        let info = site.emulator.functions().remove(0);
        let problem = info.problem.unwrap_or_else(|| panic!("no problem: {yaml}"));
        assert!(problem.contains(expected) && problem.contains("f/function.yaml: "), "{problem}");
        site.stop().await;
    }
}

#[tokio::test]
async fn every_setting_is_read() {
    let site = Site::python("    pass").await;
    let yaml = "url: { auth: AWS_IAM, mode: RESPONSE_STREAM }\naliases: { live: 3, test: $LATEST }\nversions: [1, 2, 3]\n\
        retries: 1\nmax_event_age: 10m\ndestinations: { on_success: ../ok.jsonl, on_failure: /tmp/bad.jsonl }\nwarm: 1\n";
    site.write("f/function.yaml", yaml);
    let function = site.emulator.host.functions.find("f").unwrap();
    let definition = function.definition().unwrap();
    assert_eq!(definition.url, Some(Url { auth: AuthType::AwsIam, mode: InvokeMode::ResponseStream, cors: None }));
    let aliases: Vec<_> = definition.aliases.iter().map(|(name, version)| (&**name, &**version)).collect();
    assert_eq!(aliases, [("live", "3"), ("test", "$LATEST")]);
    assert_eq!(definition.versions.iter().map(|version| &**version).collect::<Vec<_>>(), ["1", "2", "3"]);
    assert_eq!((definition.event.retries, definition.event.max_age), (1, Duration::from_secs(600)));
    assert_eq!(definition.event.on_success, Some(function.folder().join("../ok.jsonl")));
    assert_eq!(definition.event.on_failure, Some("/tmp/bad.jsonl".into()));
    assert_eq!(definition.warm, Some(1));
    site.stop().await;
}

#[tokio::test]
async fn functions_may_be_declared_elsewhere_and_share_a_folder() {
    let declare = |name: &str, site: &std::path::Path| Declared {
        name: name.to_owned(),
        folder: site.join("code"),
        runtime: Some("python3.12".to_owned()),
        handler: Some(format!("app.{}", name.to_lowercase())),
        memory_mb: Some(256),
        environment: [("NAME".to_owned(), name.to_owned())].into(),
        ..Declared::default()
    };
    let site = Site::declaring(|folder| vec![declare("One", folder), declare("Two", folder)]).await;
    let body = "    import os\n    return [os.environ['NAME'], context.memory_limit_in_mb, event]";
    let text = format!("{}\n{}", python(body).replace("lambda_handler", "one"), "def two(event, context): return 2");
    site.write("code/app.py", &text);
    assert_eq!(site.ask("One", "1").send().await.json(), json!(["One", "256", 1]));
    assert_eq!(site.ask("Two", "1").send().await.json(), json!(2));
    let infos = site.emulator.functions();
    let names: Vec<_> = infos.iter().map(|info| (&*info.name, info.runtime)).collect();
    // The folder is one of the site's too, though nothing in it says how it is run.
    assert_eq!(names, [("One", Some("python")), ("Two", Some("python")), ("code", None)]);
    // What the folder itself says wins.
    site.write("code/function.yaml", "memory: 512");
    for _ in 0..2000 {
        if site.ask("One", "1").send().await.json()[1] == "512" {
            return site.stop().await;
        }
    }
    panic!("the settings were not read");
}

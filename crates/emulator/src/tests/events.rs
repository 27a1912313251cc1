//! Events: tried again, given up, told about in files.

use super::site::{Site, python};
use crate::settings::EventWaits;
use serde_json::{Value, json};
use std::fs;
use std::time::{Duration, Instant};

const SOON: EventWaits =
    EventWaits { after_failure: [Duration::ZERO; 2], throttled: Duration::ZERO, throttled_most: Duration::ZERO };
const HOUR: Duration = Duration::from_secs(3600);
const DESTINATIONS: &str = "destinations: { on_success: ../good, on_failure: ../bad }\n";

async fn site(waits: EventWaits, settings: &str, body: &str) -> Site {
    let site = Site::with(|_, settings| settings.event_waits = waits).await;
    site.write("f/lambda_function.py", &python(body));
    site.write("f/function.yaml", &format!("{DESTINATIONS}{settings}"));
    site
}

async fn send(site: &Site, event: &str) -> String {
    let told = site.ask("f", event.to_owned()).header("x-amz-invocation-type", "Event").send().await;
    assert_eq!(told.status, 202, "{told:?}");
    told.header("x-amzn-requestid").unwrap().to_owned()
}

/// The only record of a file, as soon as it is there. The limit only keeps a failure from hanging.
async fn record(site: &Site, file: &str) -> Value {
    let began = Instant::now();
    loop {
        let text = fs::read_to_string(site.folder.join(file)).unwrap_or_default();
        if let Some(line) = text.strip_suffix('\n') {
            return serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        }
        assert!(began.elapsed() < Duration::from_secs(60), "no record in {file}");
        tokio::task::yield_now().await;
    }
}

/// Fails as often as the event says, counted in a file.
const FAILING: &str = "    import pathlib
    count = pathlib.Path('../count')
    before = int(count.read_text()) if count.exists() else 0
    count.write_text(str(before + 1))
    if before < event['failures']: raise ValueError('no luck')
    return before";

#[tokio::test]
async fn an_event_is_tried_again_and_its_end_recorded() {
    for (settings, failures, file, condition, tries) in [
        ("", 0, "good", "Success", 1),
        ("", 1, "good", "Success", 2),
        ("", 2, "good", "Success", 3),
        ("", 3, "bad", "RetriesExhausted", 3),
        ("retries: 1", 2, "bad", "RetriesExhausted", 2),
        ("retries: 0", 1, "bad", "RetriesExhausted", 1),
    ] {
        let mut site = site(SOON, settings, FAILING).await;
        // A line break in the event must not end the record.
        let id = send(&site, &format!("{{\"failures\":\n{failures}}}")).await;
        let told = record(&site, file).await;
        let case = format!("{settings} {failures}: {told}");
        assert_eq!(told["version"], "1.0");
        let arn = "arn:aws:lambda:eu-west-1:000000000000:function:f:$LATEST";
        let context = json!({
            "requestId": id, "functionArn": arn, "condition": condition, "approximateInvokeCount": tries,
        });
        assert_eq!(told["requestContext"], context, "{case}");
        assert_eq!(told["requestPayload"], json!({ "failures": failures }), "{case}");
        let mut response = json!({ "statusCode": 200, "executedVersion": "$LATEST" });
        if file == "bad" {
            response["functionError"] = json!("Unhandled");
            assert_eq!(told["responsePayload"]["errorType"], "ValueError", "{case}");
        } else {
            assert_eq!(told["responsePayload"], json!(tries - 1), "{case}");
        }
        assert_eq!(told["responseContext"], response, "{case}");
        let timestamp = told["timestamp"].as_str().unwrap();
        assert!(timestamp.len() == "2019-11-14T18:16:05.568Z".len() && timestamp.ends_with('Z'), "{timestamp}");
        for number in 1..=tries {
            let report = site.reports.recv().await.unwrap();
            assert_eq!((&*report.request_id, report.status), (&*id, 202), "{case}");
            assert_eq!(report.error.is_some(), number <= failures, "{case}");
        }
        assert!(site.reports.try_recv().is_err(), "{case}");
        site.stop().await;
    }
}

#[tokio::test]
async fn an_event_that_would_grow_too_old_is_given_up() {
    let late = EventWaits { after_failure: [HOUR; 2], throttled: HOUR, throttled_most: HOUR };
    for (settings, tries) in [("max_event_age: 60s", 1), ("max_event_age: 60s\nfaults: { throttle: {} }", 0)] {
        let site = site(late, settings, "    raise ValueError('no luck')").await;
        send(&site, "{}").await;
        let told = record(&site, "bad").await;
        assert_eq!(told["requestContext"]["condition"], "EventAgeExceeded", "{told}");
        assert_eq!(told["requestContext"]["approximateInvokeCount"], tries, "{told}");
        assert_eq!(told.get("responsePayload").is_some(), tries > 0, "{told}");
        site.stop().await;
    }
}

#[tokio::test]
async fn a_throttled_event_is_tried_again() {
    let mut site = site(SOON, "retries: 0\nfaults: { throttle: { every: 2 } }", "    return 1").await;
    for statuses in [&[202][..], &[429, 202]] {
        send(&site, "{}").await;
        for status in statuses {
            assert_eq!(site.reports.recv().await.unwrap().status, *status);
        }
    }
    site.stop().await;
}

#[tokio::test]
async fn a_folder_that_is_mended_in_time_runs() {
    let site = Site::with(|_, settings| settings.event_waits = SOON).await;
    site.write("f/function.yaml", &format!("{DESTINATIONS}retries: 1\nruntime: provided"));
    // No bootstrap yet: the first try fails.
    send(&site, "{}").await;
    let told = record(&site, "bad").await;
    assert_eq!(told["requestContext"]["approximateInvokeCount"], 2, "{told}");
    assert_eq!(told["responsePayload"]["errorType"], "Runtime.InvalidEntrypoint", "{told}");
    site.stop().await;
}

#[tokio::test]
async fn an_alias_of_an_event_stands_in_its_record() {
    let site = site(SOON, "aliases: { live: 3 }", "    return 1").await;
    let told = site.ask("f:live", "{}").header("x-amz-invocation-type", "Event").send().await;
    assert_eq!(told.status, 202);
    let told = record(&site, "good").await;
    let arn = "arn:aws:lambda:eu-west-1:000000000000:function:f:live";
    assert_eq!(told["requestContext"]["functionArn"], arn);
    assert_eq!(told["responseContext"]["executedVersion"], "3");
    site.stop().await;
}

#[tokio::test(start_paused = true)]
async fn awss_waits_are_one_minute_and_two() {
    let mut site = site(EventWaits::default(), "faults: { error: Wanted }", "    pass").await;
    let began = tokio::time::Instant::now();
    send(&site, "{}").await;
    for seconds in [0, 60, 180] {
        assert!(site.reports.recv().await.unwrap().error.is_some());
        assert_eq!(began.elapsed().as_secs(), seconds);
    }
    assert_eq!(record(&site, "bad").await["requestContext"]["condition"], "RetriesExhausted");
    site.stop().await;
}

#[tokio::test]
async fn a_record_in_the_functions_own_folder_is_no_change_of_its_code() {
    let site = Site::with(|_, settings| settings.event_waits = SOON).await;
    site.write("f/lambda_function.py", &python("    import os\n    return os.getpid()"));
    site.write("f/function.yaml", "destinations: { on_success: good }\n");
    send(&site, "{}").await;
    let first = record(&site, "f/good").await["responsePayload"].clone();
    assert!(first.is_number(), "{first}");
    for _ in 0..3 {
        let told = site.ask("f", "{}".to_owned()).send().await;
        assert_eq!(told.json(), first, "another process");
    }
    site.stop().await;
}

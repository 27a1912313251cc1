//! Requests that do not become calls: signatures, names, sizes, contents, folders.

use super::site::{Ask, Site, Told, python, send};
use base64::Engine;
use http::HeaderValue;
use serde_json::json;
use std::time::{Duration, SystemTime};

const MISMATCH: &str = "The request signature we calculated does not match the signature you provided. \
    Check your AWS Secret Access Key and signing method. Consult the service documentation for details.";

#[tokio::test]
async fn a_signature_that_is_not_right_is_refused() {
    let site = Site::python("    return 1").await;
    let ask = site.ask("f", "{}");
    let minutes = |minutes: u64| Duration::from_secs(minutes * 60);
    let signed = |change: &dyn Fn(&mut Ask)| {
        let mut ask = ask.clone();
        change(&mut ask);
        ask.signed()
    };
    let changed = |change: &dyn Fn(&mut http::HeaderMap)| {
        let mut request = ask.signed();
        change(request.headers_mut());
        request
    };
    let mut other_body = ask.signed();
    *other_body.body_mut() = http_body_util::Full::new("[]".into());
    let mut other_path = ask.signed();
    *other_path.uri_mut() = format!("{}?Qualifier=x", ask.path).parse().unwrap();

    check(&site, "none", ask.unsigned(), "MissingAuthenticationTokenException", "Missing Authentication Token").await;
    let unknown = "The security token included in the request is invalid.";
    let key = signed(&|ask| ask.access_key = "stranger");
    check(&site, "key", key, "UnrecognizedClientException", unknown).await;
    let secret = signed(&|ask| ask.secret_key = "wrong");
    check(&site, "secret", secret, "InvalidSignatureException", MISMATCH).await;
    check(&site, "body", other_body, "InvalidSignatureException", MISMATCH).await;
    check(&site, "query", other_path, "InvalidSignatureException", MISMATCH).await;
    let service = signed(&|ask| ask.service = "execute-api");
    check(&site, "service", service, "InvalidSignatureException", "scoped to correct service: 'lambda'").await;
    let past = signed(&|ask| ask.time = SystemTime::now() - minutes(6));
    check(&site, "past", past, "InvalidSignatureException", "Signature expired: ").await;
    let future = signed(&|ask| ask.time = SystemTime::now() + minutes(6));
    check(&site, "future", future, "InvalidSignatureException", "Signature not yet current: ").await;
    let no_date = changed(&|headers| drop(headers.remove("x-amz-date")));
    check(&site, "no date", no_date, "IncompleteSignatureException", "existence of either a 'X-Amz-Date'").await;
    let bare = changed(&|headers| {
        headers.insert("authorization", HeaderValue::from_static("AWS4-HMAC-SHA256 Credential=local/x"));
    });
    check(&site, "bare", bare, "IncompleteSignatureException", "requires 'Signature' parameter.").await;

    // Within five minutes, with further headers, it is right.
    for time in [SystemTime::now() - minutes(4), SystemTime::now() + minutes(4)] {
        let mut ask = ask.clone().header("x-amz-log-type", "None").header("x-amz-content-sha256", "x");
        ask.time = time;
        assert_eq!(ask.send().await.status, 200);
    }
    site.stop().await;
}

async fn check(
    site: &Site,
    case: &str,
    request: http::Request<http_body_util::Full<bytes::Bytes>>,
    kind: &str,
    text: &str,
) {
    let told = send(site.emulator.address(), request).await;
    assert_eq!((told.status, told.header("x-amzn-errortype")), (403, Some(kind)), "{case}: {told:?}");
    let message = told.json()["message"].as_str().unwrap_or_default().to_owned();
    assert!(message.contains(text), "{case}: {message}");
}

#[tokio::test]
async fn a_bad_request_is_refused_as_aws_does() {
    let site = Site::python("    return 1").await;
    let long = format!("\"{}\"", "x".repeat(6_291_556));
    let event = format!("\"{}\"", "x".repeat(1024 * 1024));
    let context = |text: &str| base64::prelude::BASE64_STANDARD.encode(text);
    let cases = [
        (site.ask("absent", "{}"), 404, "ResourceNotFoundException"),
        (site.ask("absent:live", "{}"), 404, "ResourceNotFoundException"),
        (site.ask("a%2F..%2Fb", "{}"), 400, "ValidationException"),
        (site.ask("f", "{"), 400, "InvalidRequestContentException"),
        (site.ask("f", vec![b'"', 0xff, b'"']), 400, "InvalidRequestContentException"),
        (site.ask("f", "{}").header("x-amz-client-context", "?"), 400, "InvalidRequestContentException"),
        (site.ask("f", "{}").header("x-amz-client-context", context("[]")), 400, "InvalidRequestContentException"),
        (site.ask("f", "{}").header("x-amz-invocation-type", "Sometimes"), 400, "ValidationException"),
        (site.ask("f", long), 413, "RequestTooLargeException"),
        (site.ask("f", event).header("x-amz-invocation-type", "Event"), 413, "RequestTooLargeException"),
        (site.ask("f/x", "{}"), 404, "UnknownOperationException"),
        (site.ask("f:live", "{}"), 404, "ResourceNotFoundException"),
        (site.ask("f:7", "{}"), 404, "ResourceNotFoundException"),
        (
            Ask { path: format!("{}?Qualifier=live", site.ask("f", "").path), ..site.ask("f", "{}") },
            404,
            "ResourceNotFoundException",
        ),
        (
            Ask { path: format!("{}?Qualifier=a", site.ask("f:b", "").path), ..site.ask("f", "{}") },
            400,
            "InvalidParameterValueException",
        ),
        (site.ask("f", "{}").header("content-type", "text/plain"), 415, "UnsupportedMediaTypeException"),
        (site.ask("f", "{}").header("x-amz-log-type", "Head"), 400, "ValidationException"),
        (site.ask("f", "{}").header("x-amz-tenant-id", "a*b"), 400, "ValidationException"),
        (site.ask("f", "{}").header("x-amz-tenant-id", "x".repeat(257)), 400, "ValidationException"),
        (site.ask("f", "{}").header("x-amz-durable-execution-name", "x"), 400, "InvalidParameterValueException"),
        (Ask { method: "GET", ..site.ask("f", "") }, 404, "UnknownOperationException"),
    ];
    for (ask, status, kind) in cases {
        let told = ask.send().await;
        assert_eq!((told.status, told.header("x-amzn-errortype")), (status, Some(kind)), "{} {told:?}", ask.path);
        assert_eq!(told.header("content-type"), Some("application/json"));
        assert!(told.header("x-amzn-requestid").is_some());
    }
    let arn = "arn:aws:lambda:eu-west-1:000000000000:function:absent:live";
    let expected = json!({"Type": "User", "Message": format!("Function not found: {arn}")});
    assert_eq!(site.ask("absent:live", "{}").send().await.json(), expected);
    let told = site.call("{").await.json();
    assert!(told["message"].as_str().unwrap().starts_with("Could not parse request body into json: "), "{told}");
    site.stop().await;
}

#[tokio::test]
async fn json_may_be_called_what_clients_call_it() {
    let site = Site::python("    return event").await;
    for media in [
        "application/json; charset=utf-8",
        "application/x-amz-json-1.0",
        "application/octet-stream",
        "binary/octet-stream",
        "",
        "application/cloudevents+json",
    ] {
        assert_eq!(site.ask("f", "1").header("content-type", media).send().await.status, 200, "{media}");
    }
    site.stop().await;
}

#[tokio::test]
async fn a_version_runs_under_its_own_name() {
    let site = Site::python("    return context.invoked_function_arn.rsplit(':', 1)[1]").await;
    site.write("f/function.yaml", "aliases: { live: 3, latest: $LATEST }\nversions: [1, 2]");
    for (qualifier, version) in [("live", "3"), ("latest", "$LATEST"), ("1", "1"), ("3", "3"), ("$LATEST", "$LATEST")] {
        for kind in ["RequestResponse", "DryRun"] {
            let told = site.ask(&format!("f:{qualifier}"), "").header("x-amz-invocation-type", kind).send().await;
            assert_eq!(told.header("x-amz-executed-version"), Some(version), "{qualifier} {kind} {told:?}");
            assert!(kind == "DryRun" || told.json() == json!(qualifier), "{qualifier} {told:?}");
        }
    }
    site.stop().await;
}

#[tokio::test]
async fn each_reason_of_a_throttle_is_told() {
    let site = Site::start().await;
    for reason in [
        "ReservedFunctionConcurrentInvocationLimitExceeded",
        "ReservedFunctionInvocationRateLimitExceeded",
        "FunctionInvocationRateLimitExceeded",
        "ConcurrentInvocationLimitExceeded",
        "CallerRateLimitExceeded",
        "ConcurrentSnapshotCreateLimitExceeded",
    ] {
        site.write(&format!("{reason}/lambda_function.py"), &python("    pass"));
        site.write(&format!("{reason}/function.yaml"), &format!("faults: {{ throttle: {{ reason: {reason} }} }}"));
        let told = site.ask(reason, "{}").send().await;
        let kind = Some("TooManyRequestsException");
        assert_eq!((told.status, told.header("x-amzn-errortype"), told.header("retry-after")), (429, kind, Some("1")));
        assert_eq!(told.json(), json!({ "Reason": reason, "Type": "User", "message": "Rate Exceeded." }));
    }
    site.stop().await;
}

#[tokio::test]
async fn a_folder_that_cannot_be_understood_says_why() {
    let site = Site::start().await;
    let cases = [
        ("empty", "notes.txt", "", "holds none of lambda_function.py"),
        ("unknown", "function.yaml", "tiemout: 3", "function.yaml: "),
        ("broken", "function.yaml", "{", "function.yaml: "),
        ("runtime", "function.yaml", "runtime: cobol", "runtime \"cobol\" is none of python, node and provided"),
        ("timeout", "function.yaml", "timeout: 0", "timeout must be more than 0"),
        ("memory", "function.yaml", "memory: 20000", "memory must be between 1 and 10240"),
        ("concurrency", "function.yaml", "concurrency: 0", "concurrency must be between 1 and 1000"),
    ];
    for (name, file, text, reason) in cases {
        site.write(&format!("{name}/{file}"), text);
        if file == "function.yaml" {
            site.write(&format!("{name}/lambda_function.py"), &python("    pass"));
        }
        check_reason(&site.ask(name, "{}").send().await, name, reason);
    }
    assert!(site.ask("unknown", "{}").send().await.json()["Message"].as_str().unwrap().contains("tiemout"));
    site.write("node/index.cjs", "");
    site.write("provided/bootstrap", "");
    let listed: Vec<_> = site.emulator.functions().into_iter().map(|info| (info.name, info.runtime)).collect();
    let mut expected: Vec<_> = cases.iter().map(|(name, ..)| ((*name).to_owned(), None)).collect();
    expected.extend([("node".to_owned(), Some("node")), ("provided".to_owned(), Some("provided"))]);
    expected.sort();
    assert_eq!(listed, expected);
    site.stop().await;
}

fn check_reason(told: &Told, name: &str, reason: &str) {
    assert_eq!((told.status, told.header("x-amzn-errortype")), (502, Some("InvalidRuntimeException")), "{name}");
    let message = told.json()["Message"].as_str().unwrap().to_owned();
    assert!(message.contains(reason), "{name}: {message}");
}

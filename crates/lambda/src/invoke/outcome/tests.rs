//! Cases of `outcome`.

use super::*;
use crate::error::Blame::{Aws, Client, Config, Function};
use http::HeaderValue;
use model::answer::FailureKind as Kind;

async fn refusal(status: u16, class: &str, body: &str) -> CallError {
    let mut headers = HeaderMap::new();
    headers.insert("x-amzn-requestid", HeaderValue::from_static("id-1"));
    headers.insert("retry-after", HeaderValue::from_static("7"));
    if !class.is_empty() {
        headers.insert("x-amzn-errortype", HeaderValue::from_str(class).unwrap());
    }
    refused(StatusCode::from_u16(status).unwrap(), &headers, Body::from(body.to_owned())).await.error
}

#[tokio::test]
async fn each_error_of_the_lambda_api_has_its_kind_blame_and_advice() {
    for (status, class, kind, blame, nothing_ran, advice) in [
        (400, "InvalidParameterValueException", Kind::Rejected, Config, true, "check"),
        (400, "InvalidRequestContentException", Kind::Rejected, Client, true, "must be JSON"),
        (400, "RecursiveInvocationException", Kind::Rejected, Config, true, "calls itself"),
        (402, "ServiceQuotaExceededException", Kind::Rejected, Config, true, "quota"),
        (403, "AccessDeniedException", Kind::Denied, Config, true, "lambda:InvokeFunction"),
        (403, "", Kind::Denied, Config, true, "lambda:InvokeFunction"),
        (403, "InvalidSignatureException", Kind::Denied, Config, true, "secret key"),
        (403, "ExpiredTokenException", Kind::Denied, Config, true, "session token"),
        (400, "RequestExpired", Kind::Denied, Config, true, "clock"),
        (403, "UnrecognizedClientException", Kind::Denied, Config, true, "access key"),
        (403, "EFSMountFailureException", Kind::Rejected, Config, true, "file system"),
        (404, "ResourceNotFoundException:http://internal/", Kind::FunctionNotFound, Config, true, "name"),
        (408, "SnapStartTimeoutException", Kind::Rejected, Aws, true, "in time"),
        (409, "SnapStartNotReadyException", Kind::Rejected, Aws, true, "try again"),
        (410, "EFSIOException", Kind::Rejected, Config, true, "check"),
        (413, "RequestTooLargeException", Kind::EventTooLarge, Client, true, "6 MB"),
        (415, "UnsupportedMediaTypeException", Kind::Rejected, Config, true, "check"),
        (429, "TooManyRequestsException", Kind::Throttled, Aws, true, "concurrency"),
        (500, "ServiceException", Kind::ServiceError, Aws, false, "may have run"),
        (502, "EC2ThrottledException", Kind::ServiceError, Aws, true, "try again"),
        (502, "KMSAccessDeniedException", Kind::ServiceError, Config, true, "key"),
        (502, "", Kind::ServiceError, Aws, false, "may have run"),
        (503, "", Kind::ServiceError, Aws, false, "may have run"),
        (504, "", Kind::ServiceError, Aws, false, "may have run"),
        (301, "", Kind::Rejected, Config, true, "not a Lambda API"),
    ] {
        let error = refusal(status, class, "{\"Message\":\"told\"}").await;
        let found = (error.kind, error.blame, error.nothing_ran, error.status);
        assert_eq!(found, (kind, blame, nothing_ran, Some(status)), "{status} {class}");
        assert!(error.detail.contains(advice), "{status} {class}: {}", error.detail);
        assert!(error.detail.contains("told") && !error.detail.contains("internal"), "{}", error.detail);
        assert_eq!((error.aws_request_id.as_deref(), error.retry_after), (Some("id-1"), Some(7)));
    }
}

#[tokio::test]
async fn what_aws_said_is_in_the_detail_however_it_is_spelled() {
    for (class, body, parts) in [
        ("", "{\"Type\":\"User\",\"Message\":\"upper\"}", &["User", "upper"][..]),
        ("", "{\"__type\":\"com.amazon#OddException\",\"message\":\"lower\"}", &[" OddException: lower"]),
        (
            "TooManyRequestsException",
            "{\"Reason\":\"CallerRateLimitExceeded\",\"message\":\"slow\"}",
            &["TooManyRequestsException (CallerRateLimitExceeded): slow"],
        ),
        ("", "<html>proxy\r\nerror</html>", &["<html>proxy  error</html>"]),
    ] {
        let error = refusal(429, class, body).await;
        for part in parts {
            assert!(error.detail.contains(part), "{}", error.detail);
        }
        assert!(!error.detail.contains(['\r', '\n']));
    }
    assert!(refusal(500, "", &"long ".repeat(10_000)).await.detail.len() < 2000);
}

#[test]
fn a_functions_error_is_its_own_its_timeout_or_its_size() {
    for (payload, kind, text) in [
        (
            "{\"errorType\":\"ValueError\",\"errorMessage\":\"no such user\"}",
            Kind::FunctionError,
            "ValueError: no such user",
        ),
        ("{\"errorMessage\":\"2020 id Task timed out after 3.00 seconds\"}", Kind::CallTimeout, "Task timed out"),
        (
            "{\"errorType\":\"Sandbox.Timedout\",\"errorMessage\":\"RequestId: x Error: t\"}",
            Kind::CallTimeout,
            "timeout",
        ),
        ("{\"errorType\":\"Function.ResponseSizeTooLarge\",\"errorMessage\":\"big\"}", Kind::ReplyTooLarge, "S3"),
        (
            "{\"errorType\":\"Runtime.ExitError\",\"errorMessage\":\"exit status 1\"}",
            Kind::FunctionError,
            "exit status 1",
        ),
        ("{\"errorType\":7}", Kind::FunctionError, "7"),
        ("not json\n", Kind::FunctionError, "not json"),
        ("", Kind::FunctionError, "log"),
    ] {
        let error = function_failure(&Bytes::from(payload));
        assert_eq!((error.kind, error.blame, error.nothing_ran), (kind, Function, false), "{payload}");
        assert!(error.detail.contains(text), "{}", error.detail);
        assert_eq!(error.payload.as_deref(), Some(payload.as_bytes()));
    }
}

#[test]
fn a_request_that_got_no_response_ran_only_if_it_was_sent() {
    use SendErrorKind::*;
    for (kind, sent, expected, nothing_ran) in [
        (Resolve, Sent::Nothing, Kind::Unreachable, true),
        (Connect, Sent::Nothing, Kind::Unreachable, true),
        (ConnectTimeout, Sent::Nothing, Kind::Unreachable, true),
        (Tls, Sent::Nothing, Kind::Unreachable, true),
        (Closed, Sent::Nothing, Kind::Unreachable, true),
        (Closed, Sent::Maybe, Kind::Interrupted, false),
        (Malformed, Sent::Maybe, Kind::Interrupted, false),
        (ReadTimeout, Sent::Maybe, Kind::CallTimeout, false),
        (WriteTimeout, Sent::Maybe, Kind::CallTimeout, false),
    ] {
        let error = unanswered(kind, sent, "why", CallTimeouts::default());
        assert_eq!((error.kind, error.nothing_ran), (expected, nothing_ran), "{kind:?}");
    }
}

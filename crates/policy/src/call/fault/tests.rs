//! Cases of `fault`.

use super::*;
use crate::exchange::testing;
use lambda::error::Blame as CallBlame;
use model::answer::AnswerBody;
use net::Body;

fn error(kind: FailureKind, blame: CallBlame, detail: &str) -> CallError {
    CallError {
        kind,
        blame,
        nothing_ran: false,
        detail: detail.into(),
        aws_request_id: Some("aws-1".into()),
        retry_after: None,
        status: None,
        payload: None,
        reason: None,
    }
}

fn ready(fault: &Fault) -> ReadyFault {
    ReadyFault::compile(fault).unwrap()
}

#[test]
fn a_failed_call_is_a_failure_that_hides_why_from_the_client() {
    let kinds = [
        (FailureKind::Throttled, CallBlame::Aws, Blame::Aws),
        (FailureKind::FunctionError, CallBlame::Function, Blame::Function),
        (FailureKind::Denied, CallBlame::Config, Blame::Config),
        (FailureKind::EventTooLarge, CallBlame::Client, Blame::Client),
    ];
    for (kind, blame, expected) in kinds {
        let error = error(kind, blame, "role arn:aws:iam::1:role/x\r\nforged line");
        let failure = ready(&Fault::default()).failure(error, &CallFacts::default());
        assert_eq!((failure.kind, failure.blame), (kind, expected));
        assert_eq!(failure.detail, "role arn:aws:iam::1:role/x  forged line");
        assert_eq!(failure.aws_request_id.as_deref(), Some("aws-1"));
        assert_eq!(failure.retry_after, (kind == FailureKind::Throttled).then_some(1));
    }
    for kind in FailureKind::ALL {
        let said = public(kind);
        assert!(!said.is_empty() && !said.contains("arn") && !said.to_lowercase().contains("aws"), "{said}");
    }
}

#[test]
fn a_throttle_waits_as_long_as_aws_says() {
    let mut error = error(FailureKind::Throttled, CallBlame::Aws, "busy");
    error.retry_after = Some(7);
    assert_eq!(ready(&Fault::default()).failure(error, &CallFacts::default()).retry_after, Some(7));
}

#[tokio::test]
async fn the_faults_own_answer_is_given_for_its_kind_only() {
    let own = Answer {
        headers: vec![("x-own".into(), "1".into())],
        body: AnswerBody::Text("sorry".into()),
        ..Answer::status(530)
    };
    let fault = ready(&Fault { answers: [(FailureKind::Denied, own)].into(), ..Fault::default() });
    for (kind, status) in [(FailureKind::Denied, 530), (FailureKind::Throttled, 429)] {
        let failure = fault.failure(error(kind, CallBlame::Aws, "x"), &CallFacts::default());
        let response = crate::answer::ReadyAnswers::default().render(&testing::get("/"), &failure);
        assert_eq!(response.status().as_u16(), status);
        assert_eq!(response.headers().contains_key("x-own"), status == 530);
    }
}

#[test]
fn statuses_that_cannot_be_sent_are_told() {
    let wrong = |status| Fault { function_error_as_reply: Some(Some(status)), ..Fault::default() };
    for status in [0, 99, 101, 1000] {
        assert_eq!(ReadyFault::compile(&wrong(status)).err(), Some(AnswerError::Status { status }));
    }
    assert!(ReadyFault::compile(&wrong(500)).is_ok());
    assert!(ReadyFault::compile(&wrong(777)).is_ok(), "what no standard names can still be sent");
    let header = Answer { headers: vec![("a b".into(), String::new())], ..Answer::status(500) };
    let fault = Fault { answers: [(FailureKind::Denied, header)].into(), ..Fault::default() };
    assert_eq!(ReadyFault::compile(&fault).err(), Some(AnswerError::Header { name: "a b".into() }));
}

#[tokio::test]
async fn function_errors_are_told_apart() {
    let cases = [
        (r#"{"errorMessage":"boom","errorType":"ValueError"}"#, FailureKind::FunctionError, "ValueError: boom"),
        (r#"{"errorType":"Sandbox.Timedout","errorMessage":"after 3 s"}"#, FailureKind::CallTimeout, "after 3 s"),
        (r#"{"errorType":"Function.ResponseSizeTooLarge"}"#, FailureKind::ReplyTooLarge, "ResponseSizeTooLarge"),
        ("", FailureKind::FunctionError, "the function failed"),
    ];
    for (payload, kind, detail) in cases {
        let invoked = Invoked {
            status: http::StatusCode::OK,
            headers: http::HeaderMap::new(),
            function_error: Some("Unhandled".into()),
            aws_request_id: None,
            version: None,
            log_tail: None,
            body: Body::from(payload),
        };
        let error = function_error(invoked).await;
        assert_eq!((error.kind, error.blame), (kind, CallBlame::Function), "{payload}");
        assert!(error.detail.contains(detail), "{}", error.detail);
    }
}

#[test]
fn a_status_may_be_for_unhandled_errors_alone() {
    let status = |code| http::StatusCode::from_u16(code).ok();
    let fault =
        |given, unhandled_only| ready(&Fault { function_error_as_reply: given, unhandled_only, ..Fault::default() });
    assert_eq!(fault(Some(Some(412)), true).as_reply("Unhandled"), Some(status(412)));
    assert_eq!(fault(Some(Some(412)), true).as_reply("Handled"), Some(None));
    assert_eq!(fault(Some(Some(412)), false).as_reply("Handled"), Some(status(412)));
    assert_eq!(fault(None, true).as_reply("Unhandled"), None);
}

#[test]
fn a_refusal_keeps_its_status_where_that_is_wanted() {
    let failure = |api_status, blame, status| {
        let error = CallError { status, ..error(FailureKind::Throttled, blame, "busy") };
        ready(&Fault { api_status, ..Fault::default() }).failure(error, &CallFacts::default()).status
    };
    assert_eq!(failure(true, CallBlame::Aws, Some(429)), Some(429));
    assert_eq!(failure(false, CallBlame::Aws, Some(429)), None);
    assert_eq!(failure(true, CallBlame::Aws, None), None, "nobody answered");
    assert_eq!(failure(true, CallBlame::Function, Some(200)), None, "the status of the call is none of a failure");
}

//! Cases of `lambda`.

mod samples;

use super::super::peer::{Peer, http};
use super::*;
use crate::build::Builder;
use crate::chain::{Next, ReadyChain};
use crate::exchange::{RouteFacts, testing};
use model::Secret;
use model::answer::{Answer, AnswerBody, FailureKind};
use model::aws::{Aws, Credentials};
use model::call::{
    CallTimeouts, EventRules, Fault, FunctionTarget, Invocation, MirrorRules, ReplyRules, UrlAuth, UrlTarget,
};
use model::chain::{Chain, Step, StepRank};
use model::endpoint::Endpoint;
use model::id::{RouteId, Slot, TableId};
use model::policy::Policy as Data;
use model::route::Route;
use model::table::Table;

fn aws(port: u16) -> Aws {
    let secret_key = Secret::new("secret");
    Aws {
        region: Some("eu-west-1".into()),
        endpoint: Some(format!("http://127.0.0.1:{port}")),
        credentials: Credentials::keys("AK", secret_key, None),
        ..Aws::default()
    }
}

fn call(port: u16) -> Call {
    Call {
        target: Target::Function(FunctionTarget {
            function: "users".into(),
            qualifier: None,
            invocation: Invocation::RequestResponse,
            log_tail: false,
            aws: aws(port),
        }),
        payload: Payload::HttpV2(EventRules::default()),
        reply: Reply::Proxy(ReplyRules::default()),
        fault: Fault::default(),
        then: Then::Respond,
        timeouts: CallTimeouts::default(),
        expose_log: false,
        texts: None,
    }
}

async fn run(call: Call, exchange: &mut Exchange) -> Next {
    run_in(model::chain::Phase::Access, call, exchange).await
}

async fn run_in(phase: model::chain::Phase, call: Call, exchange: &mut Exchange) -> Next {
    let policy = Data::Call(Box::new(call));
    let step =
        Step { slot: Slot::new("call"), rank: StepRank { phase, order: 0 }, precedence: 0, predicate: None, policy };
    let id = RouteId::new("r");
    exchange.route = Some(Arc::new(RouteFacts::plain(id.clone(), "/users/{id}")));
    let route = route(id, vec![step]);
    let services = Services::default();
    let builder = Builder::new(&services, &[]);
    let chain = ReadyChain::compile(&Table::new(TableId::new("t")), Some(&route), &builder).unwrap();
    let next = chain.request(exchange).await;
    chain.response(exchange).await;
    next
}

fn route(id: RouteId, steps: Vec<Step>) -> Route {
    let (chain, told) = (Chain::of(steps), Default::default());
    Route { id, matches: Vec::new(), chain, endpoint: Endpoint::None, path: None, told, around: None }
}

async fn body(exchange: &mut Exchange) -> String {
    let body = exchange.response.take().unwrap().into_body();
    String::from_utf8(body.hold(9999).await.unwrap().to_vec()).unwrap()
}

const REPLY: &str = r#"{"statusCode":201,"headers":{"x-f":"1"},"body":"made"}"#;

#[tokio::test]
async fn a_call_becomes_the_response() {
    let fields = "x-amzn-RequestId: aws-1\r\nX-Amz-Executed-Version: 7\r\n";
    let peer = Peer::answering(http("200 OK", fields, REPLY)).await;
    let mut exchange =
        testing::of(http::Request::get("/users/7?a=1").header("host", "api.test").header("x-amz-tenant-id", "t"));
    assert_eq!(run(call(peer.port), &mut exchange).await, Next::Response);
    assert_eq!(exchange.response.as_ref().unwrap().status(), 201);
    assert_eq!(exchange.response.as_ref().unwrap().headers()["x-f"], "1");
    assert_eq!(body(&mut exchange).await, "made");
    assert!(exchange.failure.is_none());
    let facts = exchange.call.unwrap();
    assert_eq!(
        (&*facts.function, facts.aws_request_id.as_deref(), facts.version.as_deref()),
        ("users", Some("aws-1"), Some("7"))
    );

    let [request] = &peer.seen()[..] else { panic!("called {} times", peer.seen().len()) };
    let (head, event) = request.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /2015-03-31/functions/users/invocations HTTP/1.1"), "{head}");
    assert!(!head.to_lowercase().contains("x-amz-tenant-id"), "{head}");
    let event: serde_json::Value = serde_json::from_str(event).unwrap();
    assert_eq!(event["rawPath"], "/users/7");
    assert_eq!(event["requestContext"]["domainName"], "api.test");
    assert_eq!(event["headers"]["x-amz-tenant-id"], "t");
}

#[tokio::test]
async fn failures_are_told_apart() {
    let boom = r#"{"errorMessage":"boom","errorType":"E"}"#;
    let error = |kind: &str| format!("x-amzn-ErrorType: {kind}\r\nx-amzn-RequestId: aws-1\r\n");
    let cases = [
        (http("200 OK", "x-amz-function-error: Unhandled\r\n", boom), FailureKind::FunctionError, 502),
        (http("429 Too Many Requests", &error("TooManyRequestsException"), "{}"), FailureKind::Throttled, 429),
        (http("403 Forbidden", &error("AccessDeniedException"), "{}"), FailureKind::Denied, 502),
        (http("404 Not Found", &error("ResourceNotFoundException"), "{}"), FailureKind::FunctionNotFound, 502),
        (http("500 Internal Server Error", &error("ServiceException"), "{}"), FailureKind::ServiceError, 502),
        (http("200 OK", "", r#"{"statusCode":"many"}"#), FailureKind::MalformedReply, 502),
        (String::new(), FailureKind::Interrupted, 502),
    ];
    for (answer, kind, status) in cases {
        let peer = Peer::answering(answer).await;
        let mut exchange = testing::get("/");
        assert_eq!(run(call(peer.port), &mut exchange).await, Next::Response);
        let failure = exchange.failure.as_ref().unwrap();
        assert_eq!(failure.kind, kind, "{}", failure.detail);
        let response = exchange.response.as_ref().unwrap();
        assert_eq!(response.status().as_u16(), status, "{kind:?}");
        assert_eq!(response.headers().contains_key("retry-after"), kind == FailureKind::Throttled);
        assert!(exchange.call.is_some());
        assert!(body(&mut exchange).await.contains(kind.code()));
        assert_eq!(peer.seen().len(), 1, "{kind:?} is sent once");
    }
}

#[tokio::test]
async fn who_cannot_be_reached_is_told() {
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let mut exchange = testing::get("/");
    run(call(closed), &mut exchange).await;
    assert_eq!(exchange.failure.unwrap().kind, FailureKind::Unreachable);
}

#[tokio::test]
async fn a_function_error_may_be_a_reply() {
    let answer = http("200 OK", "x-amz-function-error: Unhandled\r\n", r#"{"errorMessage":"boom"}"#);
    for (given, status) in [(None, 200), (Some(418), 418)] {
        let peer = Peer::answering(answer.clone()).await;
        let fault = Fault { function_error_as_reply: Some(given), ..Fault::default() };
        let mut exchange = testing::get("/");
        run(Call { fault, reply: Reply::Raw, ..call(peer.port) }, &mut exchange).await;
        assert!(exchange.failure.is_none());
        assert_eq!(exchange.response.as_ref().unwrap().status().as_u16(), status);
        assert_eq!(body(&mut exchange).await, r#"{"errorMessage":"boom"}"#);
        assert_eq!(exchange.call.unwrap().function_error.as_deref(), Some("Unhandled"));
    }
}

#[tokio::test]
async fn the_calls_own_answer_is_given_for_its_failure() {
    let peer = Peer::answering(http("429 Too Many Requests", "", "{}")).await;
    let own = Answer {
        headers: vec![("x-own".into(), "1".into())],
        body: AnswerBody::Text("later".into()),
        ..Answer::status(503)
    };
    let fault = Fault { answers: [(FailureKind::Throttled, own)].into(), ..Fault::default() };
    let mut exchange = testing::get("/");
    run(Call { fault, ..call(peer.port) }, &mut exchange).await;
    let response = exchange.response.as_ref().unwrap();
    assert_eq!((response.status().as_u16(), &response.headers()["x-own"]), (503, &"1".parse().unwrap()));
    assert_eq!(response.headers()["retry-after"], "1");
    assert_eq!(body(&mut exchange).await, "later");
}

#[tokio::test]
async fn a_reply_may_replace_parts_of_the_response() {
    let cases = [(true, true, 201, "made", false), (true, false, 200, "made", false), (false, true, 201, "old", true)];
    for (with_body, status, expected, text, etag) in cases {
        let peer = Peer::answering(http("200 OK", "", REPLY)).await;
        let then = Then::Replace { body: with_body, status };
        let mut exchange = testing::get("/");
        let old = Response::builder().header("etag", "1").header("x-old", "1").body("old".into()).unwrap();
        exchange.response = Some(old);
        run_in(model::chain::Phase::Response, Call { then, ..call(peer.port) }, &mut exchange).await;
        let response = exchange.response.as_ref().unwrap();
        assert_eq!(response.status().as_u16(), expected);
        assert!(response.headers().contains_key("x-old") && !response.headers().contains_key("x-f"));
        assert_eq!(response.headers().contains_key("etag"), etag);
        assert_eq!(body(&mut exchange).await, text);
    }
}

#[tokio::test]
async fn a_reply_may_be_kept_or_stand_in_for_the_endpoint() {
    for (then, next) in [(Then::Keep, Next::Endpoint), (Then::Answer, Next::Response)] {
        let peer = Peer::answering(http("200 OK", "", REPLY)).await;
        let mut exchange = testing::get("/");
        assert_eq!(run(Call { then, ..call(peer.port) }, &mut exchange).await, next);
        assert_eq!(exchange.response.is_some(), next == Next::Response);
    }
}

#[tokio::test]
async fn a_url_gets_the_clients_request() {
    let peer = Peer::answering(http("203 Non-Authoritative Information", "x-f: 1\r\n", "hi")).await;
    let url = format!("http://127.0.0.1:{}/prod", peer.port);
    let target =
        UrlTarget { url, path: UrlPath::Param("rest".into()), auth: UrlAuth::Sign("execute-api".into()), aws: aws(0) };
    let mut exchange =
        testing::of(http::Request::put("/orders/a%20b?q=1").header("x-own", "1").header("x-amz-date", "forged"));
    exchange.params.push(("rest".into(), "a b".into()));
    exchange.body = Body::from("{\"n\":1}");
    run(Call { target: Target::Url(target), reply: Reply::Mirror(MirrorRules::default()), ..call(0) }, &mut exchange)
        .await;
    let response = exchange.response.as_ref().expect("a response");
    assert_eq!((response.status().as_u16(), &response.headers()["x-f"]), (203, &"1".parse().unwrap()));
    assert_eq!(body(&mut exchange).await, "hi");
    let seen = peer.seen().concat().to_lowercase();
    assert!(seen.starts_with("put /prod/a%20b?q=1 http/1.1"), "{seen}");
    assert!(
        seen.contains("x-own: 1") && seen.contains("authorization: aws4-hmac-sha256") && !seen.contains("forged"),
        "{seen}"
    );
    assert!(seen.ends_with("{\"n\":1}"), "{seen}");
}

#[test]
fn only_payloads_with_a_body_hold_it() {
    let fields = |method, body| Payload::Fields(Fields { method, body, ..Fields::default() });
    let cases =
        [(fields(true, false), false), (fields(true, true), true), (fields(false, false), true), (Payload::Raw, true)];
    for (payload, needed) in cases {
        assert_eq!(needs_body(&payload), needed, "{payload:?}");
    }
}

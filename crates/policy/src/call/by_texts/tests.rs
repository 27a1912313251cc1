//! Cases of `by_texts`.

use super::super::peer::{Peer, http};
use super::*;
use crate::build::Builder;
use crate::chain::{Next, ReadyChain};
use crate::exchange::{RouteFacts, testing};
use http::Response;
use model::Secret;
use model::answer::{Keyed, KeyedAnswers};
use model::aws::{Aws, Credentials};
use model::call::{CallTimeouts, CallTimes, Fault, FunctionTarget, Invocation, KeyedFault, Time, TrustTexts};
use model::chain::{Chain, Step, StepRank};
use model::endpoint::Endpoint;
use model::id::{RouteId, Slot, TableId};
use model::policy::Policy as Data;
use model::route::Route;
use model::table::Table;
use model::text::{Setting, Text};
use std::time::Duration;

fn expression(text: &str) -> Text {
    Text::Expression(text.to_owned())
}

fn setting(text: &str) -> Setting {
    Setting { text: Some(expression(text)), or_written: true, ..Setting::default() }
}

fn call(port: u16, texts: CallTexts) -> Call {
    let aws = Aws {
        region: Some("eu-west-3".to_owned()),
        endpoint: Some(format!("http://127.0.0.1:{port}")),
        credentials: Credentials::keys("AK", Secret::new("SK"), None),
        ..Aws::default()
    };
    let function = "base".to_owned();
    let (qualifier, invocation) = (None, Invocation::RequestResponse);
    Call {
        target: Target::Function(FunctionTarget { function, qualifier, invocation, log_tail: false, aws }),
        payload: Payload::Template(setting("{#request.content}")),
        reply: Reply::Bare,
        fault: Fault { keyed: Some(Box::new(fault())), ..Fault::default() },
        then: Then::Answer,
        timeouts: CallTimeouts::default(),
        expose_log: false,
        texts: Some(Box::new(texts)),
    }
}

fn fault() -> KeyedFault {
    KeyedFault {
        call: Keyed::new(500, "BAD_REPLY", "the call failed."),
        variable: Keyed::new(500, "BAD_VARIABLE", "a variable failed."),
        detail_prefix: "LambdaException: ".to_owned(),
        parameters: true,
    }
}

/// A chain of one call, kept from request to request.
struct Site {
    chain: ReadyChain,
}

impl Site {
    fn new(call: Call, phase: Phase) -> Self {
        let policy = Data::Call(Box::new(call));
        let rank = StepRank { phase, order: 0 };
        let step = Step { slot: Slot::new("call"), rank, precedence: 0, predicate: None, policy };
        let id = RouteId::new("r");
        let (chain, told) = (Chain::of(vec![step]), Default::default());
        let answers = model::answer::Answers { keyed: Some(Box::<KeyedAnswers>::default()), ..Default::default() };
        let around = Some(Arc::new(model::world::Around { answers: Some(answers), ..Default::default() }));
        let route = Route { id, matches: Vec::new(), chain, endpoint: Endpoint::None, path: None, told, around };
        let services = Services::default();
        let builder = Builder::new(&services, &[]);
        Self { chain: ReadyChain::compile(&Table::new(TableId::new("t")), Some(&route), &builder).unwrap() }
    }

    async fn ask(&self, exchange: &mut Exchange) -> Next {
        exchange.route = Some(Arc::new(RouteFacts::plain(RouteId::new("r"), "/")));
        let next = self.chain.request(exchange).await;
        self.chain.response(exchange).await;
        next
    }
}

async fn ask(call: Call, exchange: &mut Exchange) -> Next {
    Site::new(call, Phase::Access).ask(exchange).await
}

fn post(body: &str) -> Exchange {
    testing::with_body(http::Request::post("/a").header("x-f", "users").header("x-null", ""), body.to_owned())
}

fn attribute(exchange: &Exchange, name: &str) -> Option<String> {
    exchange.attribute(name).map(ToString::to_string)
}

async fn said(exchange: &mut Exchange) -> String {
    let response = exchange.response.take().unwrap();
    let status = response.status().as_u16();
    let fields: Vec<String> = response.headers().keys().map(ToString::to_string).collect();
    let body = response.into_body().hold(9999).await.unwrap();
    format!("{status} {} {}", fields.join(","), String::from_utf8_lossy(&body))
}

#[tokio::test]
async fn target_payload_and_variables_are_evaluated() {
    let peer = Peer::answering(http("200 OK", "Content-Type: a/b\r\n", r#"{"n":7}"#)).await;
    let texts = CallTexts {
        function: setting("fn-{#request.headers['x-f'][0]}"),
        qualifier: setting("{#request.method}"),
        region: setting("us-west-{(1 + 1)}"),
        access_key: setting("{#request.path == '/a' ? 'OTHER' : ''}"),
        secret_key: setting("s"),
        log_type: setting("{#nothing}"),
        variables: vec![
            ("n".to_owned(), Some(expression("{#jsonPath(#lambdaResponse.content, '$.n')}"))),
            ("sum".to_owned(), Some(expression("{#context.attributes['n'] + #lambdaResponse.status}"))),
            ("none".to_owned(), None),
        ],
        ..CallTexts::default()
    };
    let mut exchange = post("body");
    assert_eq!(ask(call(peer.port, texts), &mut exchange).await, Next::Response);
    assert_eq!(attribute(&exchange, "n").as_deref(), Some("7"));
    assert_eq!(attribute(&exchange, "sum").as_deref(), Some("7200"));
    assert_eq!(attribute(&exchange, "none").as_deref(), Some("null"));
    assert_eq!(&*exchange.call.as_ref().unwrap().function, "fn-users");
    assert_eq!(said(&mut exchange).await, r#"200  {"n":7}"#);
    let [request] = &peer.seen()[..] else { panic!("called {} times", peer.seen().len()) };
    let (head, payload) = request.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /2015-03-31/functions/fn-users/invocations?Qualifier=POST HTTP/1.1"), "{head}");
    assert!(head.contains("Credential=OTHER/") && head.contains("/us-west-2/lambda/"), "{head}");
    assert!(head.contains("x-amz-log-type: None"), "{head}");
    assert_eq!(payload, "body");
}

#[tokio::test]
async fn attributes_stand_before_settings_for_one_request_only() {
    let peer = Peer::answering(http("200 OK", "", "1")).await;
    let function =
        Setting { text: Some(expression("usual")), attribute: Some("over.function".to_owned()), or_written: false };
    let site = Site::new(call(peer.port, CallTexts { function, ..CallTexts::default() }), Phase::Access);
    for given in [None, Some("of-{#request.method}"), None] {
        let mut exchange = post("b");
        if let Some(given) = given {
            exchange.set_attribute(&"over.function".into(), Value::from(given));
        }
        assert_eq!(site.ask(&mut exchange).await, Next::Response);
    }
    let paths: Vec<String> =
        peer.seen().iter().map(|request| request.split('/').nth(3).unwrap_or("").to_owned()).collect();
    assert_eq!(paths, ["usual", "of-POST", "usual"]);
}

#[tokio::test]
async fn failures_have_key_message_details_and_parameters() {
    let peer = Peer::answering(http("403 Forbidden", "x-amzn-RequestId: aws-1\r\n", "{}")).await;
    let boom = Peer::answering(http("200 OK", "x-amz-function-error: Unhandled\r\n", "{}")).await;
    let object = Peer::answering(http("200 OK", "", r#"{"a":1}"#)).await;
    let variable = |text: &str| vec![("v".to_owned(), Some(expression(text)))];
    let denied = "500 content-type the call failed. Details: [LambdaException: the gateway may not call the function \
                  (Service: Lambda, Status Code: 403, Request ID: aws-1)]";
    let invalid = "500 content-type the call failed. Details: [Invalid configuration]";
    let store = TrustTexts { kind: setting("JKS"), path: setting("/nonexistent/a.jks"), ..TrustTexts::default() };
    for (port, texts, expected, key) in [
        (peer.port, CallTexts::default(), denied, "BAD_REPLY"),
        (boom.port, CallTexts::default(), "500 content-type the call failed.", "BAD_REPLY"),
        (peer.port, CallTexts { function: setting("{#a +}"), ..CallTexts::default() }, invalid, "BAD_REPLY"),
        (peer.port, CallTexts { region: setting("{#request.nope}"), ..CallTexts::default() }, invalid, "BAD_REPLY"),
        (peer.port, CallTexts { invocation: setting("Never"), ..CallTexts::default() }, invalid, "BAD_REPLY"),
        (
            peer.port,
            CallTexts { trust: store, ..CallTexts::default() },
            "500 content-type the call failed. Details: [Failed to configure SSL truststore]",
            "BAD_REPLY",
        ),
        (
            object.port,
            CallTexts { variables: variable("{#jsonPath(#lambdaResponse.content, '$')}"), ..CallTexts::default() },
            "500 content-type a variable failed. Details: [Expression: {#jsonPath(#lambdaResponse.content, '$')} failed \
             with message EL1001E: java.util.LinkedHashMap cannot be converted to java.lang.String]",
            "BAD_VARIABLE",
        ),
    ] {
        let mut exchange = post("b");
        assert_eq!(ask(call(port, texts), &mut exchange).await, Next::Response);
        let failure = exchange.failure.take().unwrap();
        assert_eq!(failure.key.as_ref().unwrap().key.as_deref(), Some(key));
        assert_eq!(said(&mut exchange).await, expected);
        if port == boom.port {
            let known = failure.key.unwrap().parameters;
            let text: Vec<String> = known.iter().map(|(name, value)| format!("{name}={value}")).collect();
            assert_eq!(text, ["function=base", "region=eu-west-3", "error=Unhandled"]);
        }
    }
}

#[tokio::test]
async fn lenient_variables_are_left_out_and_unknown_error_classes_are_none() {
    let peer = Peer::answering(http("200 OK", "x-amz-function-error: Odd\r\nX-Amz-Log-Result: bG9n\r\n", "[1]")).await;
    let text = |text: &str| Some(expression(text));
    let variables = vec![
        ("a".to_owned(), text("{#nope.nope}")),
        ("b".to_owned(), text("{#lambdaResponse.log} {#lambdaResponse.functionError} {#request.content}")),
        ("c".to_owned(), text("{#lambdaResponse.headers['x-amz-log-result'][0]}")),
    ];
    let texts = CallTexts {
        variables,
        lenient_variables: true,
        whole_reply: true,
        bodies: Bodies::Unread,
        ..CallTexts::default()
    };
    let mut kept = call(peer.port, texts);
    kept.then = Then::Keep;
    let mut exchange = post("b");
    assert_eq!(ask(kept, &mut exchange).await, Next::Endpoint);
    let seen = ["a", "b", "c"].map(|name| attribute(&exchange, name));
    assert_eq!(seen, [None, Some("log Odd ".to_owned()), Some("bG9n".to_owned())]);
}

#[tokio::test]
async fn a_reply_refills_the_response_that_is_there() {
    let peer = Peer::answering(http("200 OK", "Content-Type: a/b\r\n", "new")).await;
    for (status, expected) in [(true, "200 content-type,x-a new"), (false, "503 content-type,x-a new")] {
        let mut refill = call(peer.port, CallTexts::default());
        refill.then = Then::Refill { status };
        let site = Site::new(refill, Phase::Response);
        let mut exchange = post("b");
        let old = Response::builder().status(503).header("content-type", "text/plain").header("x-a", "1");
        let old = old.header("content-length", "4").header("content-encoding", "gzip");
        exchange.response = Some(old.body("down".into()).unwrap());
        site.chain.response(&mut exchange).await;
        assert_eq!(said(&mut exchange).await, expected);
    }
}

#[test]
fn the_shortest_time_bounds_the_call() {
    let time = |milliseconds: Option<u64>, attribute: &str| Time {
        time: milliseconds.map(Duration::from_millis),
        attribute: Some(attribute.to_owned()),
    };
    for (read, attempt, given, expected) in [
        (Some(300), Some(200), None, 200),
        (Some(300), None, None, 300),
        (None, None, None, 60_000),
        (Some(300), Some(200), Some(700), 300),
        (Some(300), Some(0), None, 300),
    ] {
        let times = CallTimes { read: time(read, "r"), attempt: time(attempt, "a"), ..CallTimes::default() };
        let texts = CallTexts { times, ..CallTexts::default() };
        let of = call(1, CallTexts::default());
        let Target::Function(base) = &of.target else { panic!("a function is called") };
        let target = EvaluatedTarget::new(base, CallTimeouts::default(), &texts, &Services::default());
        let mut exchange = post("");
        if let Some(given) = given {
            exchange.set_attribute(&"a".into(), Value::Int(given));
        }
        let total = target.timeouts(&exchange).unwrap().total;
        assert_eq!(total, Duration::from_millis(expected), "{read:?} {attempt:?} {given:?}");
    }
}

//! Cases of `key_auth`.

use super::*;
use crate::auth::gate::Parts;
use crate::consumers::Consumers;
use crate::failure::Failure;
use http::HeaderValue;
use http::header::WWW_AUTHENTICATE;
use model::Secret;
use model::answer::FailureKind;
use model::consumer::{Consumer, Credential};
use model::id::ConsumerId;
use model::policy::{Challenge, IdentityHeaders, Refusals};
use std::sync::Arc;

use crate::exchange::testing;

fn consumer(name: &str, key: &str) -> Consumer {
    let mut credential = Credential::key(Secret::new(key));
    credential.id = (name == "eve").then(|| "key-of-eve".to_owned());
    Consumer {
        access: vec!["gold".into(), "silver".into()],
        credentials: vec![credential],
        ..Consumer::new(ConsumerId::new(format!("id-{name}")), name)
    }
}

fn policy(hide: bool, anonymous: Option<&str>) -> KeyAuth {
    let consumers = [consumer("bob", "k b"), consumer("eve", "k-eve"), consumer("nobody", "")];
    let consumers = Arc::new(Consumers::new(&consumers.map(Arc::new)));
    let anonymous = anonymous.map(ConsumerId::new);
    let parts = Parts {
        anonymous: anonymous.as_ref(),
        preflight: false,
        identity: &IdentityHeaders::default(),
        challenge: &Challenge::of("Key"),
        refusals: &Refusals::default(),
    };
    KeyAuth {
        gate: Gate::new(&parts, &consumers).unwrap(),
        headers: vec![HeaderName::from_static("x-key"), HeaderName::from_static("apikey")],
        query: vec!["key".into()],
        body: Vec::new(),
        by_name: false,
        hide,
    }
}

fn run(policy: &KeyAuth, exchange: &mut Exchange) -> Option<Box<Failure>> {
    match policy.run(exchange) {
        Running::Done(Outcome::Continue) => None,
        Running::Done(Outcome::Fail(failure)) => Some(failure),
        _ => panic!("neither on nor refused"),
    }
}

#[test]
fn a_key_names_the_client() {
    let get = http::Request::get;
    let cases = [
        (get("/").header("apikey", "k-eve"), Some("eve")),
        (get("/").header("x-key", "k b"), Some("bob")),
        (get("/?key=k+b"), Some("bob")),
        (get("/?key=k%20b&x"), Some("bob")),
        (get("/?key=k-eve").header("x-key", "k b"), Some("bob")),
        (get("/?key=k-eve").header("x-key", "wrong"), None),
        (get("/?key=k-eve&key=k-eve"), None),
        (get("/").header("apikey", "k-eve").header("apikey", "k-eve"), None),
        (get("/").header("apikey", ""), None),
        (get("/?key="), None),
        (get("/").header("apikey", "K-EVE"), None),
        (get("/"), None),
    ];
    for (at, (request, expected)) in cases.into_iter().enumerate() {
        let mut exchange = testing::of(request);
        let failure = run(&policy(false, None), &mut exchange);
        assert_eq!(exchange.identity.as_ref().map(|who| &*who.name), expected, "case {at}");
        assert_eq!(failure.is_none(), expected.is_some(), "case {at}");
        let Some(failure) = failure else { continue };
        assert_eq!(failure.kind, FailureKind::Unauthorized);
        assert_eq!(failure.headers, [(WWW_AUTHENTICATE, HeaderValue::from_static("Key"))]);
    }
}

#[test]
fn who_shows_no_valid_key_may_be_somebody_anonymous() {
    for request in [http::Request::get("/"), http::Request::get("/").header("apikey", "wrong")] {
        let mut exchange = testing::of(request);
        assert!(run(&policy(false, Some("id-nobody")), &mut exchange).is_none());
        let identity = exchange.identity.unwrap();
        assert!(identity.anonymous);
        assert_eq!(&*identity.name, "nobody");
        assert_eq!(exchange.request.headers["x-anonymous-consumer"], "true");
    }
}

#[test]
fn a_hidden_key_is_taken_off() {
    let request = http::Request::get("/p?a=1&key=k-eve&b=%20").header("x-key", "k b");
    let mut hidden = testing::of(request);
    run(&policy(true, None), &mut hidden);
    assert_eq!(hidden.request.uri, "/p?a=1&b=%20");
    assert!(!hidden.request.headers.contains_key("x-key"));

    let mut shown = testing::of(http::Request::get("/p?key=k-eve"));
    run(&policy(false, None), &mut shown);
    assert_eq!(shown.request.uri, "/p?key=k-eve");
}

#[test]
fn only_the_gateway_says_who_the_client_is() {
    let claims = [
        ("x-consumer-id", Some("id-eve")),
        ("x-consumer-username", Some("eve")),
        ("x-consumer-custom-id", None),
        ("x-credential-identifier", Some("key-of-eve")),
        ("x-anonymous-consumer", None),
        ("x-consumer-groups", Some("gold, silver")),
    ];
    for (method, known) in [("GET", true), ("OPTIONS", false)] {
        let mut request = http::Request::builder().method(method).uri("/").header("apikey", "k-eve");
        for (name, _) in &claims {
            request = request.header(*name, "forged");
        }
        let mut exchange = testing::of(request);
        assert!(run(&policy(false, None), &mut exchange).is_none());
        for (name, value) in &claims {
            let told = exchange.request.headers.get(*name).map(|value| value.to_str().unwrap());
            assert_eq!(told, value.filter(|_| known), "{method} {name}");
        }
    }
}

#[test]
fn one_of_several_ways_is_enough_where_somebody_anonymous_stands_in() {
    let mut exchange = testing::of(http::Request::get("/").header("apikey", "wrong"));
    exchange.identity = Some(testing::identity("bob", &[], &[]));
    assert!(run(&policy(false, Some("id-nobody")), &mut exchange).is_none());
    assert_eq!(&*exchange.identity.as_ref().unwrap().name, "bob");

    exchange.identity.as_mut().unwrap().anonymous = true;
    exchange.request.headers.insert("apikey", HeaderValue::from_static("k-eve"));
    assert!(run(&policy(false, Some("id-nobody")), &mut exchange).is_none());
    assert_eq!(&*exchange.identity.as_ref().unwrap().name, "eve");

    exchange.request.headers.insert("apikey", HeaderValue::from_static("wrong"));
    assert!(run(&policy(false, None), &mut exchange).is_some(), "without a stand-in all ways must agree");
}

#[tokio::test]
async fn a_key_may_stand_in_the_body_and_is_taken_off_there() {
    let cases = [
        ("application/json", r#"{"key":"k-eve","a":1}"#, Some("eve"), r#"{"a":1}"#),
        ("application/x-www-form-urlencoded", "a=1&key=k+b", Some("bob"), "a=1"),
        ("application/json", r#"{"key":["k-eve","k-eve"]}"#, None, "{}"),
        ("text/plain", "key=k-eve", None, "key=k-eve"),
    ];
    for (content_type, body, expected, left) in cases {
        let request =
            http::Request::post("/").header("content-type", content_type).header("content-length", body.len());
        let mut exchange = testing::with_body(request, body);
        let policy = KeyAuth { body: vec!["key".into()], ..policy(true, None) };
        let Running::Wait(future) = policy.run(&mut exchange) else { panic!("does not wait for the body") };
        let outcome = future.await;
        assert_eq!(matches!(outcome, Outcome::Continue), expected.is_some(), "{body}");
        assert_eq!(exchange.identity.as_ref().map(|who| &*who.name), expected);
        assert_eq!(exchange.hold_body().await.unwrap(), left);
        assert_eq!(exchange.request.headers["content-length"], left.len().to_string().as_str());
    }
}

#[test]
fn places_are_looked_at_in_order() {
    // header, query, body of the first name, then of the second; or all headers first
    let request = || http::Request::get("/?key=k-eve").header("apikey", "k b");
    for (by_name, expected) in [(true, "eve"), (false, "bob")] {
        let mut exchange = testing::of(request());
        let policy = KeyAuth { by_name, ..policy(false, None) };
        assert!(run(&policy, &mut exchange).is_none());
        assert_eq!(&*exchange.identity.unwrap().name, expected);
    }
}

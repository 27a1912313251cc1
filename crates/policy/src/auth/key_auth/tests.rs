//! Cases of `key_auth`.

use super::*;
use crate::exchange::testing;
use model::Secret;
use model::consumer::{Consumer, Credential};
use model::id::{ConsumerId, GroupId};

fn consumer(name: &str, key: &str) -> Consumer {
    Consumer {
        id: ConsumerId::new(format!("id-{name}")),
        name: name.into(),
        groups: vec![GroupId::new("gold"), GroupId::new("silver")],
        credentials: vec![Credential::Key(Secret::new(key))],
    }
}

fn policy(hide: bool, anonymous: Option<&str>) -> KeyAuth {
    let consumers = [consumer("bob", "k b"), consumer("eve", "k-eve"), consumer("nobody", "")];
    KeyAuth {
        headers: vec![HeaderName::from_static("x-key"), HeaderName::from_static("apikey")],
        query: vec!["key".into()],
        hide,
        anonymous: anonymous.map(ConsumerId::new),
        consumers: Arc::new(Consumers::new(&consumers.map(Arc::new))),
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
    let mut request = http::Request::get("/").header("apikey", "k-eve");
    for name in &CLAIMS {
        request = request.header(name, "forged");
    }
    let mut exchange = testing::of(request);
    run(&policy(false, None), &mut exchange);
    let headers = &exchange.request.headers;
    let claims: Vec<_> = CLAIMS.iter().map(|name| headers.get(name).map(|value| value.to_str().unwrap())).collect();
    assert_eq!(claims, [Some("id-eve"), Some("eve"), None, None, None, Some("gold,silver")]);
}

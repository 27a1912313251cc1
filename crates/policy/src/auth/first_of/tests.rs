//! Cases of `first_of`.

use super::*;
use crate::exchange::testing;
use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::Secret;
use model::consumer::{Algorithm, Verifier};
use model::policy::{Entrance, KeyEntrance, Shows, Subscription, TokenEntrance, TokenProof, TokenTypes, Way};
use model::text::Text;
use model::world::Constant;
use serde_json::{Value, json};
use std::time::{Duration, UNIX_EPOCH};

const NOW: u64 = 1_700_000_000;

fn subscription(id: &str, shows: Shows) -> Subscription {
    let at = |seconds: u64| Some(UNIX_EPOCH + Duration::from_secs(seconds));
    Subscription {
        id: id.to_owned(),
        application: format!("app-{id}"),
        name: None,
        shows,
        from: (id == "later").then(|| at(NOW + 10)).flatten(),
        until: (id == "over").then(|| at(NOW)).flatten(),
        attributes: vec![("application".to_owned(), Constant::text(format!("app-{id}")))],
    }
}

fn way(id: &str, entrance: Entrance, rule: Option<&str>, subscriptions: Vec<Subscription>) -> Way {
    let rule = rule.map(|rule| Text::Expression(rule.to_owned()));
    let attributes = vec![("plan".to_owned(), Constant::text(id))];
    Way { id: id.to_owned(), entrance, rule, attributes, subscriptions }
}

fn keys(ids: &[&str]) -> Vec<Subscription> {
    ids.iter().map(|id| subscription(id, Shows::Key(Secret::new(format!("key-{id}"))))).collect()
}

fn key() -> Entrance {
    Entrance::Key(KeyEntrance {
        header: Some("X-Key".to_owned()),
        bearer: false,
        query: Some("api-key".to_owned()),
        hide: true,
        attribute: Some("api-key".to_owned()),
    })
}

fn token() -> Entrance {
    let attribute = |name: &str| Some(name.to_owned());
    let proof = TokenProof::Key { algorithm: Algorithm::HS256, verifier: Verifier::Shared(Secret::new("hush")) };
    Entrance::Token(Box::new(TokenEntrance {
        client_claims: ["azp", "aud"].map(str::to_owned).to_vec(),
        scopes: vec!["read".to_owned(), "write".to_owned()],
        hide: true,
        claims_attribute: attribute("claims"),
        token_attribute: attribute("token"),
        client_attribute: attribute("client"),
        user_attribute: attribute("user"),
        wrong: Keyed::new(401, "TOKEN", "no"),
        insufficient: Keyed::new(401, "TOKEN", "no"),
        ..TokenEntrance::by(proof)
    }))
}

fn signed(secret: &str, algorithm: &str, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let text = format!("{}.{}", part(&json!({"alg": algorithm})), part(claims));
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()), text.as_bytes());
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(tag))
}

fn first_of(ways: Vec<Way>) -> FirstOf {
    let undecided = Keyed::new(503, "UNDECIDED", "later");
    FirstOf::compile(&Data { ways, nobody: Keyed::new(401, "NOBODY", "no"), undecided }, &Tokens::default()).unwrap()
}

/// The plan and application of who passes, the key of who does not.
fn judged(ways: &FirstOf, exchange: &mut Exchange) -> Result<String, String> {
    exchange.time = UNIX_EPOCH + Duration::from_secs(NOW);
    match ways.run(exchange).done() {
        Outcome::Continue => {
            let of = |name: &str| exchange.attribute(name).map(ToString::to_string).unwrap_or_default();
            Ok(format!("{} {}", of("plan"), of("application")))
        }
        Outcome::Fail(failure) => Err(failure.key.unwrap().key.unwrap()),
        Outcome::Respond(_) => panic!("nobody answers here"),
    }
}

fn check(ways: &FirstOf, target: &str, fields: &[(&str, &str)], expected: Result<&str, &str>) {
    let request =
        fields.iter().fold(http::Request::get(target), |request, (name, value)| request.header(*name, *value));
    let seen = judged(ways, &mut testing::of(request));
    assert_eq!(seen, expected.map(str::to_owned).map_err(str::to_owned), "{target} {fields:?}");
}

#[test]
fn the_first_way_that_fits_is_taken() {
    let two_and_open = first_of(vec![
        way("gold", key(), None, keys(&["a", "over", "later"])),
        way("silver", key(), None, keys(&["b"])),
        way("free", Entrance::Open, None, Vec::new()),
    ]);
    for (target, fields, expected) in [
        ("/", &[("x-key", "key-a")][..], Ok("gold app-a")),
        ("/?api-key=key-b", &[][..], Ok("silver app-b")),
        ("/", &[][..], Ok("free ")),
        ("/", &[("x-key", "wrong")][..], Err("NOBODY")),
        ("/", &[("x-key", "key-over")][..], Err("NOBODY")),
        ("/", &[("x-key", "key-later")][..], Err("NOBODY")),
        ("/?api-key=key-a", &[("x-key", "wrong")][..], Err("NOBODY")),
    ] {
        check(&two_and_open, target, fields, expected);
    }
    check(&first_of(Vec::new()), "/", &[], Err("NOBODY"));
}

#[test]
fn rules_choose_among_ways() {
    let ruled = |rule| {
        first_of(vec![way("gold", key(), Some(rule), keys(&["a"])), way("free", Entrance::Open, None, Vec::new())])
    };
    for (rule, fields, expected) in [
        ("{#request.method == 'GET'}", &[("x-key", "key-a")][..], Ok("gold app-a")),
        // the key was for a way that is not meant: the open one may be
        ("{#request.method == 'PUT'}", &[("x-key", "key-a")][..], Ok("free ")),
        ("{#request.nope}", &[("x-key", "key-a")][..], Err("UNDECIDED")),
        ("{#request.nope}", &[][..], Ok("free ")),
    ] {
        check(&ruled(rule), "/", fields, expected);
    }
}

#[test]
fn a_key_is_taken_off_and_told() {
    let ways = first_of(vec![way("gold", key(), None, keys(&["a"]))]);
    let mut exchange = testing::of(http::Request::get("/?api-key=key-a&b=1").header("x-key", "key-a"));
    assert_eq!(judged(&ways, &mut exchange), Ok("gold app-a".to_owned()));
    assert_eq!(exchange.request.uri, "/?b=1");
    assert!(!exchange.request.headers.contains_key("x-key"));
    assert_eq!(exchange.attribute("api-key").unwrap().as_str(), Some("key-a"));
    let identity = exchange.identity.unwrap();
    assert_eq!((&*identity.name, identity.credential.as_deref()), ("app-a", Some("a")));
}

#[test]
fn a_token_of_a_subscriber_is_judged() {
    let subscriptions = vec![subscription("c", Shows::Client("shop".to_owned()))];
    let ways = first_of(vec![way("jwt", token(), None, subscriptions), way("free", Entrance::Open, None, Vec::new())]);
    let good = json!({"azp": "shop", "sub": "ada", "scope": "write x", "exp": NOW + 1});
    let with = |name: &str, value: Value| {
        let mut claims = good.clone();
        claims[name] = value;
        claims
    };
    for (secret, algorithm, claims, expected) in [
        ("hush", "HS256", good.clone(), Ok("jwt app-c")),
        ("hush", "HS256", with("exp", json!(NOW - 59)), Ok("jwt app-c")),
        ("hush", "HS256", with("exp", json!(NOW - 61)), Err("TOKEN")),
        ("hush", "HS256", with("exp", json!("soon")), Err("TOKEN")),
        ("hush", "HS256", with("nbf", json!(NOW + 61)), Err("TOKEN")),
        ("hush", "HS256", with("scope", json!("none")), Err("TOKEN")),
        ("hush", "HS256", json!({"aud": ["shop", "x"], "scp": ["read"]}), Ok("jwt app-c")),
        ("other", "HS256", good.clone(), Err("TOKEN")),
        ("hush", "HS384", good.clone(), Err("TOKEN")),
        ("hush", "none", good.clone(), Err("NOBODY")),
        ("hush", "HS256", with("azp", json!("stranger")), Err("NOBODY")),
        ("hush", "HS256", json!({"sub": "ada"}), Err("NOBODY")),
    ] {
        let token = format!("Bearer {}", signed(secret, algorithm, &claims));
        check(&ways, "/", &[("authorization", &token)], expected);
    }
    check(&ways, "/", &[("authorization", "Bearer nonsense")], Err("NOBODY"));
    check(&ways, "/", &[("authorization", "Basic YTpi")], Ok("free "));

    let token = signed("hush", "HS256", &good);
    let mut exchange = testing::get(&format!("/?access_token={token}"));
    assert_eq!(judged(&ways, &mut exchange), Ok("jwt app-c".to_owned()));
    assert_eq!(exchange.request.uri, "/");
    let told = ["token", "client", "user"].map(|name| exchange.attribute(name).unwrap().to_string());
    assert_eq!(told, [token, "shop".to_owned(), "ada".to_owned()]);
    assert!(exchange.attribute("claims").unwrap().to_string().contains("scope=write x"));
}

#[tokio::test]
async fn a_server_says_whose_a_token_is() {
    use crate::server::testing::Double;
    use model::policy::{Believed, Introspection, TokenSpot};
    let double = Double::answering(200, "").await;
    let proof = TokenProof::Introspection(Box::new(Introspection {
        server: double.data.clone(),
        discovery: false,
        post: true,
        token: vec![TokenSpot::Form("token".to_owned())],
        login: None,
        along: Vec::new(),
        silent_is_active: false,
        believed: Believed::UntilItsEnd,
    }));
    let entrance = Entrance::Token(Box::new(TokenEntrance {
        scopes: vec!["read".to_owned()],
        insufficient: Keyed::new(401, "SCOPES", "no"),
        challenge: Some("Bearer realm=\"x\"".to_owned()),
        payload_attribute: Some("payload".to_owned()),
        scopes_attribute: Some("roles".to_owned()),
        hide: true,
        ..TokenEntrance::by(proof)
    }));
    let subscriptions = vec![subscription("c", Shows::Client("shop".to_owned()))];
    let ways =
        first_of(vec![way("oauth", entrance, None, subscriptions), way("free", Entrance::Open, None, Vec::new())]);
    let good = json!({"active": true, "client_id": "shop", "scope": "read write", "exp": NOW + 10});
    for (token, status, body, expected) in [
        ("a", 200, good.clone(), Ok("oauth app-c")),
        ("a", 500, json!({}), Ok("oauth app-c")), // it was said before
        ("b", 200, json!({"active": false}), Err("NOBODY")),
        ("c", 200, json!({"active": true, "client_id": "stranger"}), Err("NOBODY")),
        ("d", 200, json!({"active": true, "client_id": "shop", "scope": "write"}), Err("SCOPES")),
        ("e", 500, json!({}), Err("UNDECIDED")),
    ] {
        double.say(status, body.to_string());
        let mut exchange = testing::of(http::Request::get("/").header("authorization", format!("Bearer {token}")));
        exchange.time = UNIX_EPOCH + Duration::from_secs(NOW);
        let outcome = match ways.run(&mut exchange) {
            Running::Done(outcome) => outcome,
            Running::Wait(future) => future.await,
        };
        let seen = match outcome {
            Outcome::Continue => {
                assert_eq!(exchange.attribute("payload").unwrap().to_string(), good.to_string());
                assert_eq!(exchange.attribute("roles").unwrap().to_string(), "[read, write]");
                assert_eq!(exchange.claims.unwrap()["client_id"], "shop");
                assert!(!exchange.request.headers.contains_key("authorization"));
                Ok("oauth app-c")
            }
            Outcome::Fail(failure) => {
                let key = failure.key.as_ref().unwrap().key.clone().unwrap();
                assert_eq!(failure.headers.is_empty(), key != "SCOPES");
                Err(key)
            }
            Outcome::Respond(_) => panic!("nobody answers here"),
        };
        assert_eq!(seen, expected.map_err(str::to_owned), "{token}");
    }
    check(&ways, "/", &[], Ok("free "));
}

#[test]
fn a_certificate_is_known_by_itself_alone() {
    use net::tls::{PeerCertificate, certificates};
    let made = |name: &str| rcgen::generate_simple_self_signed(vec![name.to_owned()]).unwrap().cert.pem();
    let (known, other) = (made("a.test"), made("a.test"));
    let subscriptions = vec![subscription("c", Shows::Certificate(known.clone()))];
    let ways = first_of(vec![
        way("mtls", Entrance::Certificate, None, subscriptions),
        way("free", Entrance::Open, None, Vec::new()),
    ]);
    let at = |seconds: u64| UNIX_EPOCH + Duration::from_secs(seconds);
    for (pem, ends, expected) in [
        (Some(&known), NOW, Ok("mtls app-c")),
        (Some(&known), NOW - 1, Err("NOBODY")),
        (Some(&other), NOW, Err("NOBODY")),
        (None, NOW, Ok("free ")),
    ] {
        let mut exchange = testing::get("/");
        exchange.client.certificate = pem.map(|pem| {
            let (chain, validity) = (certificates(pem).unwrap(), Some((at(0), at(ends))));
            std::sync::Arc::new(PeerCertificate { chain, distrust: None, validity })
        });
        let seen = judged(&ways, &mut exchange);
        assert_eq!(seen, expected.map(str::to_owned).map_err(str::to_owned), "{ends}");
    }
    let broken = vec![subscription("c", Shows::Certificate("nonsense".to_owned()))];
    let data = Data {
        ways: vec![way("mtls", Entrance::Certificate, None, broken)],
        nobody: Keyed::new(401, "NOBODY", "no"),
        undecided: Keyed::new(503, "UNDECIDED", "later"),
    };
    assert!(FirstOf::compile(&data, &Tokens::default()).is_err());
}

#[test]
fn a_token_may_be_bound_to_a_certificate_and_have_a_type() {
    use aws_lc_rs::digest::{SHA256, digest};
    use model::policy::Bound;
    use net::tls::{PeerCertificate, certificates};
    let made = || rcgen::generate_simple_self_signed(vec!["a.test".to_owned()]).unwrap().cert.pem();
    let certificate = |pem: &str| {
        let chain = certificates(pem).unwrap();
        std::sync::Arc::new(PeerCertificate { chain, distrust: None, validity: None })
    };
    let (own, other) = (certificate(&made()), certificate(&made()));
    let thumb = |of: &PeerCertificate| json!({"x5t#S256": URL_SAFE_NO_PAD.encode(digest(&SHA256, of.leaf()))});
    let entrance = |missing: bool| {
        let Entrance::Token(token) = token() else { panic!("a token") };
        let bound = Some(Bound { missing, wrong: Keyed::new(401, "BOUND", "no") });
        Entrance::Token(Box::new(TokenEntrance { bound, scopes: Vec::new(), ..*token }))
    };
    let subscriptions = || vec![subscription("c", Shows::Client("shop".to_owned()))];
    for (missing, cnf, shown, expected) in [
        (false, thumb(&own), Some(&own), Ok("jwt app-c")),
        (false, thumb(&own), Some(&other), Err("BOUND")),
        (false, thumb(&own), None, Err("BOUND")),
        (false, Value::Null, Some(&own), Err("BOUND")),
        (true, Value::Null, None, Ok("jwt app-c")),
        (true, thumb(&other), Some(&own), Err("BOUND")),
    ] {
        let ways = first_of(vec![way("jwt", entrance(missing), None, subscriptions())]);
        let token = signed("hush", "HS256", &json!({"azp": "shop", "cnf": cnf}));
        let mut exchange = testing::of(http::Request::get("/").header("authorization", format!("Bearer {token}")));
        exchange.client.certificate = shown.cloned();
        let seen = judged(&ways, &mut exchange);
        assert_eq!(seen, expected.map(str::to_owned).map_err(str::to_owned), "{missing} {cnf}");
    }
    for (names, any_case, missing, expected) in
        [(vec![], false, true, Ok("jwt app-c")), (vec!["JWT"], false, false, Err("TOKEN"))]
    {
        let Entrance::Token(token) = token() else { panic!("a token") };
        let types = Some(TokenTypes { names: names.into_iter().map(str::to_owned).collect(), any_case, missing });
        let entrance = Entrance::Token(Box::new(TokenEntrance { types, scopes: Vec::new(), ..*token }));
        let ways = first_of(vec![way("jwt", entrance, None, subscriptions())]);
        let token = signed("hush", "HS256", &json!({"azp": "shop"}));
        check(&ways, "/", &[("authorization", &format!("Bearer {token}"))], expected);
    }
}

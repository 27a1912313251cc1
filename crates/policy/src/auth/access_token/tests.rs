//! Cases of `access_token`: where it stands, what must hold of it, and what is told of it.

use super::*;
use crate::exchange::testing;
use crate::server::testing::Double;
use aws_lc_rs::hmac;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::Secret;
use model::consumer::{Algorithm, Verifier};
use model::policy::{Audience, Believed, Challenge, Introspection, TokenProof, TokenSpot};
use serde_json::json;
use std::time::Duration;

const NOW: u64 = 1_700_000_000;

fn by_key() -> Data {
    let verifier = Verifier::Shared(Secret::new("hush"));
    Data {
        bare_headers: vec!["x-access-token".to_owned()],
        challenge: Challenge {
            absent: "Bearer realm=\"r\"".to_owned(),
            wrong: "Bearer realm=\"r\", error=\"invalid_token\", error_description=\"{}\"".to_owned(),
        },
        ..Data::by(TokenProof::Key { algorithm: Algorithm::HS256, verifier })
    }
}

fn signed(secret: &str, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let text = format!("{}.{}", part(&json!({"alg": "HS256"})), part(claims));
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()), text.as_bytes());
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(tag))
}

async fn ask(data: &Data, fields: &[(&str, &str)]) -> (Result<(), (u16, String)>, Exchange) {
    let policy = AccessToken::compile(data, &Tokens::default()).unwrap();
    let request = fields.iter().fold(http::Request::get("/"), |request, (name, value)| request.header(*name, *value));
    let mut exchange = testing::of(request);
    exchange.time = UNIX_EPOCH + Duration::from_secs(NOW);
    let outcome = match policy.run(&mut exchange) {
        Running::Done(outcome) => outcome,
        Running::Wait(future) => future.await,
    };
    let seen = match outcome {
        Outcome::Continue => Ok(()),
        Outcome::Fail(failure) => {
            let status = crate::answer::ReadyAnswers::default().render(&exchange, &failure).status().as_u16();
            let challenge = failure.headers.first().map(|(_, value)| value.to_str().unwrap().to_owned());
            Err((status, challenge.unwrap_or_default()))
        }
        Outcome::Respond(_) => panic!("nobody answers here"),
    };
    (seen, exchange)
}

fn wrong(what: &str) -> Result<(), (u16, String)> {
    Err((401, format!("Bearer realm=\"r\", error=\"invalid_token\", error_description=\"{what}\"")))
}

#[tokio::test]
async fn tokens_are_judged_wherever_they_stand() {
    let good = json!({"iss": "idp", "aud": ["shop"], "scope": "read write", "exp": NOW + 1, "sub": "ada"});
    let with = |name: &str, value: Value| {
        let mut claims = good.clone();
        claims[name] = value;
        claims
    };
    let bearer = |claims: &Value| format!("Bearer {}", signed("hush", claims));
    let strict = Data {
        issuers: vec!["idp".to_owned()],
        audience: Some(Audience { claim: "aud".to_owned(), required: true, values: vec!["shop".to_owned()] }),
        scopes: vec!["read".to_owned(), "write".to_owned()],
        schema: Some(json!({"properties": {"sub": {"type": "string"}}}).to_string()),
        ..by_key()
    };
    let absent = || Err((401, "Bearer realm=\"r\"".to_owned()));
    let forbidden = || Err((403, String::new()));
    for (text, expected) in [
        (bearer(&good), Ok(())),
        (bearer(&good).to_lowercase().replacen("bearer", "Bearer", 1), wrong("this is not a signed token")),
        (bearer(&good).replacen("Bearer", "bearer", 1), Ok(())),
        ("Basic YTpi".to_owned(), absent()),
        ("nonsense".to_owned(), Err((401, String::new()))),
        (format!("Bearer {}", signed("other", &good)), wrong("signature verification failed")),
        (bearer(&with("exp", json!(NOW))), wrong("token expired")),
        (bearer(&with("nbf", json!(NOW + 1))), wrong("token not valid yet")),
        (bearer(&with("exp", json!("soon"))), wrong("exp is no number")),
        (bearer(&with("iss", json!("other"))), wrong("the issuer is not one of those that are known")),
        (bearer(&with("aud", json!("shop"))), Ok(())),
        (bearer(&with("aud", json!(["x"]))), forbidden()),
        (bearer(&with("aud", Value::Null)), forbidden()),
        (bearer(&with("scope", json!("read"))), forbidden()),
        (
            bearer(&with("sub", json!(7))),
            wrong("property 'sub' validation failed: wrong type: expected string, got number"),
        ),
    ] {
        let (seen, _) = ask(&strict, &[("authorization", &text)]).await;
        assert_eq!(seen, expected, "{text}");
    }
    assert_eq!(ask(&strict, &[]).await.0, absent());
    assert_eq!(ask(&strict, &[("x-access-token", &signed("hush", &good))]).await.0, Ok(()));
    let optional = Data { optional: true, ..strict };
    assert_eq!(ask(&optional, &[]).await.0, Ok(()));
    assert!(ask(&optional, &[("authorization", "Bearer x")]).await.0.is_err());
}

#[tokio::test]
async fn only_the_gateway_tells_of_a_token() {
    let tell = |name: &str, fact| (name.to_owned(), fact);
    let data = Data {
        tell: vec![
            tell("x-access-token", TokenFact::Token),
            tell("x-userinfo", TokenFact::Claims),
            tell("x-sub", TokenFact::Claim("sub".to_owned())),
            tell("x-age", TokenFact::Claim("age".to_owned())),
            tell("x-none", TokenFact::Claim("none".to_owned())),
        ],
        forget: vec!["x-id-token".to_owned()],
        hide: true,
        optional: true,
        ..by_key()
    };
    let forged = ["x-userinfo", "x-sub", "x-age", "x-none", "x-id-token"].map(|name| (name, "forged"));
    let claims = json!({"age": 7, "sub": "ada"});
    let token = signed("hush", &claims);
    let bearer = format!("Bearer {token}");
    let mut fields = forged.to_vec();
    fields.push(("authorization", &bearer));
    let (seen, exchange) = ask(&data, &fields).await;
    assert_eq!(seen, Ok(()));
    let headers = &exchange.request.headers;
    let of = |name: &str| headers.get(name).map(|value| value.to_str().unwrap().to_owned());
    assert_eq!(of("x-access-token"), Some(token));
    assert_eq!(STANDARD.decode(of("x-userinfo").unwrap()).unwrap(), claims.to_string().into_bytes());
    assert_eq!((of("x-sub").as_deref(), of("x-age").as_deref()), (Some("ada"), Some("7")));
    assert_eq!((of("x-none"), of("x-id-token"), of("authorization")), (None, None, None));
    assert_eq!(exchange.claims.unwrap()["sub"], "ada");

    let (seen, exchange) = ask(&data, &forged).await;
    assert_eq!((seen, exchange.request.headers.len()), (Ok(()), 0));
}

#[tokio::test]
async fn a_server_is_asked_once_while_its_word_counts() {
    let double = Double::answering(200, json!({"active": true, "sub": "ada", "exp": NOW + 5}).to_string()).await;
    let introspection = Introspection {
        server: double.data.clone(),
        discovery: false,
        post: true,
        token: vec![TokenSpot::Form("token".to_owned())],
        login: None,
        along: Vec::new(),
        silent_is_active: false,
        believed: Believed::UntilItsEnd,
    };
    let proof = TokenProof::Introspection(Box::new(introspection));
    let data = Data { challenge: by_key().challenge, ..Data::by(proof) };
    let policy = AccessToken::compile(&data, &Tokens::default()).unwrap();
    for _ in 0..3 {
        let mut exchange = testing::of(http::Request::get("/").header("authorization", "Bearer opaque"));
        exchange.time = UNIX_EPOCH + Duration::from_secs(NOW);
        let outcome = match policy.run(&mut exchange) {
            Running::Done(outcome) => outcome,
            Running::Wait(future) => future.await,
        };
        assert!(matches!(outcome, Outcome::Continue));
    }
    assert_eq!(double.count(), 1);
    double.say(200, json!({"active": false}).to_string());
    assert_eq!(ask(&data, &[("authorization", "Bearer gone")]).await.0, wrong("invalid token"));
    double.say(500, "");
    assert_eq!(ask(&data, &[("authorization", "Bearer x")]).await.0, Err((503, String::new())));
}

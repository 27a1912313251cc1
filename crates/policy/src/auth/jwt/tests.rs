//! Cases of `jwt`.

use super::*;
use crate::auth::gate::Parts;
use crate::auth::token_key::base64_standard;
use crate::consumers::Consumers;
use crate::exchange::testing;
use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{self, EcdsaKeyPair, Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use model::Secret;
use model::consumer::{Consumer, Credential, Proof, Verifier};
use model::id::ConsumerId;

const NOW: u64 = 1_700_000_000;

fn consumer(key: &str, algorithm: Algorithm, verifier: Verifier) -> Arc<Consumer> {
    let proof = Proof::Token { key: key.into(), algorithm, verifier, grace: Duration::ZERO };
    let credentials = vec![Credential { id: None, proof }];
    Arc::new(Consumer { credentials, ..Consumer::new(ConsumerId::new(format!("id-{key}")), key) })
}

fn shared(key: &str, secret: &str) -> Arc<Consumer> {
    consumer(key, Algorithm::HS256, Verifier::Shared(Secret::new(secret)))
}

fn policy(data: Data, consumers: &[Arc<Consumer>]) -> Jwt {
    let consumers = Arc::new(Consumers::new(consumers));
    let Data { anonymous, preflight, identity, challenge, refusals, .. } = &data;
    let parts = Parts { anonymous: anonymous.as_ref(), preflight: *preflight, identity, challenge, refusals };
    let gate = Gate::new(&parts, &consumers).unwrap();
    let headers = data.headers.iter().map(|name| name.parse().unwrap()).collect();
    Jwt { gate, headers, data }
}

fn signed(head: &str, claims: &str, sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
    let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(head), URL_SAFE_NO_PAD.encode(claims));
    let signature = URL_SAFE_NO_PAD.encode(sign(message.as_bytes()));
    format!("{message}.{signature}")
}

fn hs256(claims: &str, secret: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    signed(r#"{"alg":"HS256","typ":"JWT"}"#, claims, |message| hmac::sign(&key, message).as_ref().to_vec())
}

/// The client's name, or the words of the refusal with its challenge.
fn ask(policy: &Jwt, mut exchange: Exchange) -> Result<String, (String, String)> {
    exchange.time = UNIX_EPOCH + Duration::from_secs(NOW);
    match policy.run(&mut exchange).done() {
        Outcome::Continue => Ok(exchange.identity.unwrap().name.to_string()),
        Outcome::Fail(failure) => {
            assert_eq!(failure.kind.status(), 401);
            Err((failure.public.clone(), failure.headers[0].1.to_str().unwrap().to_owned()))
        }
        Outcome::Respond(_) => panic!("answers"),
    }
}

fn bearing(token: &str) -> Exchange {
    testing::of(http::Request::get("/").header("authorization", format!("Bearer {token}")))
}

#[test]
fn tokens_are_judged_by_their_key_and_their_claims() {
    let consumers = [shared("iss1", "shhh"), shared("", "empty")];
    let data =
        Data { claims: vec![RegisteredClaim::Expires], longest: Some(Duration::from_secs(100)), ..Data::default() };
    let policy = policy(data, &consumers);
    let token = |claims: &str| hs256(claims, b"shhh");
    let none = signed(r#"{"alg":"none"}"#, r#"{"iss":"iss1"}"#, |_| Vec::new());
    let other = signed(r#"{"alg":"HS512"}"#, r#"{"iss":"iss1"}"#, |_| vec![0; 64]);
    let critical = signed(r#"{"alg":"HS256","crit":["x"]}"#, r#"{"iss":"iss1"}"#, |_| vec![0; 32]);
    let good = token(r#"{"iss":"iss1","exp":1700000050}"#);
    let (begin, _) = good.rsplit_once('.').unwrap();
    let time = "what the token claims about time does not hold: ";
    let unreadable = |why: &str| format!("this is not a signed token: {why}");
    for (token, expected) in [
        (good.clone(), Ok("iss1")),
        (token(r#"{"iss":"iss1","exp":1700000000}"#), Err(format!(r#"{time}{{"exp":"token expired"}}"#))),
        (token(r#"{"iss":"iss1"}"#), Err(format!(r#"{time}{{"exp":"must be a number"}}"#))),
        (token(r#"{"iss":"iss1","exp":"1700000050"}"#), Err(format!(r#"{time}{{"exp":"must be a number"}}"#))),
        (
            token(r#"{"iss":"iss1","exp":1700000101}"#),
            Err(format!(r#"{time}{{"exp":"exceeds maximum allowed expiration"}}"#)),
        ),
        (
            token(r#"{"iss":"iss1","exp":1,"nbf":1700000001}"#),
            Err(format!(r#"{time}{{"exp":"token expired","nbf":"token not valid yet"}}"#)),
        ),
        (hs256(r#"{"iss":"iss1","exp":1700000050}"#, b"other"), Err("the token's signature is wrong".into())),
        (format!("{begin}."), Err("the token's signature is wrong".into())),
        (format!("{begin}.?"), Err(unreadable("invalid signature"))),
        (token(r#"{"iss":"nobody"}"#), Err("nobody signs tokens with the key that the token's iss names".into())),
        (token(r#"{"iss":""}"#), Err("the token's iss is no name of a key".into())),
        (token(r#"{"iss":7}"#), Err("the token's iss is no name of a key".into())),
        (token("{}"), Err("the token has no iss, which names its key".into())),
        (none, Err(unreadable("invalid alg"))),
        (other, Err("the token is not signed as its key signs".into())),
        (critical, Err(unreadable("invalid crit"))),
        ("junk".into(), Err(unreadable("invalid JSON"))),
        ("a.b.c".into(), Err(unreadable("invalid JSON"))),
    ] {
        let asked = ask(&policy, bearing(&token));
        let expected = expected.map(str::to_owned).map_err(|text| (text, "Bearer error=\"invalid_token\"".to_owned()));
        assert_eq!(asked, expected, "{token}");
    }
    for request in [http::Request::get("/"), http::Request::get("/").header("authorization", "Basic eA==")] {
        let absent = Err(("this route wants a token".to_owned(), "Bearer".to_owned()));
        assert_eq!(ask(&policy, testing::of(request)), absent);
    }
}

#[test]
fn tokens_are_found_where_they_may_stand_and_only_once() {
    let token = hs256(r#"{"iss":"a"}"#, b"s");
    let other = hs256(r#"{"iss":"a","x":1}"#, b"s");
    let data = Data {
        query: vec!["jwt".into()],
        cookies: vec!["session".into()],
        claims: Vec::new(),
        hide: true,
        ..Data::default()
    };
    let policy = policy(data, &[shared("a", "s")]);
    let get = |target: String| http::Request::get(target);
    let several = Err("the request shows more than one token");
    for (request, expected) in [
        (get(format!("/?jwt={token}&a=1")), Ok("a")),
        (get("/".into()).header("cookie", format!("x=1; session={token}")), Ok("a")),
        (get("/".into()).header("authorization", format!("bearer  {token}")), Ok("a")),
        (get(format!("/?jwt={token}")).header("authorization", format!("Bearer {token}")), Ok("a")),
        (get(format!("/?jwt={other}")).header("authorization", format!("Bearer {token}")), several),
        (get(format!("/?jwt={other}&jwt={token}")), several),
    ] {
        let asked = ask(&policy, testing::of(request)).map_err(|(text, _)| text);
        assert_eq!(asked, expected.map(str::to_owned).map_err(str::to_owned));
    }
    let request = get(format!("/?jwt={token}&a=1")).header("cookie", format!("x=1; session={token}; y=2"));
    let mut exchange = testing::of(request);
    let _ = policy.run(&mut exchange);
    assert_eq!(exchange.request.uri, "/?a=1");
    assert_eq!(exchange.request.headers["cookie"], "x=1; y=2");
    let (identity, claims) = (exchange.identity.unwrap(), exchange.claims.unwrap());
    assert_eq!((identity.credential.as_deref(), claims["iss"].as_str()), (Some("a"), Some("a")));
}

#[test]
fn a_secret_may_be_written_in_base64() {
    let secret = STANDARD.encode([0, 255, 7]);
    assert_eq!(base64_standard(&secret).unwrap(), [0, 255, 7]);
    let token = hs256(r#"{"iss":"a"}"#, &[0, 255, 7]);
    for (base64_secrets, known) in [(true, true), (false, false)] {
        let data = Data { claims: Vec::new(), base64_secrets, ..Data::default() };
        assert_eq!(ask(&policy(data, &[shared("a", &secret)]), bearing(&token)).is_ok(), known);
    }
}

fn pem(key: &impl AsDer<PublicKeyX509Der<'static>>) -> Verifier {
    let text = STANDARD.encode(key.as_der().unwrap().as_ref());
    Verifier::Public(format!("-----BEGIN PUBLIC KEY-----\n{text}\n-----END PUBLIC KEY-----\n"))
}

#[test]
fn public_keys_of_all_kinds_check_signatures() {
    let random = SystemRandom::new();
    let rsa = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
    let ed = Ed25519KeyPair::generate().unwrap();
    type Sign<'a> = Box<dyn Fn(&[u8]) -> Vec<u8> + 'a>;
    let mut cases: Vec<(Algorithm, Verifier, Sign<'_>)> = Vec::new();
    let schemes: [(Algorithm, &'static dyn signature::RsaEncoding); 6] = [
        (Algorithm::RS256, &signature::RSA_PKCS1_SHA256),
        (Algorithm::RS384, &signature::RSA_PKCS1_SHA384),
        (Algorithm::RS512, &signature::RSA_PKCS1_SHA512),
        (Algorithm::PS256, &signature::RSA_PSS_SHA256),
        (Algorithm::PS384, &signature::RSA_PSS_SHA384),
        (Algorithm::PS512, &signature::RSA_PSS_SHA512),
    ];
    for (algorithm, scheme) in schemes {
        let (rsa, random) = (&rsa, &random);
        let sign = move |message: &[u8]| {
            let mut signature = vec![0; rsa.public_modulus_len()];
            rsa.sign(scheme, random, message, &mut signature).unwrap();
            signature
        };
        cases.push((algorithm, pem(rsa.public_key()), Box::new(sign) as Box<dyn Fn(&[u8]) -> Vec<u8>>));
    }
    for (algorithm, scheme) in [
        (Algorithm::ES256, &signature::ECDSA_P256_SHA256_FIXED_SIGNING),
        (Algorithm::ES384, &signature::ECDSA_P384_SHA384_FIXED_SIGNING),
        (Algorithm::ES512, &signature::ECDSA_P521_SHA512_FIXED_SIGNING),
    ] {
        let key = EcdsaKeyPair::generate(scheme).unwrap();
        let verifier = pem(key.public_key());
        let sign = move |message: &[u8]| key.sign(&SystemRandom::new(), message).unwrap().as_ref().to_vec();
        cases.push((algorithm, verifier, Box::new(sign)));
    }
    let verifier = pem(ed.public_key());
    cases.push((Algorithm::EdDSA, verifier, Box::new(move |message| ed.sign(message).as_ref().to_vec())));
    for (algorithm, verifier, sign) in &cases {
        let data = Data { claims: Vec::new(), ..Data::default() };
        let policy = policy(data, &[consumer("a", *algorithm, verifier.clone())]);
        let head = format!(r#"{{"alg":"{}"}}"#, algorithm.name());
        let token = signed(&head, r#"{"iss":"a"}"#, sign);
        assert_eq!(ask(&policy, bearing(&token)), Ok("a".into()), "{algorithm:?}");
        let forged = signed(&head, r#"{"iss":"a","admin":true}"#, |_| sign(b"something else"));
        assert!(ask(&policy, bearing(&forged)).is_err(), "{algorithm:?}");
        // a public key is no shared secret: a token has no say in how it is checked
        let Verifier::Public(text) = verifier else { unreachable!() };
        assert!(ask(&policy, bearing(&hs256(r#"{"iss":"a"}"#, text.as_bytes()))).is_err());
    }
}

#[test]
fn a_key_that_cannot_be_used_lets_nobody_in() {
    let broken = consumer("a", Algorithm::RS256, Verifier::Public("no key".into()));
    let policy = policy(Data { claims: Vec::new(), ..Data::default() }, std::slice::from_ref(&broken));
    let token = signed(r#"{"alg":"RS256"}"#, r#"{"iss":"a"}"#, |_| vec![0; 256]);
    assert_eq!(ask(&policy, bearing(&token)).unwrap_err().0, "the key of this token cannot be used");
    let consumers = Consumers::new(&[broken]);
    assert_eq!(consumers.broken_keys().collect::<Vec<_>>(), [("a", Algorithm::RS256)]);
}

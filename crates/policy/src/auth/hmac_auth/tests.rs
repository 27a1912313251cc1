//! Cases of `hmac_auth`: both forms, what must be signed, and clocks.

use super::*;
use crate::auth::gate::{Gate, Parts};
use crate::consumers::Consumers;
use crate::exchange::testing;
use model::consumer::{Consumer, Credential, Proof};
use model::id::ConsumerId;
use std::sync::Arc;
use std::time::UNIX_EPOCH;

/// Sun, 06 Nov 1994 08:49:37 GMT.
const NOW: u64 = 784_111_777;
const DATE: &str = "Sun, 06 Nov 1994 08:49:37 GMT";

fn policy(data: Data) -> HmacAuth {
    let mut consumer = Consumer::new(ConsumerId::new("c"), "bob");
    let proof = Proof::Signer { name: "bob-key".to_owned(), secret: Secret::new("hush") };
    consumer.credentials = vec![Credential { id: None, proof }];
    let consumers = Arc::new(Consumers::new(&[Arc::new(consumer)]));
    let parts = Parts {
        anonymous: None,
        preflight: true,
        identity: &data.identity,
        challenge: &data.challenge,
        refusals: &data.refusals,
    };
    let names = |all: &[String]| all.iter().map(|name| name.parse().unwrap()).collect();
    HmacAuth {
        gate: Gate::new(&parts, &consumers).unwrap_or_else(|error| panic!("{error:?}")),
        headers: names(&data.headers),
        dates: names(&data.dates),
        data,
    }
}

fn by_username() -> Data {
    Data {
        form: SignatureForm::Username,
        headers: vec!["proxy-authorization".to_owned(), "authorization".to_owned()],
        dates: vec!["x-date".to_owned(), "date".to_owned()],
        any_date: true,
        algorithms: HmacAlgorithm::ALL.to_vec(),
        ..Data::default()
    }
}

fn sign(algorithm: &str, text: &str) -> String {
    let hash = super::hash(HmacAlgorithm::from_name(algorithm).unwrap());
    STANDARD.encode(hmac::sign(&hmac::Key::new(hash, b"hush"), text.as_bytes()))
}

async fn ask(data: Data, fields: &[(&str, &str)], body: &'static str) -> Result<String, Case> {
    let policy = policy(data);
    let request =
        fields.iter().fold(http::Request::post("/a%20b?x=1"), |request, (name, value)| request.header(*name, *value));
    let mut exchange = testing::with_body(request, body);
    exchange.time = UNIX_EPOCH + Duration::from_secs(NOW);
    let judged = policy.judge(&exchange);
    let outcome = match policy.run(&mut exchange) {
        Running::Done(outcome) => outcome,
        Running::Wait(future) => future.await,
    };
    match outcome {
        Outcome::Continue => {
            assert_eq!(exchange.request.headers["x-credential-identifier"], "bob-key");
            Ok(exchange.identity.unwrap().name.to_string())
        }
        Outcome::Fail(_) => Err(judged.err().map_or(Case::Signature, |Wrong(case, _)| case)),
        Outcome::Respond(_) => panic!("nobody answers here"),
    }
}

#[tokio::test]
async fn requests_signed_under_a_user_name_are_known() {
    let header = |algorithm: &str, headers: &str, text: &str| {
        let signature = sign(algorithm, text);
        format!(
            "hmac username=\"bob-key\", algorithm=\"{algorithm}\", headers=\"{headers}\", signature=\"{signature}\""
        )
    };
    let whole = format!("date: {DATE}\nPOST /a%20b?x=1 HTTP/1.1");
    let good = header("hmac-sha256", "date request-line", &whole);
    for (fields, expected) in [
        (vec![("date", DATE), ("authorization", &*good)], Ok(())),
        (vec![("date", DATE), ("proxy-authorization", &good)], Ok(())),
        (vec![("date", DATE), ("proxy-authorization", "Basic YTpi"), ("authorization", &good)], Ok(())),
        (vec![("date", "yesterday"), ("x-date", DATE), ("authorization", &good)], Err(Case::Signature)),
        (vec![("authorization", &good)], Err(Case::Clock)),
        (vec![("date", "Sun, 06 Nov 1994 08:44:36 GMT"), ("authorization", &good)], Err(Case::Clock)),
        (vec![("date", "Sun, 06 Nov 1994 08:54:38 GMT"), ("authorization", &good)], Err(Case::Clock)),
        (vec![("date", DATE)], Err(Case::Absent)),
        (vec![("date", DATE), ("authorization", "Basic YTpi")], Err(Case::Unknown)),
        (vec![("date", DATE), ("authorization", "hmac username=\"bob-key\"")], Err(Case::Unknown)),
    ] {
        assert_eq!(ask(by_username(), &fields, "").await.map(drop), expected, "{fields:?}");
    }
    let others = [
        header("hmac-sha1", "date", &format!("date: {DATE}")),
        header("hmac-sha512", "@request-target", "@request-target: post /a%20b?x=1"),
        header("hmac-sha384", "x-none date", &format!("x-none:\ndate: {DATE}")),
        header("hmac-sha256", "request-line", "POST /a%20b HTTP/1.1"),
    ];
    for other in &others {
        assert!(ask(by_username(), &[("date", DATE), ("authorization", other)], "").await.is_ok(), "{other}");
    }
    let wrong = good.replace("bob-key", "nobody");
    assert_eq!(ask(by_username(), &[("date", DATE), ("authorization", &wrong)], "").await, Err(Case::Unknown));
    for strict in [
        Data { signed: vec!["host".to_owned()], ..by_username() },
        Data { algorithms: vec![HmacAlgorithm::Sha512], ..by_username() },
    ] {
        assert_eq!(ask(strict, &[("date", DATE), ("authorization", &good)], "").await, Err(Case::Unknown));
    }
}

#[tokio::test]
async fn requests_signed_under_the_name_of_a_key_are_known() {
    let header = |headers: &str, text: &str| {
        let signature = sign("hmac-sha256", text);
        format!("Signature keyId=\"bob-key\",algorithm=\"hmac-sha256\",headers=\"{headers}\",signature=\"{signature}\"")
    };
    let good = header("@request-target date x-none", &format!("bob-key\nPOST /a%20b?x=1\ndate: {DATE}\n"));
    let short = header("", "bob-key\n");
    for (fields, expected) in [
        (vec![("date", DATE), ("authorization", &*good)], Ok(())),
        (vec![("date", DATE), ("authorization", &short)], Ok(())),
        (vec![("x-date", DATE), ("authorization", &short)], Ok(())),
        // what is there first counts
        (vec![("date", "yesterday"), ("x-date", DATE), ("authorization", &short)], Err(Case::Clock)),
        (vec![("date", DATE), ("authorization", "Bearer x")], Err(Case::Unreadable)),
        (vec![("date", DATE), ("authorization", "Signature x")], Err(Case::Unknown)),
        (vec![("date", DATE), ("x-none", "1"), ("authorization", &good)], Err(Case::Signature)),
        (vec![], Err(Case::Absent)),
    ] {
        assert_eq!(ask(Data::default(), &fields, "").await.map(drop), expected, "{fields:?}");
    }
}

#[tokio::test]
async fn a_body_must_be_that_of_its_digest() {
    let signature = sign("hmac-sha256", "bob-key\n");
    let header =
        format!("Signature keyId=\"bob-key\",algorithm=\"hmac-sha256\",headers=\"\",signature=\"{signature}\"");
    let digest = "SHA-256=LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=";
    for (body, sent, claimed, good) in [
        (BodyDigest::Always, "hello", Some(digest), true),
        (BodyDigest::Always, "hallo", Some(digest), false),
        (BodyDigest::Always, "hello", None, false),
        (BodyDigest::Always, "", None, false),
        (BodyDigest::OfBodies, "hello", Some(digest), true),
        (BodyDigest::OfBodies, "hello", None, false),
        (BodyDigest::OfBodies, "", None, true),
        (BodyDigest::Ignored, "hallo", Some(digest), true),
    ] {
        let mut fields = vec![("date", DATE), ("authorization", &*header)];
        fields.extend(claimed.map(|claimed| ("digest", claimed)));
        let asked = ask(Data { body, ..Data::default() }, &fields, sent).await;
        assert_eq!(asked.is_ok(), good, "{body:?} {sent} {claimed:?}");
    }
}

#[test]
fn a_signature_is_hidden_if_asked() {
    let signature = sign("hmac-sha256", "bob-key\n");
    let header =
        format!("Signature keyId=\"bob-key\",algorithm=\"hmac-sha256\",headers=\"\",signature=\"{signature}\"");
    for hide in [false, true] {
        let request = http::Request::get("/").header("date", DATE).header("authorization", &header);
        let mut exchange = testing::of(request);
        exchange.time = UNIX_EPOCH + Duration::from_secs(NOW);
        assert!(matches!(policy(Data { hide, ..Data::default() }).run(&mut exchange).done(), Outcome::Continue));
        assert_eq!(exchange.request.headers.contains_key("authorization"), !hide);
    }
}

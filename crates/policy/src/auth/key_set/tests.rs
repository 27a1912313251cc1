//! Cases of `key_set`: a server that answers, one that is away, and tokens that name what is not there.

use super::*;
use crate::server::testing::Double;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

fn set(ids: &[&str]) -> String {
    let key = Ed25519KeyPair::generate().unwrap();
    let x = URL_SAFE_NO_PAD.encode(key.public_key().as_ref());
    let keys: Vec<_> =
        ids.iter().map(|id| serde_json::json!({"kty": "OKP", "crv": "Ed25519", "kid": id, "x": x})).collect();
    serde_json::json!({ "keys": keys }).to_string()
}

fn data(double: &Double, fresh: Duration) -> Data {
    Data { server: double.data.clone(), discovery: false, any_issuer: false, algorithms: Vec::new(), fresh }
}

const HOUR: Duration = Duration::from_secs(3600);

fn has(held: &Held, id: &str) -> bool {
    held.keys.iter().any(|key| key.is_named(Some(id)))
}

#[tokio::test]
async fn keys_are_fetched_once_for_all_who_wait() {
    let double = Double::answering(200, set(&["a"])).await;
    let keys = Arc::new(KeySet::new(&data(&double, HOUR)).unwrap());
    assert!(keys.at_hand(Some("a")).is_none());
    let waiting: Vec<_> = (0..10)
        .map(|_| {
            let keys = keys.clone();
            tokio::spawn(async move { has(&keys.with(Some("a")).await.unwrap(), "a") })
        })
        .collect();
    for one in waiting {
        assert!(one.await.unwrap());
    }
    assert_eq!(double.count(), 1);
    assert!(has(&keys.at_hand(Some("a")).unwrap(), "a"));
    assert!(keys.at_hand(Some("b")).is_none());
}

#[tokio::test]
async fn a_key_that_is_not_there_is_looked_for_and_not_too_often() {
    let double = Double::answering(200, set(&["a"])).await;
    let eager = KeySet::pausing(&data(&double, HOUR), Duration::ZERO, Duration::ZERO).unwrap();
    assert!(has(&eager.with(Some("a")).await.unwrap(), "a"));
    double.say(200, set(&["a", "b"]));
    assert!(has(&eager.with(Some("b")).await.unwrap(), "b"));
    assert_eq!(double.count(), 2);

    let patient = KeySet::new(&data(&double, HOUR)).unwrap();
    for _ in 0..20 {
        assert!(!has(&patient.with(Some("nobody")).await.unwrap(), "nobody"));
    }
    assert_eq!(double.count(), 3, "who makes up names makes nobody fetch");
}

#[tokio::test]
async fn the_last_keys_count_while_the_server_is_away() {
    let double = Double::answering(200, set(&["a"])).await;
    let keys = KeySet::pausing(&data(&double, HOUR), Duration::ZERO, Duration::ZERO).unwrap();
    keys.with(Some("a")).await.unwrap();
    for (status, body) in [(500, String::new()), (200, "<html>".to_owned()), (200, "{}".to_owned())] {
        double.say(status, body);
        assert!(has(&keys.with(Some("b")).await.unwrap(), "a"));
    }
    let none = KeySet::new(&data(&double, HOUR)).unwrap();
    assert_eq!(none.with(None).await.err().as_deref(), Some("this is no set of keys"));
    double.say(200, set(&["a"]));
    assert!(none.with(None).await.is_err(), "not asked again at once");
    assert_eq!(double.count(), 5);
}

#[tokio::test]
async fn old_keys_are_fetched_anew_in_the_background() {
    let double = Double::answering(200, set(&["a"])).await;
    let keys = KeySet::pausing(&data(&double, Duration::ZERO), Duration::ZERO, Duration::ZERO).unwrap();
    keys.with(Some("a")).await.unwrap();
    assert!(keys.at_hand(Some("a")).is_none());
    double.say(200, set(&["a", "b"]));
    assert!(!has(&keys.with(Some("a")).await.unwrap(), "b"), "nobody waits for it");
    while !keys.0.held.load().as_ref().is_some_and(|held| has(held, "b")) {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_discovery_document_tells_where_the_keys_are() {
    let keys = Double::answering(200, set(&["a"])).await;
    let document = serde_json::json!({"issuer": "https://idp.test", "jwks_uri": keys.data.url});
    let discovery = Double::answering(200, document.to_string()).await;
    let data = Data { discovery: true, ..data(&discovery, HOUR) };
    let held = KeySet::new(&data).unwrap().with(Some("a")).await.unwrap();
    assert_eq!((held.issuer.as_deref(), has(&held, "a")), (Some("https://idp.test"), true));
    discovery.say(200, "{}");
    let error = KeySet::new(&data).unwrap().with(None).await.err();
    assert_eq!(error.as_deref(), Some("its discovery document has no jwks_uri"));
}

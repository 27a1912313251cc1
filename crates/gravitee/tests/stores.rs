//! Key stores and trust stores of endpoints: in the definition, in files beside it, and those that cannot be opened.

#![allow(clippy::unwrap_used, reason = "a test stops at what is not there")]

use base64::Engine;
use dialect::Dialect;
use gravitee::Gravitee;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use store::{Document, Documents, Revision};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../net/src/tls/store/fixtures");

/// What becomes of one endpoint's `ssl`: how many authorities there are, whether the gateway shows a certificate, and what is
/// remarked.
fn check(ssl: &Value, expected: (usize, bool, &[&str])) {
    let api = json!({
        "id": "a", "name": "A", "definitionVersion": "4.0.0", "type": "proxy", "apiVersion": "1",
        "listeners": [{"type": "http", "paths": [{"path": "/a"}]}],
        "endpointGroups": [{"name": "g", "type": "http-proxy", "sharedConfiguration": {"ssl": ssl}, "endpoints": [
            {"name": "e", "type": "http-proxy", "configuration": {"target": "https://e"}},
        ]}],
        "properties": [{"key": "password", "value": "changeit"}],
    });
    let home = std::env::temp_dir().join(format!("lambdagate-stores-{}", fastrand::u64(..)));
    std::fs::create_dir_all(&home).unwrap();
    let file = home.join("api.json");
    std::fs::write(&file, api.to_string()).unwrap();
    let dialect = Gravitee::default();
    let sources = dialect.read(&file).unwrap();
    let revision = Revision(1);
    let document = |one: &dialect::Source| {
        let (key, bytes) = (one.key.as_str().into(), one.bytes.clone().into());
        Document { key, bytes, created: revision, modified: revision, expires: None }
    };
    let documents: Documents = sources.iter().map(document).collect();
    let lowered = dialect.lower(&documents, &BTreeMap::new());
    let upstream = lowered.gateway.upstreams.iter().next().unwrap().1;
    let tls = upstream.tls.as_ref().unwrap();
    let remarks: Vec<&str> = lowered.findings.iter().map(|finding| finding.message.as_str()).collect();
    let remarks: Vec<&str> = remarks.into_iter().filter(|text| !text.contains("no plans")).collect();
    assert_eq!((tls.authorities.len(), tls.identity.is_some()), (expected.0, expected.1), "{ssl}");
    assert_eq!(remarks.len(), expected.2.len(), "{ssl}: {remarks:?}");
    for (found, want) in remarks.iter().zip(expected.2) {
        assert!(found.contains(want), "{ssl}: {found}");
    }
    std::fs::remove_dir_all(home).unwrap();
}

#[test]
fn stores_are_read_wherever_they_stand() {
    let path = |name: &str| format!("{FOLDER}/{name}");
    let content = |name: &str| {
        let bytes = std::fs::read(path(name)).unwrap();
        base64::engine::general_purpose::STANDARD.encode(bytes)
    };
    let pem = |name: &str| std::fs::read_to_string(path(name)).unwrap();
    let password = "{#properties['password']}";
    check(
        &json!({"trustStore": {"type": "JKS", "content": content("authority.jks"), "password": password}}),
        (1, false, &[]),
    );
    check(
        &json!({"trustStore": {"type": "PKCS12", "path": path("authority.p12"), "password": "changeit"}}),
        (1, false, &[]),
    );
    check(&json!({"trustStore": {"type": "PEM", "path": path("authority.pem")}}), (1, false, &[]));
    check(&json!({"trustStore": {"type": "PEM", "content": pem("authority.pem")}}), (1, false, &[]));
    check(&json!({"pem": pem("authority.pem")}), (1, false, &[]));
    check(&json!({"keyStore": {"type": "JKS", "path": path("client-same.jks"), "password": password}}), (0, true, &[]));
    let other = json!({"type": "JKS", "path": path("client.jks"), "password": password, "keyPassword": "otherpass"});
    check(&json!({"keyStore": other}), (0, true, &[]));
    check(
        &json!({"keyStore": {"type": "PKCS12", "content": content("client.p12"), "password": "changeit"}}),
        (0, true, &[]),
    );
    let files = json!({"type": "PEM", "certPath": path("client.pem"), "keyPath": path("client.key")});
    check(&json!({"keyStore": files}), (0, true, &[]));
}

#[test]
fn a_store_that_cannot_be_opened_is_remarked() {
    let path = |name: &str| format!("{FOLDER}/{name}");
    let wrong = json!({"type": "PKCS12", "path": path("client.p12"), "password": "no"});
    check(&json!({"keyStore": wrong}), (0, false, &["the password does not open the PKCS#12"]));
    check(&json!({"keyStore": {"type": "JKS", "path": "/none"}}), (0, false, &["the file \"/none\" cannot be read"]));
    let without = json!({"type": "PKCS12", "path": path("authority.p12"), "password": "changeit"});
    check(&json!({"keyStore": without}), (0, false, &["it holds no key"]));
}

//! Credentials and groups of consumers.

use super::with_common;
use crate::schema::{Check, Object, Record, Violation, at, foreign, integer, string};
use sha1::{Digest, Sha1};

/// A password as it is kept: the SHA-1 of it with the consumer's id behind, in hex.
pub fn hashed(password: &str, consumer: &str) -> String {
    const_hex::encode(Sha1::new_with_prefix(password).chain_update(consumer).finalize())
}

pub(super) fn key() -> Record {
    Record::new(with_common(vec![
        foreign("consumer", "consumers"),
        string("key").unique().secret(),
        integer("ttl").unsupported("the key of a file stays valid; one of the Admin API ends"),
    ]))
}

pub(super) fn basic() -> Record {
    Record::new(with_common(vec![
        foreign("consumer", "consumers"),
        string("username").required().unique(),
        string("password").required().secret(),
    ]))
}

pub(super) fn jwt() -> Record {
    const ALGORITHMS: &[&str] = &[
        "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "PS256", "PS384", "PS512",
        "EdDSA",
    ];
    Record::new(with_common(vec![
        foreign("consumer", "consumers"),
        string("key").unique(),
        string("secret").secret(),
        string("rsa_public_key"),
        string("algorithm").default("HS256").optional().one_of(ALGORITHMS),
    ]))
    .check(Check::Custom(public_key))
}

/// Algorithms with a public key need it.
fn public_key(object: &Object) -> Vec<Violation> {
    let algorithm = at(object, "algorithm").and_then(|value| value.as_str()).unwrap_or_default();
    if algorithm.starts_with("HS") || algorithm.is_empty() {
        return Vec::new();
    }
    let text = match at(object, "rsa_public_key").and_then(|value| value.as_str()) {
        None => "required field missing",
        Some(key) if !key.contains("-----BEGIN") => "invalid key",
        Some(_) => return Vec::new(),
    };
    vec![
        Violation::entity("failed conditional validation given value of field 'algorithm'"),
        Violation::field("rsa_public_key", text),
    ]
}

pub(super) fn hmac() -> Record {
    Record::new(with_common(vec![
        foreign("consumer", "consumers"),
        string("username").required().unique(),
        string("secret").secret(),
    ]))
}

pub(super) fn acl() -> Record {
    Record::new(with_common(vec![foreign("consumer", "consumers"), string("group").required()]))
}

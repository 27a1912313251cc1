//! `hmac-auth`: requests that their clients have signed.

use super::{Parts, Steps, words};
use crate::entity::Part;
use crate::lower::At;
use model::chain::Phase;
use model::consumer::Proof;
use model::policy::{BodyDigest, Case, Challenge, HmacAlgorithm, HmacAuth, Policy};
use model::secret::Secret;
use serde_json::json;
use std::time::Duration;

pub(super) fn parts() -> Parts {
    let algorithms = ["hmac-sha1", "hmac-sha256", "hmac-sha512"];
    let schema = json!({"type": "object", "properties": {
        "allowed_algorithms": {"type": "array", "minItems": 1, "items": {"type": "string", "enum": algorithms},
            "default": algorithms},
        "clock_skew": {"type": "integer", "default": 300, "minimum": 1},
        "signed_headers": {"type": "array", "items": {"type": "string", "minLength": 1, "maxLength": 50}},
        "validate_request_body": {"type": "boolean", "default": false},
        "hide_credentials": {"type": "boolean", "default": false},
        "realm": super::realm("hmac"),
        "anonymous_consumer": super::anonymous_consumer(),
    }});
    let text = || json!({"type": "string", "minLength": 1, "maxLength": 256});
    let consumer = json!({"type": "object", "properties": {"key_id": text(), "secret_key": text()},
        "required": ["key_id", "secret_key"]});
    Parts::new(schema).consumer(consumer, |_| Ok(()), proof).encrypted(&["secret_key"])
}

fn proof(conf: Part<'_>) -> Option<Proof> {
    let (name, secret) = (conf.owned("key_id")?, conf.text("secret_key").filter(|secret| !secret.is_empty())?);
    Some(Proof::Signer { name, secret: Secret::new(secret) })
}

pub(super) fn lower(conf: Part<'_>, at: &mut At<'_>) -> Steps {
    let named = conf.texts("allowed_algorithms");
    let wrong = "client request can't be validated";
    let told = |what: &str| format!("{wrong}: {what}");
    let (absent, unreadable) =
        (told("missing Authorization header"), told("Authorization header does not start with 'Signature'"));
    let policy = HmacAuth {
        skew: Duration::from_secs(conf.count("clock_skew").filter(|skew| *skew > 0).unwrap_or(300)),
        algorithms: named.iter().filter_map(|name| HmacAlgorithm::from_name(name)).collect(),
        signed: conf.texts("signed_headers"),
        body: if conf.flag("validate_request_body") { BodyDigest::Always } else { BodyDigest::Ignored },
        hide: conf.flag("hide_credentials"),
        anonymous: at.anonymous(conf),
        identity: super::identity(),
        challenge: Challenge::of(format!("hmac realm=\"{}\"", conf.text("realm").unwrap_or("hmac"))),
        refusals: words::messages([
            (Case::Absent, 401, &*absent),
            (Case::Unreadable, 401, &unreadable),
            (Case::Clock, 401, wrong),
            (Case::Unknown, 401, wrong),
            (Case::Signature, 401, wrong),
        ]),
        ..HmacAuth::default()
    };
    vec![(Phase::Rewrite, Policy::HmacAuth(Box::new(policy)))]
}

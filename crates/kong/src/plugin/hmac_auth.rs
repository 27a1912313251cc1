//! `hmac-auth`: requests that their clients have signed.

use super::{Parts, Steps, words};
use crate::entity::Entity;
use crate::lower::Lowering;
use crate::part::Part;
use crate::schema::{Rule, array, boolean, number, string};
use model::chain::Phase;
use model::policy::{BodyDigest, Case, HmacAlgorithm, HmacAuth, Policy, SignatureForm};
use serde_json::json;
use std::time::Duration;

const ALGORITHMS: &[&str] = &["hmac-sha1", "hmac-sha256", "hmac-sha384", "hmac-sha512"];

pub(super) fn parts() -> Parts {
    Parts::new(vec![
        boolean("hide_credentials").default(false),
        number("clock_skew").default(300).rule(Rule::Above(0)),
        string("anonymous"),
        boolean("validate_request_body").default(false),
        array("enforce_headers", string("")).default(json!([])),
        array("algorithms", string("").one_of(ALGORITHMS)).default(json!(ALGORITHMS)),
        string("realm"),
    ])
    .no_consumer()
}

pub(super) fn lower(entity: &Entity, at: &mut Lowering<'_>) -> Steps {
    let part = Part::of(&entity.object).part("config");
    let named = part.texts("algorithms");
    let late = "HMAC signature cannot be verified, a valid date or x-date header is required for HMAC Authentication";
    let policy = HmacAuth {
        form: SignatureForm::Username,
        headers: vec!["proxy-authorization".to_owned(), "authorization".to_owned()],
        dates: vec!["x-date".to_owned(), "date".to_owned()],
        any_date: true,
        skew: Duration::from_secs_f64(part.number("clock_skew").filter(|skew| *skew > 0.0).unwrap_or(300.0)),
        algorithms: named.iter().filter_map(|name| HmacAlgorithm::from_name(name)).collect(),
        signed: part.texts("enforce_headers"),
        body: if part.flag("validate_request_body") { BodyDigest::OfBodies } else { BodyDigest::Ignored },
        hide: part.flag("hide_credentials"),
        anonymous: super::anonymous(entity, at),
        identity: words::identity(),
        challenge: words::challenge("hmac", entity),
        refusals: words::by_accept([
            (Case::Absent, 401, "Unauthorized"),
            (Case::Clock, 401, late),
            (Case::Unknown, 401, "HMAC signature cannot be verified"),
            (Case::Signature, 401, "HMAC signature does not match"),
        ]),
    };
    vec![(Phase::Access, Policy::HmacAuth(Box::new(policy)))]
}

//! `jwt`: signed tokens.

use super::{Parts, Steps, words};
use crate::entity::Entity;
use crate::lower::Lowering;
use crate::part::Part;
use crate::schema::{Check, Object, Violation, at, boolean, number, set, string};
use model::chain::Phase;
use model::policy::{Case, Challenge, Jwt, Policy, Refusal, RefusalForm, Refusals, RegisteredClaim};
use serde_json::{Value, json};
use std::time::Duration;

pub(super) fn parts() -> Parts {
    Parts::new(vec![
        set("uri_param_names", string("")).default(json!(["jwt"])).optional(),
        set("cookie_names", string("")).default(json!([])).optional(),
        string("key_claim_name").default("iss").optional(),
        boolean("secret_is_base64").default(false),
        set("claims_to_verify", string("").one_of(&["exp", "nbf"])),
        string("anonymous"),
        boolean("run_on_preflight").default(true),
        number("maximum_expiration").default(0).optional().between(0, 31_536_000),
        set("header_names", string("")).default(json!(["authorization"])).optional(),
        string("realm"),
    ])
    .check(Check::Custom(expiration))
    .no_consumer()
}

/// A longest life needs an end to judge by.
fn expiration(plugin: &Object) -> Vec<Violation> {
    let limited = at(plugin, "config.maximum_expiration").and_then(Value::as_f64).is_some_and(|most| most > 0.0);
    let claims = at(plugin, "config.claims_to_verify").and_then(Value::as_array);
    if !limited || claims.is_some_and(|claims| claims.iter().any(|claim| claim == "exp")) {
        return Vec::new();
    }
    let claims = Violation::field("claims_to_verify", "expected to contain: exp");
    vec![
        Violation::entity("failed conditional validation given value of field 'config.maximum_expiration'"),
        claims.below(crate::schema::Step::Name("config".to_owned())),
    ]
}

pub(super) fn lower(entity: &Entity, at: &mut Lowering<'_>) -> Steps {
    let part = Part::of(&entity.object).part("config");
    let claim = |name: &String| match name.as_str() {
        "exp" => RegisteredClaim::Expires,
        _ => RegisteredClaim::NotBefore,
    };
    let policy = Jwt {
        in_order: false,
        headers: part.texts("header_names").iter().map(|name| name.to_ascii_lowercase()).collect(),
        query: part.texts("uri_param_names"),
        cookies: part.texts("cookie_names"),
        bare: false,
        key_claim: part.owned("key_claim_name").unwrap_or_else(|| "iss".to_owned()),
        base64_secrets: part.flag("secret_is_base64"),
        claims: part.texts("claims_to_verify").iter().map(claim).collect(),
        lenient: true,
        longest: part.count("maximum_expiration").filter(|most| *most > 0).map(Duration::from_secs),
        hide: false,
        preflight: part.flag("run_on_preflight"),
        anonymous: super::anonymous(entity, at),
        identity: words::identity(),
        challenge: challenge(part.text("realm")),
        refusals: refusals(),
    };
    vec![(Phase::Access, Policy::Jwt(Box::new(policy)))]
}

fn challenge(realm: Option<&str>) -> Challenge {
    let absent = realm.map_or("Bearer".to_owned(), |realm| format!("Bearer realm=\"{realm}\""));
    let comma = if realm.is_some() { "," } else { "" };
    Challenge { wrong: format!("{absent}{comma} error=\"invalid_token\""), absent }
}

fn refusals() -> Refusals {
    let mut refusals = words::as_json([
        (Case::Absent, 401, "Unauthorized"),
        (Case::Several, 401, "Multiple tokens provided"),
        (Case::Unreadable, 401, "Bad token; {}"),
        (Case::NoKeyClaim, 401, "No mandatory '{}' in claims"),
        (Case::BadKeyClaim, 401, "Invalid '{}' in claims"),
        (Case::UnknownKey, 401, "No credentials found for given '{}'"),
        (Case::Algorithm, 401, "Invalid algorithm"),
        (Case::BadKey, 401, "Invalid key/secret"),
        (Case::Signature, 401, "Invalid signature"),
    ]);
    // what is wrong with claims is the body itself: {"exp":"token expired"}
    let content_type = "application/json; charset=utf-8".to_owned();
    let form = RefusalForm::Member { name: String::new(), content_type, line: false };
    refusals.0.insert(Case::Claims, Refusal { status: 401, message: "{}".to_owned(), form });
    refusals
}

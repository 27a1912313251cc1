//! `jwt`: signed tokens.

use super::{Parts, Steps};
use crate::entity::Entity;
use crate::lower::Lowering;
use crate::schema::{Check, Object, Violation, at, boolean, number, set, string};
use serde_json::{Value, json};

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
    super::not_there(entity, at, true)
}

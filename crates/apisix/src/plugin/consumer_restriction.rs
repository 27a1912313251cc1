//! `consumer-restriction`: known clients that may, or may not.

use super::{Parts, Steps};
use crate::entity::Part;
use crate::lower::At;
use model::chain::Phase;
use model::policy::Policy;
use serde_json::json;

pub(super) fn parts() -> Parts {
    let names = json!({"type": "array", "minItems": 1, "items": {"type": "string"}});
    let methods = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "CONNECT", "TRACE", "PURGE"];
    Parts::new(json!({
        "type": "object",
        "properties": {
            "type": {"type": "string", "enum": ["consumer_name", "service_id", "route_id", "consumer_group_id"],
                "default": "consumer_name"},
            "blacklist": names,
            "whitelist": names,
            "allowed_by_methods": {"type": "array", "items": {"type": "object", "properties": {
                "user": {"type": "string"},
                "methods": {"type": "array", "minItems": 1, "items": {"type": "string", "enum": methods}},
            }}},
            "rejected_code": {"type": "integer", "minimum": 200, "default": 403},
            "rejected_msg": {"type": "string"},
        },
        "anyOf": [{"required": ["blacklist"]}, {"required": ["whitelist"]}, {"required": ["allowed_by_methods"]}],
    }))
}

pub(super) fn lower(_: Part<'_>, at: &mut At<'_>) -> Steps {
    vec![(Phase::Access, Policy::Missing { name: at.plugin().to_owned() })]
}

//! `ip-restriction`: addresses that may, or may not.

use super::{Parts, Steps, words};
use crate::entity::Part;
use crate::lower::{At, networks};
use model::chain::Phase;
use model::policy::{Case, IpRestriction, Policy};
use serde_json::{Value, json};

pub(super) fn parts() -> Parts {
    let list = || -> Value { json!({"type": "array", "items": crate::entity::address(), "minItems": 1}) };
    Parts::new(json!({
        "type": "object",
        "properties": {
            "message": {"type": "string", "minLength": 1, "maxLength": 1024,
                "default": "Your IP address is not allowed"},
            "response_code": {"type": "integer", "default": 403, "minimum": 403, "maximum": 404},
            "whitelist": list(),
            "blacklist": list(),
        },
        "oneOf": [{"required": ["whitelist"]}, {"required": ["blacklist"]}],
    }))
}

pub(super) fn lower(conf: Part<'_>, _: &mut At<'_>) -> Steps {
    let (status, message) = (conf.status("response_code").unwrap_or(403), conf.text("message").unwrap_or_default());
    let policy = IpRestriction {
        allow: networks(&conf.texts("whitelist")),
        deny: networks(&conf.texts("blacklist")),
        refusals: words::messages([(Case::Forbidden, status, message)]),
    };
    vec![(Phase::Access, Policy::IpRestriction(policy))]
}

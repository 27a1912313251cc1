//! `real-ip`: what a request tells for the client's address.

use super::{Parts, Steps};
use crate::entity::Part;
use crate::lower::{At, networks};
use model::chain::Phase;
use model::policy::{ClientAddress, Policy};
use model::variable::Variable;
use serde_json::json;

pub(super) fn parts() -> Parts {
    Parts::new(json!({
        "type": "object",
        "properties": {
            "trusted_addresses": {"type": "array", "items": crate::entity::address(), "minItems": 1},
            "source": {"type": "string", "minLength": 1},
        },
        "required": ["source"],
    }))
}

pub(super) fn lower(conf: Part<'_>, _: &mut At<'_>) -> Steps {
    let source = conf.text("source").unwrap_or_default();
    let policy = ClientAddress {
        source: Variable::of(source),
        last: source == "http_x_forwarded_for",
        trusted: conf.value("trusted_addresses").map(|_| networks(&conf.texts("trusted_addresses"))),
    };
    vec![(Phase::Rewrite, Policy::ClientAddress(Box::new(policy)))]
}

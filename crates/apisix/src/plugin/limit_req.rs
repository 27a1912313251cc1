//! `limit-req`: how fast a client may ask.

use super::limit_key::by_variable_or_nothing;
use super::{Parts, Steps, redis, words};
use crate::entity::Part;
use crate::lower::At;
use model::chain::Phase;
use model::policy::{Case, LimitBy, Pace, Policy};
use serde_json::json;

pub(super) fn parts() -> Parts {
    let mut schema = json!({
        "type": "object",
        "properties": {
            "rate": {"type": "number", "exclusiveMinimum": 0},
            "burst": {"type": "number", "minimum": 0},
            "key": {"type": "string"},
            "key_type": {"type": "string", "enum": ["var", "var_combination"], "default": "var"},
            "policy": {"type": "string", "enum": ["redis", "redis-cluster", "local"], "default": "local"},
            "rejected_code": {"type": "integer", "minimum": 200, "maximum": 599, "default": 503},
            "rejected_msg": {"type": "string", "minLength": 1},
            "nodelay": {"type": "boolean", "default": false},
            "allow_degradation": {"type": "boolean", "default": false},
        },
        "required": ["rate", "burst", "key"],
    });
    redis::extend(&mut schema);
    Parts::new(schema)
}

pub(super) fn lower(conf: Part<'_>, at: &mut At<'_>) -> Steps {
    let by = match (conf.text("key_type"), conf.text("key")) {
        (Some("var_combination"), _) => super::limit_key::by(conf),
        (_, Some(key)) => by_variable_or_nothing(key),
        (_, None) => LimitBy::Address,
    };
    let status = conf.status("rejected_code").unwrap_or(503);
    let pace = Pace {
        scope: at.counter(),
        rate: conf.number("rate").unwrap_or(1.0),
        burst: conf.number("burst").unwrap_or(0.0),
        waits: !conf.flag("nodelay"),
        by,
        store: redis::store(conf),
        refusals: match conf.text("rejected_msg") {
            Some(message) => words::said("error_msg", [(Case::TooMany, status, message)]),
            None => words::pages([(Case::TooMany, status)]),
        },
    };
    vec![(Phase::Access, Policy::Pace(Box::new(pace)))]
}

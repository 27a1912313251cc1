//! `limit-conn`: how many requests of a client may be under way at once.

use super::{Parts, Steps, limit_key, redis, words};
use crate::entity::Part;
use crate::lower::At;
use model::chain::Phase;
use model::policy::{Case, Concurrency, Policy};
use serde_json::json;
use std::time::Duration;

pub(super) fn parts() -> Parts {
    let mut schema = json!({
        "type": "object",
        "properties": {
            "conn": {"type": "integer", "exclusiveMinimum": 0},
            "burst": {"type": "integer", "minimum": 0},
            "default_conn_delay": {"type": "number", "exclusiveMinimum": 0},
            "only_use_default_delay": {"type": "boolean", "default": false},
            "key": {"type": "string"},
            "key_type": {"type": "string", "enum": ["var", "var_combination"], "default": "var"},
            "policy": {"type": "string", "enum": ["redis", "redis-cluster", "local"], "default": "local"},
            "rejected_code": {"type": "integer", "minimum": 200, "maximum": 599, "default": 503},
            "rejected_msg": {"type": "string", "minLength": 1},
            "allow_degradation": {"type": "boolean", "default": false},
        },
        "required": ["conn", "burst", "default_conn_delay", "key"],
    });
    redis::extend(&mut schema);
    Parts::new(schema)
}

pub(super) fn lower(conf: Part<'_>, at: &mut At<'_>) -> Steps {
    let count = |name: &str| conf.count(name).map_or(0, |number| u32::try_from(number).unwrap_or(u32::MAX));
    let status = conf.status("rejected_code").unwrap_or(503);
    let seconds = conf.number("default_conn_delay").unwrap_or_default();
    let concurrency = Concurrency {
        scope: at.counter(),
        limit: count("conn"),
        burst: count("burst"),
        delay: Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX),
        fixed_delay: conf.flag("only_use_default_delay"),
        by: limit_key::by(conf),
        store: redis::store(conf),
        refusals: match conf.text("rejected_msg") {
            Some(message) => words::said("error_msg", [(Case::TooMany, status, message)]),
            None => words::pages([(Case::TooMany, status)]),
        },
    };
    vec![(Phase::Access, Policy::Concurrency(Box::new(concurrency)))]
}

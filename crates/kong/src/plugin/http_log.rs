//! `http-log`: a record of each request, sent to a server.

use super::{Parts, Steps};
use crate::entity::Entity;
use crate::lower::Lowering;
use crate::schema::{
    Check, Object, Record, Rule, Step, Violation, any, at, boolean, integer, map, nested, number, string, text,
};
use serde_json::Value;

pub(super) fn parts() -> Parts {
    let old = "the queue's own settings took its place";
    Parts::new(vec![
        string("http_endpoint").required().secret().rule(Rule::Text(text::url)),
        string("method").default("POST").optional().one_of(&["POST", "PUT", "PATCH"]),
        string("content_type")
            .default("application/json")
            .optional()
            .one_of(&["application/json", "application/json; charset=utf-8"]),
        number("timeout").default(10_000).optional(),
        number("keepalive").default(60_000).optional(),
        integer("retry_count").ignored(old),
        integer("queue_size").ignored(old),
        number("flush_timeout").ignored(old),
        map("headers", string("").referenceable()).rule(Rule::Value(headers)),
        nested("queue", queue()),
        map("custom_fields_by_lua", any(""))
            .unsupported("Lua code does not run, so these members are missing from the record"),
        boolean("ssl_verify").newer(),
    ])
    .check(Check::Custom(one_authorization))
}

fn queue() -> Record {
    Record::new(vec![
        integer("max_batch_size").default(1).optional().between(1, 1_000_000),
        number("max_coalescing_delay").default(1).optional().between(0, 3600),
        integer("max_entries").default(10_000).optional().between(1, 1_000_000),
        integer("max_bytes"),
        number("max_retry_time").default(60).optional(),
        number("initial_retry_delay").default(0.01).optional(),
        number("max_retry_delay").default(60).optional(),
        integer("concurrency_limit").default(1).optional().rule(Rule::OneOfNumbers(&[-1, 1])),
    ])
}

fn headers(value: &Value) -> Result<(), String> {
    for name in value.as_object().into_iter().flat_map(|headers| headers.keys()) {
        for taken in ["Host", "Content-Length", "Content-Type"] {
            if name.eq_ignore_ascii_case(taken) {
                return Err(format!("cannot contain '{taken}' header"));
            }
        }
        text::header_name(name)?;
    }
    Ok(())
}

fn one_authorization(plugin: &Object) -> Vec<Violation> {
    let endpoint = at(plugin, "config.http_endpoint").and_then(Value::as_str).unwrap_or_default();
    let authority = endpoint.split_once("://").map_or("", |(_, rest)| rest).split('/').next().unwrap_or_default();
    let headers = at(plugin, "config.headers").and_then(Value::as_object);
    let written = headers.is_some_and(|headers| headers.keys().any(|name| name.eq_ignore_ascii_case("authorization")));
    if !authority.contains('@') || !written {
        return Vec::new();
    }
    let text = "specifying both an 'Authorization' header and user info in 'http_endpoint' is not allowed";
    vec![Violation::entity(text).below(Step::Name("config".to_owned()))]
}

pub(super) fn lower(entity: &Entity, at: &mut Lowering<'_>) -> Steps {
    super::not_there(entity, at, false)
}

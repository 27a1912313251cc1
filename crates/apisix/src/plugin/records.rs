//! What a record of APISIX's holds, and what all plugins that write records have in common.

use super::{Parts, Steps};
use crate::entity::{Part, VERSION};
use crate::lower::{At, conditions};
use crate::schema::{Honour, honour};
use model::chain::Phase;
use model::policy::{KeepBody, Log, LogFact, LogJoin, LogQueue, LogShape, LogSink, LogValue, Policy};
use model::predicate::Vars;
use model::variable::Variable;
use serde_json::{Map, Value, json};
use std::time::Duration;

/// Records that wait where nothing is said.
const PENDING: u64 = 8192;

/// Bytes that wait at most.
const MOST_BYTES: usize = 64 << 20;

/// Longer than any number of tries takes.
const A_DAY: Duration = Duration::from_secs(86_400);

/// How deep a form of records goes.
const DEPTH: usize = 5;

/// A schema with what all of these plugins have beside their own members.
pub(super) fn parts(own: Value, required: &[&str], batched: Option<&str>) -> Parts {
    let mut members = own;
    add(&mut members, bodies());
    let mut metadata = json!({"log_format": {"type": "object"}});
    if let Some(name) = batched {
        add(&mut members, batches(name));
        add(&mut metadata, json!({"max_pending_entries": {"type": "integer", "minimum": 1, "default": PENDING}}));
    } else {
        add(&mut metadata, json!({"path": {"type": "string"}}));
    }
    Parts::new(json!({"type": "object", "properties": members, "required": required}))
        .metadata(json!({"type": "object", "properties": metadata}))
        .check(check)
}

fn add(members: &mut Value, more: Value) {
    if let (Value::Object(members), Value::Object(more)) = (members, more) {
        for (name, schema) in more {
            members.entry(name).or_insert(schema);
        }
    }
}

fn bodies() -> Value {
    let rules = json!({"type": "array", "minItems": 1, "items": {"type": "array"}});
    let limit = json!({"type": "integer", "minimum": 1, "default": 524_288});
    json!({
        "log_format": {"type": "object"},
        "include_req_body": {"type": "boolean", "default": false},
        "include_req_body_expr": rules,
        "include_resp_body": {"type": "boolean", "default": false},
        "include_resp_body_expr": rules,
        "max_req_body_bytes": limit,
        "max_resp_body_bytes": limit,
    })
}

fn batches(name: &str) -> Value {
    let label = Honour::Ignored("the queue needs no name");
    json!({
        "name": honour(json!({"type": "string", "default": name}), label),
        "max_retry_count": {"type": "integer", "minimum": 0, "default": 0},
        "retry_delay": {"type": "integer", "minimum": 0, "default": 1},
        "buffer_duration": {"type": "integer", "minimum": 1, "default": 60},
        "inactive_timeout": {"type": "integer", "minimum": 1, "default": 5},
        "batch_max_size": {"type": "integer", "minimum": 1, "default": 1000},
    })
}

fn check(conf: Part<'_>) -> Result<(), String> {
    for name in ["match", "include_req_body_expr", "include_resp_body_expr"] {
        let rules = conf.items(name);
        if !rules.is_empty()
            && let Err(error) = expr::vars::read(rules, &Variable::of)
        {
            return Err(format!("failed to validate the '{name}' expression: {error}"));
        }
    }
    Ok(())
}

/// The steps of a plugin whose records go there.
pub(super) fn steps(conf: Part<'_>, at: &At<'_>, sink: LogSink, queue: LogQueue, shape: LogShape) -> Steps {
    let mut steps = Vec::new();
    if conf.flag("include_req_body") {
        steps.push((Phase::Access, keep(conf, "include_req_body_expr", "max_req_body_bytes")));
    }
    if conf.flag("include_resp_body") {
        steps.push((Phase::Response, keep(conf, "include_resp_body_expr", "max_resp_body_bytes")));
    }
    let record = record(conf, at);
    let when = vars(conf, "match");
    steps.push((Phase::Log, Policy::Log(Box::new(Log { sink, queue, record, shape, when }))));
    steps
}

fn keep(conf: Part<'_>, when: &str, limit: &str) -> Policy {
    Policy::KeepBody(Box::new(KeepBody { limit: conf.count(limit).unwrap_or(524_288), when: vars(conf, when) }))
}

fn vars(conf: Part<'_>, name: &str) -> Option<Vars> {
    conditions(conf.value(name))
}

/// A queue as `batch_max_size` and its neighbours say.
pub(super) fn queue(conf: Part<'_>, at: &At<'_>, join: LogJoin) -> LogQueue {
    let seconds = |name: &str, usual: u64| Duration::from_secs(conf.count(name).unwrap_or(usual));
    let number = |count: Option<u64>, usual: u64| usize::try_from(count.unwrap_or(usual)).unwrap_or(usize::MAX);
    let pause = seconds("retry_delay", 1);
    LogQueue {
        batch: number(conf.count("batch_max_size"), 1000),
        join,
        delay: seconds("buffer_duration", 60),
        quiet: Some(seconds("inactive_timeout", 5)),
        entries: number(at.metadata().count("max_pending_entries"), PENDING),
        bytes: Some(MOST_BYTES),
        keeps_oldest: true,
        first_pause: pause,
        longest_pause: pause,
        patience: A_DAY,
        retries: Some(u32::try_from(conf.count("max_retry_count").unwrap_or(0)).unwrap_or(u32::MAX)),
    }
}

/// A queue that writes at once.
pub(super) fn at_once() -> LogQueue {
    LogQueue {
        batch: 1000,
        join: LogJoin::Lines,
        delay: Duration::ZERO,
        bytes: Some(MOST_BYTES),
        retries: Some(0),
        ..LogQueue::default()
    }
}

/// The form of the plugin, else of its metadata, else the usual one.
fn record(conf: Part<'_>, at: &At<'_>) -> LogValue {
    let metadata = at.metadata();
    let written = conf.value("log_format").or_else(|| metadata.value("log_format"));
    match written.and_then(Value::as_object).filter(|form| !form.is_empty()) {
        Some(form) => {
            let mut members = of_format(form, 1);
            members.retain(|(name, _)| name != "service_id" && name != "route_id");
            members.push(("service_id".to_owned(), LogValue::Variable(Variable::Service)));
            members.push(("route_id".to_owned(), LogValue::Variable(Variable::Route)));
            LogValue::Object(members)
        }
        None => usual(),
    }
}

/// Texts that begin with `$` are variables; what is deeper than [`DEPTH`] is left out.
fn of_format(form: &Map<String, Value>, depth: usize) -> Vec<(String, LogValue)> {
    let value = |value: &Value| match value {
        Value::String(text) => Some(match text.strip_prefix('$') {
            Some(name) => LogValue::Variable(Variable::of(name)),
            None => LogValue::Text(text.clone()),
        }),
        Value::Object(inner) if depth < DEPTH => Some(LogValue::Object(of_format(inner, depth + 1))),
        Value::Object(_) | Value::Null => None,
        other => Some(LogValue::Text(other.to_string())),
    };
    form.iter().filter_map(|(name, written)| Some((name.clone(), value(written)?))).collect()
}

fn usual() -> LogValue {
    use LogFact::*;
    let request = LogValue::object([
        ("url", Url.into()),
        ("uri", Target.into()),
        ("method", Method.into()),
        ("headers", RequestHeaders.into()),
        ("querystring", Query.into()),
        ("size", RequestSize.into()),
        ("body", RequestBody.into()),
    ]);
    let response = LogValue::object([
        ("status", Status.into()),
        ("headers", ResponseHeaders.into()),
        ("size", ResponseSize.into()),
        ("body", ResponseBody.into()),
    ]);
    let server = LogValue::object([("hostname", Hostname.into()), ("version", LogValue::Text(VERSION.to_owned()))]);
    LogValue::object([
        ("request", request),
        ("response", response),
        ("server", server),
        ("upstream", UpstreamNode.into()),
        ("service_id", ServiceKey.into()),
        ("route_id", RouteKey.into()),
        ("consumer", NamedConsumer.into()),
        ("client_ip", ClientAddress.into()),
        ("start_time", StartedMillis.into()),
        ("latency", TotalTime.into()),
        ("upstream_latency", WaitTime.into()),
        ("apisix_latency", OwnTime.into()),
    ])
}

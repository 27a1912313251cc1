//! `http-log`: a record of each request, sent to a server.

use super::records::{lua, record};
use super::{Parts, Steps};
use crate::entity::Entity;
use crate::lower::Lowering;
use crate::part::Part;
use crate::schema::{
    Check, Object, Record, Rule, Step, Violation, at, boolean, integer, map, nested, number, string, text,
};
use base64::Engine;
use model::chain::Phase;
use model::policy::{HttpSink, Log, LogQueue, LogShape, LogSink, Policy};
use model::secret::Secret;
use serde_json::Value;
use std::time::Duration;

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
        lua(),
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

pub(super) fn lower(entity: &Entity, _: &mut Lowering<'_>) -> Steps {
    let part = Part::of(&entity.object).part("config");
    let (url, authorization) = endpoint(part.text("http_endpoint").unwrap_or_default());
    let written = part.part("headers").members();
    let written = written.filter_map(|(name, value)| Some((name.to_ascii_lowercase(), Secret::new(value.as_str()?))));
    let sink = HttpSink {
        url: Secret::new(url),
        method: part.owned("method").unwrap_or_else(|| "POST".to_owned()),
        content_type: part.owned("content_type").unwrap_or_else(|| "application/json".to_owned()),
        headers: written.chain(authorization.map(|value| ("authorization".to_owned(), value))).collect(),
        timeout: Duration::from_millis(part.count("timeout").unwrap_or(10_000)),
        keepalive: Duration::from_millis(part.count("keepalive").unwrap_or(60_000)),
        verify: part.flag("ssl_verify"),
        taken_below: 300,
    };
    let (sink, queue) = (LogSink::Http(Box::new(sink)), waiting(part.part("queue")));
    vec![(Phase::Log, Policy::Log(Box::new(Log { sink, queue, record: record(), shape: LogShape::Plain, when: None })))]
}

/// The address without user and password, and these as an `Authorization`.
fn endpoint(url: &str) -> (String, Option<Secret>) {
    let parts = url.split_once("://").and_then(|(scheme, rest)| {
        let end = rest.find('/').unwrap_or(rest.len());
        let (user, host) = rest[..end].rsplit_once('@')?;
        Some((format!("{scheme}://{host}{}", &rest[end..]), user.to_owned()))
    });
    match parts {
        Some((url, user)) => {
            let encoded = base64::engine::general_purpose::STANDARD.encode(user);
            (url, Some(Secret::new(format!("Basic {encoded}"))))
        }
        None => (url.to_owned(), None),
    }
}

fn waiting(part: Part<'_>) -> LogQueue {
    let count = |name: &str, usual: usize| part.count(name).and_then(|n| usize::try_from(n).ok()).unwrap_or(usual);
    let seconds =
        |name: &str, usual: f64| Duration::try_from_secs_f64(part.number(name).unwrap_or(usual)).unwrap_or_default();
    LogQueue {
        batch: count("max_batch_size", 1),
        delay: seconds("max_coalescing_delay", 1.0),
        entries: count("max_entries", 10_000),
        bytes: part.count("max_bytes").and_then(|n| usize::try_from(n).ok()),
        first_pause: seconds("initial_retry_delay", 0.01),
        longest_pause: seconds("max_retry_delay", 60.0),
        patience: seconds("max_retry_time", 60.0),
        ..LogQueue::default()
    }
}

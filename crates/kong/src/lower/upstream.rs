//! From `upstreams` and `targets` to nodes, their choice and their health.

use super::Lowering;
use crate::entity::{Collection, Entity};
use crate::part::Part;
use crate::schema::text::split_port;
use dialect::Faith;
use model::endpoint::{ActiveHealth, Balance, HashKey, HealthLimits, Node, PassiveHealth, Probe, Upstream};
use serde_json::Value;
use std::time::Duration;

/// Gives an upstream the nodes of an entity, how one is chosen, and when one is left alone.
pub(super) fn complete(upstream: &mut Upstream, entity: &Entity, at: &mut Lowering<'_>) {
    let part = Part::of(&entity.object);
    upstream.nodes = nodes(entity, at);
    if upstream.nodes.is_empty() {
        at.say(Faith::Exact, entity, "", "it has no targets: its routes answer 503");
    }
    upstream.balance = balance(part);
    let (active, passive) = (part.part("healthchecks.active"), part.part("healthchecks.passive"));
    upstream.active_health = active_health(active);
    upstream.passive_health = passive_health(passive);
}

/// Whether the nodes of an upstream are judged.
pub(crate) fn is_checked(entity: &Entity) -> bool {
    let part = Part::of(&entity.object);
    let (active, passive) = (part.part("healthchecks.active"), part.part("healthchecks.passive"));
    active_health(active).is_some() || passive_health(passive).is_some()
}

fn nodes(entity: &Entity, at: &Lowering<'_>) -> Vec<Node> {
    let targets = at.entities.of(Collection::Targets).iter();
    let own = targets.filter(|target| target.reference("upstream") == Some(entity.id()));
    let node = |target: &Entity| {
        let part = Part::of(&target.object);
        let (host, port) = split_port(part.text("target")?);
        let port = port.and_then(|port| port.parse().ok()).unwrap_or(8000);
        let weight = part.count("weight").and_then(|weight| u32::try_from(weight).ok()).unwrap_or(100);
        Some(Node { host: host.to_owned(), port, weight })
    };
    own.filter_map(node).collect()
}

fn balance(part: Part<'_>) -> Balance {
    let keys: Vec<HashKey> =
        [key(part, "hash_on", true), key(part, "hash_fallback", false)].into_iter().flatten().collect();
    match part.text("algorithm") {
        Some("least-connections") => Balance::LeastConnections,
        Some("latency") => Balance::Latency,
        _ if !keys.is_empty() => Balance::Hash(keys),
        _ => Balance::RoundRobin,
    }
}

/// What is hashed, first or where that is not there.
fn key(part: Part<'_>, field: &str, first: bool) -> Option<HashKey> {
    let of = |name: &str| part.owned(&format!("{}_{name}", if first { "hash_on" } else { "hash_fallback" }));
    match part.text(field)? {
        "consumer" => Some(HashKey::Consumer),
        "ip" => Some(HashKey::Address),
        "path" => Some(HashKey::Path),
        "header" => of("header").map(|name| HashKey::Header(name.to_ascii_lowercase())),
        "query_arg" => of("query_arg").map(HashKey::Query),
        "uri_capture" => of("uri_capture").map(HashKey::Param),
        "cookie" => {
            part.owned("hash_on_cookie").map(|name| HashKey::Cookie { name, set: part.owned("hash_on_cookie_path") })
        }
        _ => None,
    }
}

fn passive_health(part: Part<'_>) -> Option<PassiveHealth> {
    let limits = limits(part.part("unhealthy"));
    let any = limits.broken + limits.timeouts + limits.statuses > 0;
    any.then_some(PassiveHealth { limits, pause: None })
}

fn limits(part: Part<'_>) -> HealthLimits {
    let count = |name: &str| part.count(name).and_then(|count| u32::try_from(count).ok()).unwrap_or_default();
    HealthLimits {
        any: 0,
        broken: count("tcp_failures"),
        timeouts: count("timeouts"),
        statuses: count("http_failures"),
        bad: statuses(part),
    }
}

fn statuses(part: Part<'_>) -> Vec<(u16, u16)> {
    let list = part.value("http_statuses").and_then(Value::as_array).into_iter().flatten();
    let list = list.filter_map(Value::as_u64).filter_map(|status| u16::try_from(status).ok());
    list.map(|status| (status, status)).collect()
}

fn active_health(part: Part<'_>) -> Option<ActiveHealth> {
    let interval = |name: &str| {
        let seconds = part.number(name).filter(|seconds| *seconds > 0.0)?;
        Duration::try_from_secs_f64(seconds).ok()
    };
    let (well, sick) = (interval("healthy.interval"), interval("unhealthy.interval"));
    if well.is_none() && sick.is_none() {
        return None;
    }
    Some(ActiveHealth {
        probe: probe(part),
        timeout: Duration::try_from_secs_f64(part.number("timeout").unwrap_or(1.0)).unwrap_or(Duration::from_secs(1)),
        concurrency: part.count("concurrency").and_then(|count| usize::try_from(count).ok()).unwrap_or(10),
        well_interval: well,
        sick_interval: sick,
        limits: limits(part.part("unhealthy")),
        successes: part.count("healthy.successes").and_then(|count| u32::try_from(count).ok()).unwrap_or_default(),
        good: statuses(part.part("healthy")),
    })
}

fn probe(part: Part<'_>) -> Probe {
    if part.text("type") == Some("tcp") {
        return Probe::Connect { port: None };
    }
    let values = |value: &Value| {
        value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>()
    };
    let headers = part.part("headers").members();
    let headers =
        headers.flat_map(|(name, list)| values(list).into_iter().map(move |value| (name.to_ascii_lowercase(), value)));
    Probe::Http {
        path: part.owned("http_path").unwrap_or_else(|| "/".to_owned()),
        host: None,
        headers: headers.collect(),
        port: None,
    }
}

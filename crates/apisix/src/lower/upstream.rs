//! From an upstream to nodes, their choice, their health, and how each request is led there.

use super::judged::Remark;
use super::{Lowering, listener, name};
use crate::entity::Part;
use dialect::Faith;
use model::endpoint::{
    ActiveHealth, Balance, HashKey, HealthLimits, HostHeader, HttpEndpoint, Keepalive, Node, PassiveHealth, PathRule,
    Probe, Upstream, UpstreamTimeouts,
};
use model::forward::Forward;
use model::id::UpstreamId;
use model::quirk::ForwardMarks;
use model::secret::Secret;
use model::tls::{ClientIdentity, ClientTls};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// Where an upstream leads.
pub(super) enum Leads {
    /// To these nodes.
    To(HttpEndpoint, (UpstreamId, Arc<Upstream>)),
    /// There is nobody.
    Nowhere,
}

/// What an upstream means for a route. `key` names it; a route with time limits of its own has it for itself.
pub(super) fn lead(
    conf: Part<'_>,
    key: &str,
    timeout: Part<'_>,
    route: &str,
    at: &Lowering<'_>,
    say: &mut dyn FnMut(Remark),
) -> Leads {
    let below = if key.contains(':') { "upstream." } else { "" };
    let mut groups = nodes(conf).into_values().rev();
    let nodes = groups.next().unwrap_or_default();
    let reserves: Vec<Vec<Node>> = groups.collect();
    let scheme = conf.text("scheme").unwrap_or("http");
    let spoken = matches!(scheme, "http" | "https" | "grpc" | "grpcs");
    if !spoken {
        let message = format!("{scheme} is not spoken: requests are answered by 503");
        say(Remark::new(Faith::Unsupported, format!("{below}scheme"), message));
    }
    if let Some(other) = conf.text("discovery_type").filter(|kind| *kind != "dns") {
        let message = format!("{other} is not asked for nodes: requests are answered by 503");
        say(Remark::new(Faith::Unsupported, format!("{below}discovery_type"), message));
    }
    if nodes.is_empty() || !spoken {
        return Leads::Nowhere;
    }
    let own = timeout.is_there() && key != format!("route:{route}");
    let id = if own { name("upstream", &format!("{key}@{route}")) } else { name("upstream", key) };
    let id = UpstreamId::new(id);
    let endpoint = HttpEndpoint {
        upstream: id.clone(),
        path: PathRule::KEEP,
        host: match conf.text("pass_host") {
            Some("node") => HostHeader::Node,
            Some("rewrite") => HostHeader::Fixed(conf.owned("upstream_host").unwrap_or_default()),
            _ => HostHeader::Client,
        },
        marks: ForwardMarks {
            real_ip: true,
            any_addresses: at.settings.client_address.alone,
            ..ForwardMarks::default()
        },
        websocket: false,
    };
    let all = nodes.len() + reserves.iter().map(Vec::len).sum::<usize>();
    let others = u32::try_from(all).unwrap_or(u32::MAX).saturating_sub(1);
    let written = conf.count("retries").and_then(|count| u32::try_from(count).ok());
    // of several each is tried once, a lone one as often as is said
    let retries = written.map_or(others, |retries| if others > 0 { retries.min(others) } else { retries });
    let upstream = Upstream {
        tls: scheme.ends_with('s').then(|| tls(conf, at)),
        forward: Forward::Direct,
        http2: scheme.starts_with("grpc"),
        retries,
        nodes,
        reserves,
        never_empty: true,
        balance: balance(conf, below, say),
        timeouts: timeouts(if timeout.is_there() { timeout } else { conf.part("timeout") }),
        keepalive: keepalive(conf.part("keepalive_pool")),
        passive_health: passive_health(conf),
        active_health: active_health(conf),
    };
    Leads::To(endpoint, (id, Arc::new(upstream)))
}

/// Nodes by their priorities.
fn nodes(conf: Part<'_>) -> BTreeMap<i64, Vec<Node>> {
    let usual = if conf.text("scheme").is_some_and(|scheme| scheme.ends_with('s')) { 443 } else { 80 };
    let weight = |value: Option<&Value>| value.and_then(Value::as_u64).and_then(|weight| u32::try_from(weight).ok());
    let of_key = |(key, value): (&String, &Value)| {
        let (host, port) = split_port(key);
        Some((0, Node { host: host.to_owned(), port: port.unwrap_or(usual), weight: weight(Some(value)).unwrap_or(1) }))
    };
    let of_item = |item: &Value| {
        let item = Part::of_value(Some(item));
        let (host, written) = split_port(item.text("host")?);
        let port = item.status("port").or(written).unwrap_or(usual);
        let weight = weight(item.value("weight")).unwrap_or(1);
        Some((item.integer("priority").unwrap_or_default(), Node { host: host.to_owned(), port, weight }))
    };
    let all: Vec<(i64, Node)> = match (conf.value("nodes"), named(conf, usual)) {
        (Some(Value::Object(nodes)), _) => nodes.iter().filter_map(of_key).collect(),
        (Some(Value::Array(nodes)), _) => nodes.iter().filter_map(of_item).collect(),
        (_, named) => named.into_iter().map(|node| (0, node)).collect(),
    };
    let mut groups: BTreeMap<i64, Vec<Node>> = BTreeMap::new();
    for (priority, node) in all {
        groups.entry(priority).or_default().push(node);
    }
    groups
}

/// The node that DNS is asked for.
fn named(conf: Part<'_>, usual: u16) -> Option<Node> {
    let name = conf.text("service_name").filter(|_| conf.text("discovery_type") == Some("dns"))?;
    let (host, port) = split_port(name);
    Some(Node { host: host.to_owned(), port: port.unwrap_or(usual), weight: 1 })
}

/// `host:port`, `[::1]:80`, `host`.
fn split_port(text: &str) -> (&str, Option<u16>) {
    if let Some((host, rest)) = text.strip_prefix('[').and_then(|text| text.split_once(']')) {
        return (host, rest.strip_prefix(':').and_then(|port| port.parse().ok()));
    }
    match text.split_once(':') {
        Some((host, port)) if !port.contains(':') => (host, port.parse().ok()),
        _ => (text, None),
    }
}

fn tls(conf: Part<'_>, at: &Lowering<'_>) -> ClientTls {
    let written = conf.text("tls.client_cert").zip(conf.text("tls.client_key"));
    let written = written.map(|(chain, key)| (chain.to_owned(), Secret::new(key)));
    let named = || conf.value("tls.client_cert_id").and_then(|id| listener::identity(id, at));
    ClientTls {
        verify: conf.flag("tls.verify"),
        identity: written.or_else(named).map(|(chain, key)| ClientIdentity { chain, key }),
        ..ClientTls::default()
    }
}

fn seconds(part: Part<'_>, name: &str) -> Option<Duration> {
    Duration::try_from_secs_f64(part.number(name)?).ok()
}

fn timeouts(part: Part<'_>) -> UpstreamTimeouts {
    let usual = UpstreamTimeouts::default();
    UpstreamTimeouts {
        connect: seconds(part, "connect").unwrap_or(usual.connect),
        write: seconds(part, "send").unwrap_or(usual.write),
        read: seconds(part, "read").unwrap_or(usual.read),
    }
}

fn keepalive(part: Part<'_>) -> Keepalive {
    Keepalive {
        idle: part.count("size").and_then(|size| usize::try_from(size).ok()).unwrap_or(320),
        time: seconds(part, "idle_timeout").unwrap_or(Duration::from_secs(60)),
    }
}

fn balance(conf: Part<'_>, below: &str, say: &mut dyn FnMut(Remark)) -> Balance {
    match conf.text("type").unwrap_or("roundrobin") {
        "roundrobin" => Balance::RoundRobin,
        "least_conn" => Balance::LeastConnections,
        "ewma" => Balance::Latency,
        "chash" => Balance::Hash(keys(conf, below, say)),
        other => {
            let message = format!("there is no balancer {other:?}: nodes are asked in turn");
            say(Remark::new(Faith::Unsupported, format!("{below}type"), message));
            Balance::RoundRobin
        }
    }
}

/// What is hashed; the client's address where that is not there.
fn keys(conf: Part<'_>, below: &str, say: &mut dyn FnMut(Remark)) -> Vec<HashKey> {
    let key = conf.text("key").unwrap_or_default();
    let first = match conf.text("hash_on").unwrap_or("vars") {
        "header" => Some(HashKey::Header(key.to_ascii_lowercase())),
        "cookie" => Some(HashKey::Cookie { name: key.to_owned(), set: None }),
        "consumer" => Some(HashKey::Consumer),
        "vars_combinations" => variable(key.trim_start_matches('$')),
        _ => variable(key),
    };
    if first.is_none() {
        let message = format!("{key} is not looked up: the client's address is hashed");
        say(Remark::new(Faith::Approximate, format!("{below}key"), message));
    }
    first.into_iter().filter(|key| *key != HashKey::Address).chain([HashKey::Address]).collect()
}

fn variable(name: &str) -> Option<HashKey> {
    match name {
        "uri" => Some(HashKey::Path),
        "request_uri" => Some(HashKey::Target),
        "query_string" | "args" => Some(HashKey::QueryString),
        "host" | "hostname" | "server_name" => Some(HashKey::Host),
        "remote_addr" => Some(HashKey::Address),
        "consumer_name" => Some(HashKey::Consumer),
        name => {
            let of = |start: &str| name.strip_prefix(start).filter(|rest| rest.chars().all(is_word)).map(str::to_owned);
            let header = of("http_").map(|name| HashKey::Header(name.replace('_', "-").to_ascii_lowercase()));
            let cookie = || of("cookie_").map(|name| HashKey::Cookie { name, set: None });
            header.or_else(|| of("arg_").map(HashKey::Query)).or_else(cookie)
        }
    }
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '-'
}

fn count(part: Part<'_>, name: &str, usual: u32) -> u32 {
    part.count(name).and_then(|count| u32::try_from(count).ok()).unwrap_or(usual)
}

fn statuses(part: Part<'_>, usual: &[u16]) -> Vec<(u16, u16)> {
    let written = part.items("http_statuses").iter().filter_map(Value::as_u64);
    let written: Vec<u16> = written.filter_map(|status| u16::try_from(status).ok()).collect();
    let all = if written.is_empty() { usual } else { &written };
    all.iter().map(|status| (*status, *status)).collect()
}

fn passive_health(conf: Part<'_>) -> Option<PassiveHealth> {
    let part = conf.part("checks.passive");
    let bad = part.part("unhealthy");
    part.is_there().then(|| PassiveHealth {
        limits: HealthLimits {
            any: 0,
            broken: count(bad, "tcp_failures", 2),
            timeouts: count(bad, "timeouts", 7),
            statuses: count(bad, "http_failures", 5),
            bad: statuses(bad, &[429, 500, 503]),
        },
        pause: None,
    })
}

fn active_health(conf: Part<'_>) -> Option<ActiveHealth> {
    let part = conf.part("checks.active");
    let (good, bad) = (part.part("healthy"), part.part("unhealthy"));
    let interval = |part: Part<'_>| Some(seconds(part, "interval").unwrap_or(Duration::from_secs(1)));
    part.is_there().then(|| ActiveHealth {
        probe: probe(part),
        timeout: seconds(part, "timeout").unwrap_or(Duration::from_secs(1)),
        concurrency: part.count("concurrency").and_then(|count| usize::try_from(count).ok()).unwrap_or(10),
        well_interval: interval(good),
        sick_interval: interval(bad),
        limits: HealthLimits {
            any: 0,
            broken: count(bad, "tcp_failures", 2),
            timeouts: count(bad, "timeouts", 3),
            statuses: count(bad, "http_failures", 5),
            bad: statuses(bad, &[429, 404, 500, 501, 502, 503, 504, 505]),
        },
        successes: count(good, "successes", 2),
        good: statuses(good, &[200, 302]),
    })
}

fn probe(part: Part<'_>) -> Probe {
    let port = part.status("port");
    if part.text("type") == Some("tcp") {
        return Probe::Connect { port };
    }
    let headers = part.texts("req_headers");
    let headers = headers.iter().filter_map(|line| line.split_once(':'));
    Probe::Http {
        path: part.owned("http_path").unwrap_or_else(|| "/".to_owned()),
        host: part.owned("host"),
        headers: headers.map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim().to_owned())).collect(),
        port,
    }
}

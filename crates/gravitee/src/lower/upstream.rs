//! From a group of endpoints to an upstream: its nodes, how one is chosen, and how it is spoken to.

use super::api::Api;
use super::endpoint::Chosen;
use super::{Lowering, health, tls};
use crate::part::Part;
use crate::read::Version;
use dialect::Faith;
use model::endpoint::{Balance, HealthLimits, Keepalive, Node, PassiveHealth, Upstream, UpstreamTimeouts};
use model::forward::Forward;
use model::tls::ClientTls;
use std::time::Duration;

/// How an endpoint is spoken to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Options {
    timeouts: UpstreamTimeouts,
    keepalive: Keepalive,
    http2: bool,
    tls: Option<ClientTls>,
    forward: Forward,
    /// The client's `Accept-Encoding` goes on.
    pub(super) accept_encoding: bool,
    /// The client's `Host` goes on.
    pub(super) client_host: bool,
}

impl Options {
    pub(super) fn of(part: &Part<'_>, secure: bool, at: &mut Lowering<'_>) -> Self {
        let http = part.part("http");
        let time = |name: &str, usual: u64| match http.count(name).unwrap_or(usual) {
            0 => Duration::from_secs(24 * 3600), // as long as it takes
            time => Duration::from_millis(time),
        };
        let read = time("readTimeout", 10_000);
        let idle = match http.flag("keepAlive") {
            true => http.count("maxConcurrentConnections").and_then(|most| usize::try_from(most).ok()).unwrap_or(100),
            false => 0,
        };
        Self {
            timeouts: UpstreamTimeouts { connect: time("connectTimeout", 5_000), write: read, read },
            keepalive: Keepalive { idle, time: time("keepAliveTimeout", 30_000) },
            http2: http.word("version") == Some("HTTP_2"),
            tls: secure.then(|| tls::tls(&part.part("ssl"), at)),
            forward: tls::forward(&part.part("proxy")),
            accept_encoding: http.flag("propagateClientAcceptEncoding"),
            client_host: http.flag("propagateClientHost"),
        }
    }
}

/// A group of endpoints, at least one.
pub(super) fn upstream(api: &Api<'_>, group: &Part<'_>, chosen: Vec<Chosen<'_>>, at: &mut Lowering<'_>) -> Upstream {
    let weighted = balance(api, group, at);
    let first = chosen[0].options.clone();
    for other in chosen.iter().filter(|other| other.options != first) {
        at.notes.on(Faith::Approximate, &other.part, "it is spoken to as the first endpoint of its group is");
    }
    let second = |chosen: &Chosen<'_>| match api.version {
        Version::V2 => chosen.part.short().is_none() && chosen.part.flag("backup"),
        Version::V4 => chosen.part.flag("secondary"),
    };
    let node = |chosen: &Chosen<'_>| Node {
        host: chosen.target.host.clone(),
        port: chosen.target.port,
        weight: if weighted { weight(chosen) } else { 1 },
    };
    let spare: Vec<&Chosen<'_>> = chosen.iter().filter(|one| second(one)).collect();
    let nodes: Vec<Node> = match spare.len() == chosen.len() {
        true => chosen.iter().map(node).collect(),
        false => chosen.iter().filter(|one| !second(one)).map(node).collect(),
    };
    if nodes.len() < chosen.len() {
        for one in spare {
            at.notes.on(Faith::Unsupported, &one.part, "endpoints that stand in for others are not asked");
        }
    }
    let (retries, passive_health) = failover(api);
    Upstream {
        tls: first.tls,
        forward: first.forward,
        http2: first.http2,
        nodes,
        balance: Balance::RoundRobin,
        timeouts: first.timeouts,
        retries,
        keepalive: first.keepalive,
        passive_health,
        active_health: health::health(api, group),
    }
}

/// Whether endpoints have shares.
fn balance(api: &Api<'_>, group: &Part<'_>, at: &mut Lowering<'_>) -> bool {
    let part = match api.version {
        Version::V2 => group.part("load_balancing"),
        Version::V4 => group.part("loadBalancer"),
    };
    let word = part.word("type").unwrap_or("round-robin").to_ascii_lowercase();
    if word.ends_with("random") {
        at.notes.say(Faith::Approximate, &part, "type", "endpoints are asked in turn, by their shares, not at random");
    }
    word.starts_with("weighted")
}

fn weight(chosen: &Chosen<'_>) -> u32 {
    if chosen.part.short().is_some() {
        return 1;
    }
    chosen.part.count("weight").and_then(|weight| u32::try_from(weight).ok()).unwrap_or(1)
}

/// How often another endpoint is tried, and when one is left alone.
fn failover(api: &Api<'_>) -> (u32, Option<PassiveHealth>) {
    let short = |count: Option<u64>| count.and_then(|count| u32::try_from(count).ok());
    match api.version {
        Version::V2 => {
            let part = api.part.part("proxy").part("failover");
            let on = part.is_there() && part.flag("enabled");
            (if on { short(part.count("maxAttempts")).unwrap_or(1) } else { 0 }, None)
        }
        Version::V4 => {
            let part = api.part.part("failover");
            if !part.flag("enabled") {
                return (0, None);
            }
            let most = short(part.count("maxFailures")).unwrap_or(5);
            let limits = HealthLimits { broken: most, timeouts: most, ..HealthLimits::default() };
            let pause = Duration::from_millis(part.count("openStateDuration").unwrap_or(10_000));
            (short(part.count("maxRetries")).unwrap_or(2), Some(PassiveHealth { limits, pause: Some(pause) }))
        }
    }
}

//! Active health checks: nodes are asked how they are, as long as their upstream is in use.

use super::forward::sign;
use super::health::Sign;
use super::upstream::{ReadyNode, ReadyUpstream};
use http::{HeaderName, HeaderValue, Request, header};
use model::endpoint::{ActiveHealth, Probe};
use net::Body;
use net::client::{Origin, Pool, PoolOptions};
use std::sync::{Arc, Weak};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout};

/// Begins to check an upstream's nodes, where it has checks and there is a runtime to run them.
pub(super) fn watch(upstream: &Arc<ReadyUpstream>) {
    let Some(rule) = &upstream.active else { return };
    let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
    let Some(pause) = shortest(rule) else { return };
    runtime.spawn(run(Arc::downgrade(upstream), pause));
}

/// The time between two looks at which nodes are due; `None`: none ever is.
fn shortest(rule: &ActiveHealth) -> Option<Duration> {
    let both = [rule.well_interval, rule.sick_interval];
    both.into_iter().flatten().min().map(|pause| pause.max(Duration::from_millis(10)))
}

async fn run(upstream: Weak<ReadyUpstream>, pause: Duration) {
    let mut due = Instant::now();
    let mut asked: Vec<Option<Instant>> = Vec::new();
    loop {
        sleep_until(due).await;
        let Some(upstream) = upstream.upgrade() else { return };
        let Some(rule) = upstream.active.clone() else { return };
        asked.resize(upstream.nodes.len(), None);
        check_due(&upstream, &rule, &mut asked).await;
        due = (due + pause).max(Instant::now());
    }
}

/// Asks each node whose time has come, some at once.
async fn check_due(upstream: &Arc<ReadyUpstream>, rule: &ActiveHealth, asked: &mut [Option<Instant>]) {
    let now = Instant::now();
    let mut checks = JoinSet::new();
    for (at, last) in asked.iter_mut().enumerate() {
        let well = upstream.nodes[at].health.is_well();
        let Some(interval) = (if well { rule.well_interval } else { rule.sick_interval }) else { continue };
        if last.is_some_and(|last| now < last + interval) {
            continue;
        }
        *last = Some(now);
        if checks.len() >= rule.concurrency.max(1) {
            checks.join_next().await;
        }
        let upstream = upstream.clone();
        checks.spawn(async move { check(&upstream, &upstream.nodes[at]).await });
    }
    while checks.join_next().await.is_some() {}
}

async fn check(upstream: &ReadyUpstream, node: &ReadyNode) {
    let Some(rule) = &upstream.active else { return };
    let found = match &rule.probe {
        Probe::Connect { port } => connects(node, *port, rule.timeout).await,
        Probe::Http { path, host, headers, port } => {
            let asked = question(node, path, host.as_deref(), headers);
            match timeout(rule.timeout, answers(node, asked, *port, rule.timeout)).await {
                Ok(found) => found,
                Err(_) => Err(Sign::Timeout),
            }
        }
    };
    match found {
        Ok(status) if status.is_some_and(|status| rule.limits.is_bad(status)) => fail(rule, node, Sign::Status),
        Ok(status) => {
            let good = |status: u16| rule.good.iter().any(|(first, last)| (*first..=*last).contains(&status));
            if status.is_none_or(good) && node.health.passed(rule.successes) {
                tracing::info!(node = %node.name, "upstream node is well again");
            }
        }
        Err(sign) => fail(rule, node, sign),
    }
}

fn fail(rule: &ActiveHealth, node: &ReadyNode, sign: Sign) {
    let was_well = node.health.is_well();
    if node.health.failed(&rule.limits, sign, None) && was_well {
        tracing::warn!(node = %node.name, "upstream node failed its checks and is left alone until it is well");
    }
}

async fn connects(node: &ReadyNode, port: Option<u16>, patience: Duration) -> Result<Option<u16>, Sign> {
    let origin = &node.origin;
    let place = (origin.host.as_str(), port.unwrap_or(origin.port));
    match timeout(patience, TcpStream::connect(place)).await {
        Ok(Ok(_)) => Ok(None),
        Ok(Err(_)) => Err(Sign::Broken),
        Err(_) => Err(Sign::Timeout),
    }
}

fn question(node: &ReadyNode, path: &str, host: Option<&str>, fields: &[(String, String)]) -> Request<Body> {
    let mut request = Request::new(Body::Empty);
    *request.uri_mut() = path.parse().unwrap_or_default();
    let headers = request.headers_mut();
    for (name, value) in fields {
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(value)) {
            headers.append(name, value);
        }
    }
    if let Ok(host) = HeaderValue::from_str(host.unwrap_or(&node.authority)) {
        headers.insert(header::HOST, host);
    }
    headers.entry(header::USER_AGENT).or_insert(HeaderValue::from_static("lambdagate-health"));
    request
}

/// A connection of its own for each question: how a kept one is tells nothing of new ones.
async fn answers(
    node: &ReadyNode,
    asked: Request<Body>,
    port: Option<u16>,
    patience: Duration,
) -> Result<Option<u16>, Sign> {
    let origin = Origin { port: port.unwrap_or(node.origin.port), ..node.origin.clone() };
    let options = PoolOptions { idle: 0, idle_time: patience, connect: patience, write: patience, read: patience };
    match Pool::new(origin, options).send(asked).await {
        Ok(response) => Ok(Some(response.status().as_u16())),
        Err(error) => Err(sign(error.kind)),
    }
}

#[cfg(test)]
mod tests;

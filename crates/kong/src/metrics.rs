//! The page `/metrics`: Kong's names for what the gateway counts.

use crate::plugin::BOOK;
use telemetry::Metrics;
use telemetry::book::Page;

/// A target of an upstream, and how it is.
pub(crate) struct Target {
    /// The upstream's name.
    pub(crate) upstream: String,
    /// `host:port`.
    pub(crate) target: String,
    /// One of [`STATES`].
    pub(crate) state: &'static str,
}

/// How a target may be.
const STATES: [&str; 4] = ["healthchecks_off", "healthy", "unhealthy", "dns_error"];

/// The page of this process. `targets`: nothing where no plugin asks for them.
pub(crate) fn page(metrics: &Metrics, node: &str, version: &str, targets: Option<&[Target]>) -> String {
    let mut page = Page::default();
    process(&mut page, metrics, node, version);
    if let Some(targets) = targets {
        health(&mut page, targets);
    }
    let book = metrics.book(BOOK);
    page.counter("kong_nginx_metric_errors_total", "Series that found no place", book.refused());
    page.book(&book);
    page.text()
}

fn process(page: &mut Page, metrics: &Metrics, node: &str, version: &str) {
    page.gauge("kong_node_info", "The running version", ["node_id", "version"], &[([node, version], 1)]);
    page.gauge("kong_datastore_reachable", "Whether entities can be read, 0 where not", [], &[([], 1)]);
    let open = u64::try_from(metrics.open_connections()).unwrap_or_default();
    let (accepted, requests) = (metrics.connections_total(), metrics.requests_total());
    let states = [
        ("accepted", accepted),
        ("active", open),
        ("handled", accepted),
        ("reading", 0),
        ("total", requests),
        ("waiting", open),
        ("writing", 0),
    ];
    let rows = states.map(|(state, count)| ([node, "http", state], count));
    let labels = ["node_id", "subsystem", "state"];
    page.gauge("kong_nginx_connections_total", "Connections of clients, by state", labels, &rows);
    let labels = ["node_id", "subsystem"];
    page.gauge("kong_nginx_requests_total", "Requests answered", labels, &[([node, "http"], requests)]);
    let none = ["pending", "running"].map(|state| ([state], 0));
    page.gauge("kong_nginx_timers", "There are none", ["state"], &none);
}

fn health(page: &mut Page, targets: &[Target]) {
    let mut rows = Vec::new();
    for Target { upstream, target, state } in targets {
        for one in STATES {
            let labels = [upstream.as_str(), target, target, one, "http"];
            rows.push((labels, u64::from(one == *state)));
        }
    }
    let labels = ["upstream", "target", "address", "state", "subsystem"];
    page.gauge(
        "kong_upstream_target_health",
        "How targets of upstreams are: 1 for the state they are in",
        labels,
        &rows,
    );
}

//! The page of metrics: APISIX's names for what the gateway counts.

use crate::document::Place;
use crate::entity::{Kind, VERSION};
use crate::plugin::BOOK;
use store::Documents;
use telemetry::Metrics;
use telemetry::book::Page;

/// What is told of the etcd that objects come from.
pub(crate) struct Cluster {
    /// Whether it answers.
    pub(crate) reachable: bool,
    /// Its objects.
    pub(crate) documents: Documents,
}

/// The kinds whose newest change is told, with their keys.
const KINDS: [(Kind, &str); 8] = [
    (Kind::Consumers, "consumers"),
    (Kind::GlobalRules, "global_rules"),
    (Kind::Protos, "protos"),
    (Kind::Routes, "routes"),
    (Kind::Services, "services"),
    (Kind::Ssls, "ssls"),
    (Kind::StreamRoutes, "stream_routes"),
    (Kind::Upstreams, "upstreams"),
];

/// The page of this process.
pub(crate) fn page(metrics: &Metrics, prefix: &str, hostname: &str, cluster: Option<&Cluster>) -> String {
    let mut page = Page::default();
    let name = |name: &str| format!("{prefix}{name}");
    let open = u64::try_from(metrics.open_connections()).unwrap_or_default();
    let accepted = metrics.connections_total();
    let states = [
        ("accepted", accepted),
        ("active", open),
        ("handled", accepted),
        ("reading", 0),
        ("waiting", open),
        ("writing", 0),
    ];
    let rows = states.map(|(state, count)| ([state], count));
    page.gauge(&name("nginx_http_current_connections"), "Connections of clients, by state", ["state"], &rows);
    let requests = metrics.requests_total();
    page.gauge(&name("http_requests_total"), "Requests answered", [], &[([], requests)]);
    page.gauge(&name("node_info"), "The running version", ["hostname", "version"], &[([hostname, VERSION], 1)]);
    if let Some(cluster) = cluster {
        let reachable = u64::from(cluster.reachable);
        page.gauge(&name("etcd_reachable"), "Whether etcd answers, 0 where not", [], &[([], reachable)]);
        let indexes = indexes(&cluster.documents);
        let rows: Vec<_> = indexes.iter().map(|(key, index)| ([*key], *index)).collect();
        page.gauge(&name("etcd_modify_indexes"), "The newest change of objects in etcd", ["key"], &rows);
    }
    let book = metrics.book(BOOK);
    page.counter(&name("nginx_metric_errors_total"), "Series that found no place", book.refused());
    page.book(&book);
    page.text()
}

/// The newest change of each kind, and of all.
fn indexes(documents: &Documents) -> Vec<(&'static str, u64)> {
    let mut found: Vec<(&'static str, u64)> = KINDS.iter().map(|(_, key)| (*key, 0)).collect();
    let mut newest = 0;
    for document in documents.iter() {
        let Some(place) = Place::of_key(&document.key) else { continue };
        let index = document.modified.0;
        newest = index.max(newest);
        if let Some(at) = KINDS.iter().position(|(kind, _)| *kind == place.kind) {
            found[at].1 = index.max(found[at].1);
        }
    }
    found.push(("max_modify_index", newest));
    found
}

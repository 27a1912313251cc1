//! `prometheus`: counts requests for the page `/metrics`.

use super::{Parts, Steps};
use crate::entity::Entity;
use crate::lower::Lowering;
use crate::part::Part;
use crate::schema::boolean;
use model::chain::Phase;
use model::policy::{Count, Counted, LabelFact, LabelValue, Metric, MetricKind, Policy, Timed};
use std::time::Duration;

/// The name under which all of it is counted.
pub(crate) const BOOK: &str = "kong";

/// Bounds in milliseconds.
const OWN: [u64; 17] = [1, 2, 5, 7, 10, 15, 20, 30, 50, 75, 100, 200, 500, 750, 1000, 3000, 6000];
const WAITED: [u64; 13] = [25, 50, 80, 100, 250, 400, 700, 1000, 2000, 5000, 10_000, 30_000, 60_000];

pub(super) fn parts() -> Parts {
    Parts::new(vec![
        boolean("per_consumer").default(false),
        boolean("status_code_metrics").default(false),
        boolean("ai_metrics").default(false).ignored("no language model is asked"),
        boolean("latency_metrics").default(false),
        boolean("bandwidth_metrics").default(false),
        boolean("upstream_health_metrics").default(false),
        boolean("wasm_metrics").default(false).ignored("WebAssembly does not run here"),
    ])
}

pub(super) fn lower(entity: &Entity, _: &mut Lowering<'_>) -> Steps {
    let part = Part::of(&entity.object).part("config");
    let consumer = match part.flag("per_consumer") {
        true => LabelValue::Fact(LabelFact::Consumer),
        false => text(""),
    };
    let mut metrics = Vec::new();
    if part.flag("status_code_metrics") {
        metrics.push(requests(&consumer));
    }
    if part.flag("latency_metrics") {
        let help = "Milliseconds within the gateway, by service and route";
        metrics.push(latency("kong_kong_latency_ms", help, Timed::Gateway, &OWN));
        let help = "Milliseconds until an upstream or a function answered, by service and route";
        metrics.push(latency("kong_upstream_latency_ms", help, Timed::Wait, &WAITED));
        let help = "Milliseconds of whole requests, by service and route";
        metrics.push(latency("kong_request_latency_ms", help, Timed::Total, &WAITED));
    }
    if part.flag("bandwidth_metrics") {
        metrics.push(bandwidth("ingress", Counted::RequestBytes, &consumer));
        metrics.push(bandwidth("egress", Counted::ResponseBytes, &consumer));
    }
    if metrics.is_empty() {
        return Vec::new();
    }
    vec![(Phase::Log, Policy::Count(Box::new(Count { book: BOOK.to_owned(), metrics })))]
}

fn requests(consumer: &LabelValue) -> Metric {
    let source = LabelValue::Answered { upstream: "service".to_owned(), gateway: "kong".to_owned() };
    let mut labels = place();
    labels.push(("code".to_owned(), LabelValue::Fact(LabelFact::Status)));
    labels.push(("source".to_owned(), source));
    labels.extend(workspace());
    labels.push(("consumer".to_owned(), consumer.clone()));
    let help = "Requests by status, consumer, service and route";
    metric("kong_http_requests_total", help, MetricKind::Counter(Counted::Requests), labels)
}

fn latency(name: &str, help: &str, of: Timed, bounds: &[u64]) -> Metric {
    let bounds = bounds.iter().map(|bound| Duration::from_millis(*bound)).collect();
    let labels = place().into_iter().chain(workspace()).collect();
    metric(name, help, MetricKind::Histogram { of, bounds }, labels)
}

fn bandwidth(direction: &str, counted: Counted, consumer: &LabelValue) -> Metric {
    let mut labels = place();
    labels.push(("direction".to_owned(), text(direction)));
    labels.extend(workspace());
    labels.push(("consumer".to_owned(), consumer.clone()));
    let help = "Bytes of requests and responses";
    metric("kong_bandwidth_bytes", help, MetricKind::Counter(counted), labels)
}

fn metric(name: &str, help: &str, kind: MetricKind, labels: Vec<(String, LabelValue)>) -> Metric {
    Metric { name: name.to_owned(), help: help.to_owned(), kind, labels }
}

fn place() -> Vec<(String, LabelValue)> {
    let fact = |name: &str, fact| (name.to_owned(), LabelValue::Fact(fact));
    vec![fact("service", LabelFact::ServiceName), fact("route", LabelFact::RouteName)]
}

fn workspace() -> [(String, LabelValue); 1] {
    [("workspace".to_owned(), text("default"))]
}

fn text(text: &str) -> LabelValue {
    LabelValue::Text(text.to_owned())
}

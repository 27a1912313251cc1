//! `prometheus`: counts requests for the page of metrics.

use super::{Parts, Steps};
use crate::entity::Part;
use crate::lower::At;
use model::chain::Phase;
use model::policy::{Count, Counted, LabelFact, LabelValue, Metric, MetricKind, Policy, Timed};
use model::variable::Variable;
use serde_json::{Value, json};
use std::time::Duration;

/// The name under which all of it is counted.
pub(crate) const BOOK: &str = "apisix";

/// Bounds in milliseconds.
const BOUNDS: [f64; 15] = [1., 2., 5., 10., 20., 50., 100., 200., 500., 1000., 2000., 5000., 10_000., 30_000., 60_000.];

pub(super) fn parts() -> Parts {
    Parts::new(json!({"type": "object", "properties": {
        "prefer_name": {"type": "boolean", "default": false},
    }}))
}

/// What names begin with.
pub(crate) fn prefix(attr: Part<'_>) -> &str {
    attr.text("metric_prefix").unwrap_or("apisix_")
}

pub(super) fn lower(conf: Part<'_>, at: &mut At<'_>) -> Steps {
    let attr = at.attr;
    let by_name = conf.flag("prefer_name");
    let bounds = bounds(attr);
    let mut metrics = vec![status(attr, by_name)];
    for (kind, of) in [("request", Timed::Total), ("upstream", Timed::Wait), ("apisix", Timed::Rest)] {
        let help = "Milliseconds of requests: all of it, until an upstream or a function answered, and the rest";
        let kind_of = MetricKind::Histogram { of, bounds: bounds.clone() };
        metrics.push(typed(attr, "http_latency", help, kind, kind_of, by_name));
    }
    for (kind, counted) in [("ingress", Counted::RequestBytes), ("egress", Counted::ResponseBytes)] {
        let help = "Bytes of requests and responses";
        metrics.push(typed(attr, "bandwidth", help, kind, MetricKind::Counter(counted), by_name));
    }
    vec![(Phase::Log, Policy::Count(Box::new(Count { book: BOOK.to_owned(), metrics })))]
}

fn status(attr: Part<'_>, by_name: bool) -> Metric {
    let (route, service) = place(by_name);
    let mut labels = vec![
        fact("code", LabelFact::Status),
        route,
        fact("matched_uri", LabelFact::Path),
        fact("matched_host", LabelFact::Host),
        service,
        fact("consumer", LabelFact::Consumer),
        fact("node", LabelFact::Node),
    ];
    labels.extend(models());
    let source = LabelValue::Answered { upstream: "upstream".to_owned(), gateway: "apisix".to_owned() };
    labels.push(("response_source".to_owned(), source));
    metric(attr, "http_status", "Requests by status", MetricKind::Counter(Counted::Requests), labels)
}

fn typed(attr: Part<'_>, name: &str, help: &str, kind: &str, counts: MetricKind, by_name: bool) -> Metric {
    let (route, service) = place(by_name);
    let mut labels = vec![
        ("type".to_owned(), LabelValue::Text(kind.to_owned())),
        route,
        service,
        fact("consumer", LabelFact::Consumer),
        fact("node", LabelFact::Node),
    ];
    labels.extend(models());
    metric(attr, name, help, counts, labels)
}

fn metric(attr: Part<'_>, name: &str, help: &str, kind: MetricKind, mut labels: Vec<(String, LabelValue)>) -> Metric {
    labels.extend(extra(attr, name));
    Metric { name: format!("{}{name}", prefix(attr)), help: help.to_owned(), kind, labels }
}

fn place(by_name: bool) -> ((String, LabelValue), (String, LabelValue)) {
    match by_name {
        true => (fact("route", LabelFact::RouteName), fact("service", LabelFact::ServiceName)),
        false => (fact("route", LabelFact::Route), fact("service", LabelFact::Service)),
    }
}

fn fact(name: &str, fact: LabelFact) -> (String, LabelValue) {
    (name.to_owned(), LabelValue::Fact(fact))
}

/// Labels that tell of language models, which are not asked here.
fn models() -> impl Iterator<Item = (String, LabelValue)> {
    let all = [("request_type", "traditional_http"), ("request_llm_model", ""), ("llm_model", "")];
    all.into_iter().map(|(name, text)| (name.to_owned(), LabelValue::Text(text.to_owned())))
}

/// Labels of the settings: `metrics.http_status.extra_labels`, a list of name and variable.
fn extra(attr: Part<'_>, metric: &str) -> Vec<(String, LabelValue)> {
    let items = attr.items(&format!("metrics.{metric}.extra_labels"));
    let pairs = items.iter().filter_map(Value::as_object).flatten();
    let label = |(name, value): (&String, &Value)| {
        let variable = value.as_str()?.strip_prefix('$')?;
        Some((name.clone(), LabelValue::Variable(Variable::of(variable))))
    };
    pairs.filter_map(label).collect()
}

fn bounds(attr: Part<'_>) -> Vec<Duration> {
    let written: Vec<f64> = attr.items("default_buckets").iter().filter_map(Value::as_f64).collect();
    let mut all = if written.is_empty() { BOUNDS.to_vec() } else { written };
    all.sort_by(f64::total_cmp);
    all.into_iter().filter_map(|bound| Duration::try_from_secs_f64(bound / 1000.0).ok()).collect()
}

//! `count`: counters and histograms of exchanges, under names and labels of your own.

use super::Around;
use crate::decode::{At, Either, Lasting, Pairs, Text, entity, words};
use crate::lower::Lowering;
use crate::write::{key, text};
use model::policy::{self, Counted, LabelFact, LabelValue, MetricKind, Policy, Timed};
use model::variable::Variable;

entity! {
    /// What is counted of an exchange, after its last byte. The page is `/metrics/BOOK` of the status port.
    Count {
        /// The page on which it stands, with all others of that name: letters, digits, `-` and `_`.
        book: Text,
        /// What is counted.
        metrics: Vec<Metric>,
    }
}

entity! {
    /// Series of one name.
    Metric {
        /// Their name: letters, digits, `_` and `:`.
        name: Text,
        /// What they count, for people.
        help: Option<Text>,
        /// What they grow by: a counter.
        counter: Option<At<CountedWord>>,
        /// The part of the exchange's time whose milliseconds are counted in buckets: a histogram.
        histogram: Option<At<TimedWord>>,
        /// A histogram's upper bounds, ascending.
        buckets: Option<Vec<At<Lasting>>>,
        /// Names of labels, with their values.
        labels: Option<Pairs<Either<Text, Label>>>,
    }
}

entity! {
    /// A label's value: one of these.
    Label {
        /// What is known of the exchange; empty where it is not.
        fact: Option<At<FactWord>>,
        /// Who answered.
        answered: Option<Answered>,
        /// A variable such as `http_x_tenant`, empty where it has no value. A thousand values are told apart, further ones are
        /// `other`; those of fields that hold credentials are `***`.
        variable: Option<Text>,
    }
}

entity! {
    /// The value by who answered.
    Answered {
        /// Where an upstream did.
        upstream: Text,
        /// Where the gateway did, or a function.
        gateway: Text,
    }
}

words! {
    /// What a counter grows by.
    CountedWord = Counted {
        /// One for each exchange.
        "requests" Requests,
        /// Bytes of the request, header and announced body.
        "request_bytes" RequestBytes,
        /// Bytes of the response, header and body.
        "response_bytes" ResponseBytes,
    }
}

words! {
    /// A part of an exchange's time.
    TimedWord = Timed {
        /// From the request's header to the last byte.
        "total" Total,
        /// Waiting for function or upstream; an exchange that asked neither is not counted.
        "wait" Wait,
        /// Within the gateway, until the response's header.
        "gateway" Gateway,
        /// All of it but the wait.
        "rest" Rest,
    }
}

words! {
    /// What is known of an exchange.
    FactWord = LabelFact {
        /// The status sent.
        "status" Status,
        /// The route's id.
        "route" Route,
        /// The route's name, else its id.
        "route_name" RouteName,
        /// The id of its service.
        "service" Service,
        /// The service's name, else its id.
        "service_name" ServiceName,
        /// The path pattern that matched.
        "path" Path,
        /// The host pattern that matched.
        "host" Host,
        /// The known client's name.
        "consumer" Consumer,
        /// The address of the upstream's node that was asked.
        "node" Node,
    }
}

pub(crate) fn lower(written: &At<Count>, _: &Around<'_>, at: &mut Lowering<'_>) -> Option<Policy> {
    if !is_book(&written.book.value) {
        at.invalid(&written.book.spot, "the name of a page has letters, digits, - and _");
    }
    if written.metrics.is_empty() {
        at.invalid(&written.spot, "nothing is counted; write metrics: [{ name: …, counter: requests }]");
    }
    let metrics = written.metrics.iter().filter_map(|metric| lower_metric(metric, at)).collect();
    Some(Policy::Count(Box::new(policy::Count { book: written.book.value.clone(), metrics })))
}

fn is_book(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// A name of metrics or labels; labels have no colon.
fn is_name(name: &str, colon: bool) -> bool {
    let takes = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || (colon && byte == b':');
    !name.starts_with(|c: char| c.is_ascii_digit()) && !name.is_empty() && name.bytes().all(takes)
}

fn lower_metric(written: &Metric, at: &mut Lowering<'_>) -> Option<policy::Metric> {
    if !is_name(&written.name, true) {
        at.invalid(&written.name.spot, "the name of a metric has letters, digits, _ and :, and begins with no digit");
    }
    let kind = kind(written, at)?;
    let mut labels = Vec::new();
    for (name, value) in written.labels.iter().flat_map(|labels| &labels.0) {
        if !is_name(name, false) || matches!(name.as_str(), "le" | "__name__") {
            at.invalid(
                &name.spot,
                "the name of a label has letters, digits and _, begins with no digit, and is not le",
            );
        }
        labels.push((name.value.clone(), label(name, value, at)?));
    }
    let help = written.help.as_ref().map_or_else(String::new, |help| help.value.clone());
    Some(policy::Metric { name: written.name.value.clone(), help, kind, labels })
}

fn kind(written: &Metric, at: &mut Lowering<'_>) -> Option<MetricKind> {
    let spot = &written.name.spot;
    let buckets = written.buckets.as_deref().unwrap_or_default();
    match (&written.counter, &written.histogram) {
        (Some(counted), None) if buckets.is_empty() => Some(MetricKind::Counter(counted.value.into())),
        (None, Some(timed)) if !buckets.is_empty() => {
            let bounds: Vec<_> = buckets.iter().map(|bound| bound.value.0).collect();
            if !bounds.is_sorted() {
                at.invalid(spot, "buckets ascend");
            }
            Some(MetricKind::Histogram { of: timed.value.into(), bounds })
        }
        _ => {
            at.invalid(spot, "a metric has either a counter, or a histogram with buckets");
            None
        }
    }
}

fn label(name: &Text, written: &Either<Text, Label>, at: &mut Lowering<'_>) -> Option<LabelValue> {
    let written = match written {
        Either::First(text) => return Some(LabelValue::Text(text.value.clone())),
        Either::Second(written) => written,
    };
    match (&written.fact, &written.answered, &written.variable) {
        (Some(fact), None, None) => Some(LabelValue::Fact(fact.value.into())),
        (None, Some(answered), None) => Some(LabelValue::Answered {
            upstream: answered.upstream.value.clone(),
            gateway: answered.gateway.value.clone(),
        }),
        (None, None, Some(variable)) => Some(LabelValue::Variable(Variable::of(variable))),
        _ => {
            at.invalid(&name.spot, "a label is a text, or has one of fact, answered and variable");
            None
        }
    }
}

pub(crate) fn write(one: &policy::Count) -> Count {
    Count { book: text(&one.book), metrics: one.metrics.iter().map(write_metric).collect() }
}

fn write_metric(one: &policy::Metric) -> Metric {
    let (counter, histogram, bounds) = match &one.kind {
        MetricKind::Counter(counted) => (Some((*counted).into()), None, [].as_slice()),
        MetricKind::Histogram { of, bounds } => (None, Some((*of).into()), bounds.as_slice()),
    };
    let labels: Vec<_> = one.labels.iter().map(|(name, value)| (key(name), write_label(value))).collect();
    Metric {
        name: text(&one.name),
        help: (!one.help.is_empty()).then(|| text(&one.help)),
        counter: counter.map(At::new),
        histogram: histogram.map(At::new),
        buckets: (!bounds.is_empty()).then(|| bounds.iter().map(|bound| At::new(Lasting(*bound))).collect()),
        labels: (!labels.is_empty()).then_some(Pairs(labels)),
    }
}

fn write_label(value: &LabelValue) -> Either<Text, Label> {
    let empty = Label::default();
    Either::Second(match value {
        LabelValue::Text(plain) => return Either::First(text(plain)),
        LabelValue::Fact(fact) => Label { fact: Some(At::new((*fact).into())), ..empty },
        LabelValue::Answered { upstream, gateway } => {
            Label { answered: Some(Answered { upstream: text(upstream), gateway: text(gateway) }), ..empty }
        }
        LabelValue::Variable(variable) => Label { variable: Some(text(&variable.to_string())), ..empty },
    })
}

//! Counts exchanges under names of the configuration's own. Once the values of its labels are known an exchange costs a
//! look into a table, and no allocation.

use super::figures;
use crate::exchange::{Exchange, RouteFacts, Sent};
use crate::predicate::{Asked, comparable_host, takes};
use crate::{Outcome, Policy, Running};
use expr::vars::Variables;
use model::policy::{Count as Data, Counted, LabelFact, LabelValue, Metric, MetricKind, Timed};
use model::predicate::HostPattern;
use model::variable::Variable;
use smallvec::SmallVec;
use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use telemetry::book::{Book, Form, Series};
use telemetry::redact;

/// As many different values of labels that strangers may choose are told apart by one step.
const VARIED: usize = 1_000;

/// What stands in the place of further ones.
const OTHER: &str = "other";

/// Counts, once ready.
pub(crate) struct Count {
    book: Arc<Book>,
    metrics: Vec<ReadyMetric>,
    /// What labels ask of an exchange, each once.
    asked: Vec<LabelValue>,
    /// Rows by the hash of what was asked.
    rows: RwLock<HashMap<u64, Row>>,
    hasher: RandomState,
}

struct ReadyMetric {
    form: Form,
    labels: Vec<Label>,
    amount: Amount,
}

enum Label {
    Text(Box<str>),
    /// The value at this place of what is asked.
    Asked(usize),
}

#[derive(Clone, Copy)]
enum Amount {
    Count(Counted),
    Time(Timed),
}

/// The series for these values, one for each metric.
struct Row {
    values: Box<[Box<str>]>,
    series: Box<[Arc<Series>]>,
}

type Values<'a> = SmallVec<[Cow<'a, str>; 8]>;

impl Count {
    pub(crate) fn build(data: &Data, metrics: &telemetry::Metrics) -> Self {
        let mut asked: Vec<LabelValue> = Vec::new();
        let ready = data.metrics.iter().map(|metric| ready(metric, &mut asked)).collect();
        let book = metrics.book(&data.book);
        Self { book, metrics: ready, asked, rows: RwLock::default(), hasher: RandomState::new() }
    }

    fn count(&self, exchange: &Exchange, sent: &Sent) {
        let mut status = itoa::Buffer::new();
        let status = status.format(sent.status);
        let mut values: Values<'_> = self.asked.iter().map(|asked| value(asked, exchange, status)).collect();
        if self.add(&values, exchange, sent) {
            return;
        }
        self.bound(&mut values);
        if !self.add(&values, exchange, sent) && self.learn(&values) {
            self.add(&values, exchange, sent);
        }
    }

    /// Counts in the series for these values, if they are known.
    fn add(&self, values: &Values<'_>, exchange: &Exchange, sent: &Sent) -> bool {
        let rows = self.rows.read().unwrap_or_else(PoisonError::into_inner);
        let Some(row) = rows.get(&self.hasher.hash_one(values)).filter(|row| row.is_for(values)) else { return false };
        for (metric, series) in self.metrics.iter().zip(&row.series) {
            if let Some(thousandths) = metric.amount.of(exchange, sent) {
                series.add(thousandths);
            }
        }
        true
    }

    /// Where strangers have made up many values already, further ones are one.
    fn bound(&self, values: &mut Values<'_>) {
        if self.rows.read().unwrap_or_else(PoisonError::into_inner).len() < VARIED {
            return;
        }
        for (asked, value) in self.asked.iter().zip(values) {
            if let LabelValue::Variable(_) = asked {
                *value = OTHER.into();
            }
        }
    }

    /// Finds the series for these values; nothing where the book is full.
    fn learn(&self, values: &Values<'_>) -> bool {
        let series = self.metrics.iter().map(|metric| {
            let labels = metric.labels.iter().map(|label| match label {
                Label::Text(text) => &**text,
                Label::Asked(at) => &*values[*at],
            });
            self.book.series(&metric.form, &labels.collect::<Vec<_>>())
        });
        let Some(series) = series.collect::<Option<Box<[_]>>>() else { return false };
        let row = Row { values: values.iter().map(|value| Box::from(&**value)).collect(), series };
        let mut rows = self.rows.write().unwrap_or_else(PoisonError::into_inner);
        rows.insert(self.hasher.hash_one(values), row);
        true
    }
}

impl Policy for Count {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Running<'a> {
        if let Some(sent) = &exchange.sent {
            self.count(exchange, sent);
        }
        Running::Done(Outcome::Continue)
    }
}

impl Row {
    fn is_for(&self, values: &Values<'_>) -> bool {
        self.values.len() == values.len() && self.values.iter().zip(values).all(|(known, value)| **known == **value)
    }
}

fn ready(metric: &Metric, asked: &mut Vec<LabelValue>) -> ReadyMetric {
    let labels = metric.labels.iter().map(|(_, value)| match value {
        LabelValue::Text(text) => Label::Text(text.as_str().into()),
        LabelValue::Fact(_) | LabelValue::Answered { .. } | LabelValue::Variable(_) => {
            Label::Asked(asked.iter().position(|known| known == value).unwrap_or_else(|| {
                asked.push(value.clone());
                asked.len() - 1
            }))
        }
    });
    let labels = labels.collect();
    let (amount, bounds) = match &metric.kind {
        MetricKind::Counter(counted) => (Amount::Count(*counted), None),
        MetricKind::Histogram { of, bounds } => {
            (Amount::Time(*of), Some(bounds.iter().map(|bound| microseconds(*bound)).collect()))
        }
    };
    let names = metric.labels.iter().map(|(name, _)| name.clone()).collect();
    ReadyMetric {
        form: Form { name: metric.name.clone(), help: metric.help.clone(), labels: names, bounds },
        labels,
        amount,
    }
}

impl Amount {
    /// In thousandths, of milliseconds where it is a time.
    fn of(self, exchange: &Exchange, sent: &Sent) -> Option<u64> {
        Some(match self {
            Self::Count(Counted::Requests) => 1000,
            Self::Count(Counted::RequestBytes) => figures::request_bytes(exchange) * 1000,
            Self::Count(Counted::ResponseBytes) => figures::response_bytes(sent) * 1000,
            Self::Time(Timed::Total) => microseconds(sent.total),
            Self::Time(Timed::Wait) => microseconds(figures::wait(exchange)?),
            Self::Time(Timed::Gateway) => microseconds(figures::gateway(exchange, sent)),
            Self::Time(Timed::Rest) => {
                microseconds(sent.total.saturating_sub(figures::wait(exchange).unwrap_or_default()))
            }
        })
    }
}

/// Thousandths of milliseconds.
fn microseconds(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

fn value<'a>(asked: &'a LabelValue, exchange: &'a Exchange, status: &'a str) -> Cow<'a, str> {
    match asked {
        LabelValue::Text(text) => text.as_str().into(),
        LabelValue::Fact(fact) => fact_of(*fact, exchange, status).unwrap_or_default().into(),
        LabelValue::Answered { upstream, gateway } => match figures::upstream_answer(exchange) {
            Some(_) => upstream.as_str().into(),
            None => gateway.as_str().into(),
        },
        LabelValue::Variable(variable) => variable_of(variable, exchange).into(),
    }
}

fn fact_of<'a>(fact: LabelFact, exchange: &'a Exchange, status: &'a str) -> Option<&'a str> {
    let route = || exchange.route.as_deref();
    let id = |route: &'a RouteFacts| route.told.id.as_deref().unwrap_or(route.id.bare());
    match fact {
        LabelFact::Status => Some(status),
        LabelFact::Route => Some(id(route()?)),
        LabelFact::RouteName => Some(route()?.told.name.as_deref().unwrap_or(id(route()?))),
        LabelFact::Service => route()?.told.service.as_deref(),
        LabelFact::ServiceName => route()?.told.service_name.as_deref().or(route()?.told.service.as_deref()),
        LabelFact::Path => Some(&route()?.pattern),
        LabelFact::Host => host(&route()?.hosts, exchange),
        LabelFact::Consumer => Some(&exchange.identity.as_ref()?.name),
        LabelFact::Node => exchange.upstream.as_ref()?.node.rsplit_once(':').map(|(address, _)| address),
    }
}

/// The pattern that the request's host fits; of one alone it is known.
fn host<'a>(hosts: &'a [(HostPattern, String)], exchange: &Exchange) -> Option<&'a str> {
    if let [(_, only)] = hosts {
        return Some(only);
    }
    let host = comparable_host(exchange.host());
    hosts.iter().find(|(pattern, _)| takes(pattern, &host)).map(|(_, shown)| shown.as_str())
}

/// What may be a credential is no label.
fn variable_of(variable: &Variable, exchange: &Exchange) -> String {
    if let Variable::Header(name) | Variable::Argument(name) | Variable::Cookie(name) = variable
        && redact::names_secret(name)
    {
        return redact::MASK.to_owned();
    }
    let asked = Asked::of(exchange);
    asked.fact(variable).map(|fact| fact.into_text().into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests;

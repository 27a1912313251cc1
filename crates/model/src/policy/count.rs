//! Counting exchanges under names and labels of the configuration's own.

use crate::variable::Variable;
use serde::Serialize;
use std::time::Duration;

/// What is counted of an exchange, after its last byte.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Count {
    /// The scrape that shows it: all with the same name stand on one page.
    pub book: String,
    /// What is counted.
    pub metrics: Vec<Metric>,
}

/// A family of series.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Metric {
    /// Its name, as the page has it.
    pub name: String,
    /// What it counts, for people.
    pub help: String,
    /// How it counts.
    pub kind: MetricKind,
    /// Its labels, in their order.
    pub labels: Vec<(String, LabelValue)>,
}

/// How something is counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum MetricKind {
    /// A number that grows.
    Counter(Counted),
    /// Milliseconds in buckets.
    Histogram {
        /// Of which time. An exchange without it is not counted.
        of: Timed,
        /// Upper bounds, ascending.
        bounds: Vec<Duration>,
    },
}

/// What a counter grows by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Counted {
    /// One for each exchange.
    Requests,
    /// Bytes of the request, header and announced body.
    RequestBytes,
    /// Bytes of the response, header and body.
    ResponseBytes,
}

/// A part of an exchange's time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Timed {
    /// From the request's header to the last byte.
    Total,
    /// Waiting for function or upstream, where one was asked.
    Wait,
    /// Within the gateway, until the response's header.
    Gateway,
    /// All of it but the wait.
    Rest,
}

/// The value of a label.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum LabelValue {
    /// This text.
    Text(String),
    /// What the exchange knows; empty where it does not.
    Fact(LabelFact),
    /// Who answered.
    Answered {
        /// The value where an upstream did.
        upstream: String,
        /// The value where it was the gateway, or a function.
        gateway: String,
    },
    /// A variable; empty where it has no value. As its values may be strangers', they are bounded in number.
    Variable(Variable),
}

/// What labels may say of an exchange. None of it is a stranger's to choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LabelFact {
    /// The status sent.
    Status,
    /// The route's id as its source has it.
    Route,
    /// Its name, else its id.
    RouteName,
    /// The id of its service.
    Service,
    /// The service's name, else its id.
    ServiceName,
    /// The path pattern that matched.
    Path,
    /// The host pattern that matched.
    Host,
    /// The known client's name.
    Consumer,
    /// The address of the upstream's node that was asked.
    Node,
}

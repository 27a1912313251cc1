//! The form of a log record: a tree of names whose leaves are facts about the exchange.

use crate::variable::Variable;
use serde::Serialize;

/// A value in a record.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum LogValue {
    /// An object. Members whose fact is not there are left out.
    Object(Vec<(String, LogValue)>),
    /// A list of nothing.
    EmptyList,
    /// This text.
    Text(String),
    /// What the exchange knows.
    Fact(LogFact),
    /// A variable; one that may hold a credential is not shown.
    Variable(Variable),
    /// The first of these that is there.
    FirstOf(Vec<LogValue>),
}

impl LogValue {
    /// An object of these members.
    pub fn object<const N: usize>(members: [(&str, Self); N]) -> Self {
        Self::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }
}

impl From<LogFact> for LogValue {
    fn from(fact: LogFact) -> Self {
        Self::Fact(fact)
    }
}

/// A fact about an exchange. Fields that hold credentials are never shown: `REDACTED` stands for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFact {
    /// The gateway's id of the request.
    RequestId,
    /// Path and query, as received.
    Target,
    /// The path alone.
    Path,
    /// Scheme, host, the listener's port and the target.
    Url,
    /// The query as an object, decoded; a name that stands twice has a list.
    Query,
    /// The method.
    Method,
    /// The request's header as an object; a name that stands twice has a list.
    RequestHeaders,
    /// Bytes of the request, header and announced body.
    RequestSize,
    /// `HTTP/1.1` and so on.
    Protocol,
    /// Whether the client came by TLS: an object, left out on plain connections.
    Tls,
    /// Path and query as they were passed on, or would have been.
    UpstreamTarget,
    /// The upstream's status as text; empty when none was asked.
    UpstreamStatus,
    /// The status sent.
    Status,
    /// The response's header as an object.
    ResponseHeaders,
    /// Bytes of the response, header and body.
    ResponseSize,
    /// Bytes of the response's body.
    BodySize,
    /// Milliseconds within the gateway.
    GatewayMillis,
    /// Milliseconds of waiting for function or upstream.
    WaitMillis,
    /// Milliseconds from the request's header to the last byte.
    TotalMillis,
    /// Milliseconds from the response's header to the last byte.
    ReceiveMillis,
    /// The upstream's nodes that were asked.
    Tries,
    /// Which credential was shown, and whose it is.
    Credential,
    /// What [`crate::route::Told::route`] says.
    Route,
    /// What [`crate::route::Told::about_service`] says.
    Service,
    /// The route's id.
    RouteId,
    /// The known client: id, name, id elsewhere.
    Consumer,
    /// The known client's name.
    ConsumerName,
    /// The client's address.
    ClientAddress,
    /// When the request's header had arrived: milliseconds since 1970.
    StartedMillis,
    /// The same as text: `2026-01-31T12:00:00.000Z`.
    StartedText,
    /// Why there was no answer of function or upstream: the failure's code.
    Failure,
    /// The function's name.
    Function,
    /// The id that the called side gave the call.
    CallId,
    /// `upstream` where an upstream answered; else it is not there.
    Answered,
    /// The name of the gateway's machine.
    Hostname,
    /// The upstream's node that was asked last, `host:port`.
    UpstreamNode,
    /// The route's id as its source has it.
    RouteKey,
    /// The id of the route's service, empty without one; the request's host where no route took it.
    ServiceKey,
    /// The known client: an object with its name as `username`.
    NamedConsumer,
    /// Milliseconds from the request's header to the last byte, with their fractions.
    TotalTime,
    /// Milliseconds of waiting for function or upstream, with their fractions; not there without.
    WaitTime,
    /// The difference of the two.
    OwnTime,
    /// The beginning of the request's body, where it was kept.
    RequestBody,
    /// The beginning of the response's body, where it was kept.
    ResponseBody,
}

impl LogFact {
    /// All facts, in order of declaration.
    pub const ALL: [Self; 44] = [
        Self::RequestId,
        Self::Target,
        Self::Path,
        Self::Url,
        Self::Query,
        Self::Method,
        Self::RequestHeaders,
        Self::RequestSize,
        Self::Protocol,
        Self::Tls,
        Self::UpstreamTarget,
        Self::UpstreamStatus,
        Self::Status,
        Self::ResponseHeaders,
        Self::ResponseSize,
        Self::BodySize,
        Self::GatewayMillis,
        Self::WaitMillis,
        Self::TotalMillis,
        Self::ReceiveMillis,
        Self::Tries,
        Self::Credential,
        Self::Route,
        Self::Service,
        Self::RouteId,
        Self::Consumer,
        Self::ConsumerName,
        Self::ClientAddress,
        Self::StartedMillis,
        Self::StartedText,
        Self::Failure,
        Self::Function,
        Self::CallId,
        Self::Answered,
        Self::Hostname,
        Self::UpstreamNode,
        Self::RouteKey,
        Self::ServiceKey,
        Self::NamedConsumer,
        Self::TotalTime,
        Self::WaitTime,
        Self::OwnTime,
        Self::RequestBody,
        Self::ResponseBody,
    ];
}

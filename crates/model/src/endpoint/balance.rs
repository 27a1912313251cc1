//! How a node is chosen.

use serde::Serialize;

/// How a node is chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Balance {
    /// Smooth weighted round robin.
    RoundRobin,
    /// The node with the fewest requests under way for its weight.
    LeastConnections,
    /// The better of two nodes, chosen at random, by a moving average of their latency.
    Latency,
    /// Always the same node for the same value of the first of these keys that has one; if none has, in turn.
    Hash(Vec<HashKey>),
}

/// What of a request decides which node is meant for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum HashKey {
    /// A header field.
    Header(String),
    /// A cookie.
    Cookie {
        /// Its name.
        name: String,
        /// A client without it is given one for this path.
        set: Option<String>,
    },
    /// The client's address.
    Address,
    /// The known client.
    Consumer,
    /// The path as the client sent it.
    Path,
    /// An argument of the query.
    Query(String),
    /// A path parameter.
    Param(String),
    /// Path and query as the client sent them.
    Target,
    /// The whole query.
    QueryString,
    /// The host, without port.
    Host,
}

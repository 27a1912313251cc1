//! Where a route leads when no step has answered.

mod again;
mod balance;
mod groups;
mod health;
mod path;

pub use again::{Again, Breaker};
pub use balance::{Balance, HashKey};
pub use groups::{EndpointGroup, EndpointGroups, EndpointMember, Lead, LeadManner};
pub use health::{ActiveHealth, HealthLimits, PassiveHealth, Probe};
pub use path::{PathRewrite, PathRule, Seam};

use crate::answer::Answer;
use crate::forward::Forward;
use crate::id::UpstreamId;
use crate::quirk::ForwardMarks;
use crate::tls::ClientTls;
use serde::Serialize;
use std::time::Duration;

/// The end of a chain.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Endpoint {
    /// Nothing: a step of the chain is expected to answer. If none does: [`crate::answer::FailureKind::NoEndpoint`].
    None,
    /// An http upstream.
    Http(HttpEndpoint),
    /// One of several http upstreams.
    Groups(Box<EndpointGroups>),
    /// This answer.
    Answer(Answer),
}

/// An http upstream as one route uses it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HttpEndpoint {
    /// Which one.
    pub upstream: UpstreamId,
    /// What happens to the path.
    pub path: PathRule,
    /// Which `Host` it sees.
    pub host: HostHeader,
    /// Which fields it sees beside the usual ones.
    pub marks: ForwardMarks,
    /// A client that asks for a WebSocket gets one, where the node agrees.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub websocket: bool,
}

/// The `Host` an upstream sees.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum HostHeader {
    /// The client's.
    Client,
    /// The node's own, with a port that is not the scheme's default.
    Node,
    /// This one.
    Fixed(String),
}

/// A group of nodes that serve the same.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Upstream {
    /// TLS, or plain HTTP when `None`.
    pub tls: Option<ClientTls>,
    /// The forward proxy on the way.
    pub forward: Forward,
    /// HTTP/2 towards the nodes: by ALPN on TLS, by prior knowledge on plain text.
    pub http2: bool,
    /// The nodes.
    pub nodes: Vec<Node>,
    /// Further nodes, group by group: those of one are asked where none of all before is left to try.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reserves: Vec<Vec<Node>>,
    /// Where no node is well, all are asked as if they were.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub never_empty: bool,
    /// How a node is chosen.
    pub balance: Balance,
    /// How long things may take.
    pub timeouts: UpstreamTimeouts,
    /// How often the next node is tried when nothing was sent yet; after the last one the first again, or a lone one.
    pub retries: u32,
    /// Kept-alive connections.
    pub keepalive: Keepalive,
    /// When a node is left alone for what it answers to clients; `None` never.
    pub passive_health: Option<PassiveHealth>,
    /// When nodes are asked how they are; `None` never.
    pub active_health: Option<ActiveHealth>,
}

/// One server.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Node {
    /// Name or address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Share of the requests; 0 takes none.
    pub weight: u32,
}

/// How long an upstream may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct UpstreamTimeouts {
    /// To open a connection, TLS included.
    pub connect: Duration,
    /// Between two writes of the request.
    pub write: Duration,
    /// Until the response header, and between two reads of the body.
    pub read: Duration,
}

impl Default for UpstreamTimeouts {
    fn default() -> Self {
        let minute = Duration::from_secs(60);
        Self { connect: minute, write: minute, read: minute }
    }
}

/// How many idle connections are kept, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Keepalive {
    /// Idle connections kept for each node.
    pub idle: usize,
    /// Time an idle one is kept.
    pub time: Duration,
}

impl Default for Keepalive {
    fn default() -> Self {
        Self { idle: 256, time: Duration::from_secs(60) }
    }
}

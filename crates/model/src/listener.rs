//! A socket on which clients connect, and the limits it holds them to.

use crate::id::TableId;
use crate::tls::ServerTls;
use ipnet::IpNet;
use serde::Serialize;
use std::net::SocketAddr;
use std::time::Duration;

/// One listening address.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Listener {
    /// Address and port; port 0 lets the system choose.
    pub address: SocketAddr,
    /// Tables asked for a route, in this order.
    pub tables: Vec<TableId>,
    /// TLS on this socket; `None` is plain text.
    pub tls: Option<ServerTls>,
    /// HTTP/2: by ALPN on TLS, by prior knowledge on plain text.
    pub http2: bool,
    /// A PROXY protocol header (v1 or v2) is required before anything else.
    pub proxy_protocol: bool,
    /// Peers that are believed about clients: what [`Listener::client_address`] names, and `X-Forwarded-Proto`.
    pub trusted_proxies: Vec<IpNet>,
    /// Where they tell the client's address.
    #[serde(skip_serializing_if = "ClientAddress::is_usual")]
    pub client_address: ClientAddress,
    /// What a client may send, and how long it may take.
    pub limits: Limits,
}

/// Where a trusted proxy tells the address of its client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClientAddress {
    /// The header field, lower case, a list of addresses; `None`: in none, the PROXY header's address counts.
    pub field: Option<String>,
    /// The list is read from its end past all trusted addresses; else its last address counts.
    pub past_trusted: bool,
    /// They are believed about the address alone: what else they forward of the request is the client's own claim.
    pub alone: bool,
}

impl ClientAddress {
    /// Whether it is the default.
    pub fn is_usual(&self) -> bool {
        *self == Self::default()
    }
}

impl Default for ClientAddress {
    fn default() -> Self {
        Self { field: Some("x-forwarded-for".to_owned()), past_trusted: true, alone: false }
    }
}

/// Bounds on what a stranger can make grow.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Limits {
    /// Bytes of request line and header fields together. Over it: 431.
    pub header_bytes: usize,
    /// Number of header fields. Over it: 431.
    pub header_count: usize,
    /// Bytes of a request body. Over it: 413.
    pub body_bytes: u64,
    /// Time for the header to arrive in full, first byte to last. Over it: 408.
    pub header_time: Duration,
    /// Time a kept-alive connection may wait for its next request. Over it: closed.
    pub idle_time: Duration,
    /// Time for the request to arrive in full, its body too. Over it: 408.
    pub request_time: Duration,
    /// Connections open at once on this listener. Over it: further ones wait in the accept queue.
    pub connections: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            header_bytes: 32 * 1024,
            header_count: 100,
            body_bytes: 100 * 1024 * 1024,
            header_time: Duration::from_secs(30),
            idle_time: Duration::from_secs(75),
            request_time: Duration::from_secs(300),
            connections: 65_536,
        }
    }
}

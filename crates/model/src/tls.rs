//! TLS in both directions, as data.

use crate::secret::Secret;
use serde::Serialize;

/// TLS towards clients: certificates chosen by server name (SNI).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct ServerTls {
    /// The first one serves clients that name no known host.
    pub certificates: Vec<Certificate>,
}

/// A certificate chain with its key, both in PEM.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Certificate {
    /// Server names it serves; `*.example.com` is allowed. Empty: the names in the certificate itself.
    pub hosts: Vec<String>,
    /// Chain, leaf first.
    pub chain: String,
    /// Private key.
    pub key: Secret,
}

/// TLS towards an upstream, a function URL or an AWS endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct ClientTls {
    /// Whether the peer's certificate is checked. `false` is a loud choice.
    pub verify: bool,
    /// Private certificate authorities in PEM, beside the system's roots.
    pub authorities: Vec<String>,
    /// Server name to send and check instead of the host's.
    pub server_name: Option<String>,
    /// Shown to a peer that asks who we are.
    pub identity: Option<ClientIdentity>,
}

/// A client's certificate chain with its key, both in PEM, whatever kind of store they came from.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct ClientIdentity {
    /// Chain, leaf first.
    pub chain: String,
    /// Private key, not encrypted.
    pub key: Secret,
}

impl Default for ClientTls {
    fn default() -> Self {
        Self { verify: true, authorities: Vec::new(), server_name: None, identity: None }
    }
}

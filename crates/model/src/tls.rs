//! TLS in both directions, as data.

use crate::secret::Secret;
use serde::Serialize;

/// TLS towards clients: certificates chosen by server name (SNI).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize)]
pub struct ServerTls {
    /// The first one serves clients that name no known host. Without any, one is made that nobody vouches for.
    pub certificates: Vec<Certificate>,
    /// What clients are asked for, by the host they name: exact names before `*.` ones, those before every host.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub clients: Vec<ClientCertificates>,
}

/// Certificates that clients are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize)]
pub struct ClientCertificates {
    /// Server names of which this is true; `*.example.com` is allowed. Empty: every name, and none.
    pub hosts: Vec<String>,
    /// Authorities, in PEM, whose certificates are trusted.
    pub authorities: Vec<String>,
    /// Certificates, in PEM, that are trusted whoever made them.
    pub known: Vec<String>,
    /// Who may connect.
    pub demand: ClientDemand,
}

/// Which clients may connect where certificates are asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
pub enum ClientDemand {
    /// All: what they show, and whether that is trusted, is for policies to judge.
    #[default]
    Any,
    /// Those without a certificate, and those with a trusted one.
    Trusted,
    /// Those with a trusted one.
    Required,
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

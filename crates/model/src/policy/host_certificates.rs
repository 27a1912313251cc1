//! Hosts whose clients must have shown a certificate when they began TLS.

use super::Refusals;
use serde::Serialize;

/// Refuses, in [`super::Case::Forbidden`], requests by https to a host that demands certificates, where the client named
/// another host when it began TLS, or showed no certificate that is trusted. What the connection itself demands is said
/// by the listener: this holds clients to it who name one host there and ask for another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HostCertificates {
    /// Hosts; the exact name counts before `*.` ones.
    pub hosts: Vec<HostDemand>,
    /// What a refusal says.
    pub refusals: Refusals,
}

/// What hosts demand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HostDemand {
    /// Names, `*.example.com` (one label) among them.
    pub names: Vec<String>,
    /// Whether a certificate is demanded.
    pub demanded: bool,
    /// Regular expressions that match decoded paths for which none is.
    pub open: Vec<String>,
}

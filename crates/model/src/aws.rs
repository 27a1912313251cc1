//! How AWS is reached and as whom: what makes one identity at one endpoint.

mod credentials;

pub use credentials::{AssumeRole, Credentials, Metadata, Source, Variables};

use crate::endpoint::Keepalive;
use crate::forward::Forward;
use crate::tls::ClientTls;
use serde::Serialize;
use std::time::Duration;

/// Region, endpoint and identity of a call. Two calls with equal values share credentials and connections.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Aws {
    /// Region, `eu-west-1`. `None`: `AWS_REGION`, then `AWS_DEFAULT_REGION`, then the function's ARN.
    pub region: Option<String>,
    /// Base URL of the Lambda API instead of the region's own, `http://127.0.0.1:9001`.
    pub endpoint: Option<String>,
    /// Whose keys sign.
    pub credentials: Credentials,
    /// TLS towards AWS.
    pub tls: ClientTls,
    /// The region's FIPS endpoint. `None`: what `AWS_USE_FIPS_ENDPOINT` says.
    pub fips: Option<bool>,
    /// The region's endpoint with IPv4 and IPv6. `None`: what `AWS_USE_DUALSTACK_ENDPOINT` says.
    pub dual_stack: Option<bool>,
    /// The forward proxy on the way.
    pub forward: Forward,
    /// HTTP/2 towards AWS, where it is spoken there: many calls on one connection.
    pub http2: bool,
    /// Kept-alive connections; the number is for each worker.
    pub keepalive: Keepalive,
}

impl Aws {
    /// Connections kept where nothing else is said: one is used by one call at a time.
    pub const KEEPALIVE: Keepalive = Keepalive { idle: 1024, time: Duration::from_secs(60) };
}

impl Default for Aws {
    fn default() -> Self {
        Self {
            region: None,
            endpoint: None,
            credentials: Credentials::default(),
            tls: ClientTls::default(),
            fips: None,
            dual_stack: None,
            forward: Forward::default(),
            http2: false,
            keepalive: Self::KEEPALIVE,
        }
    }
}

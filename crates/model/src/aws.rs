//! How AWS is reached and as whom: what makes one identity at one endpoint.

mod credentials;

pub use credentials::{AssumeRole, Credentials, Metadata, Source, Variables};

use crate::tls::ClientTls;
use serde::Serialize;

/// Region, endpoint and identity of a call. Two calls with equal values share credentials and connections.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize)]
pub struct Aws {
    /// Region, `eu-west-1`. `None`: `AWS_REGION`, then `AWS_DEFAULT_REGION`, then the function's ARN.
    pub region: Option<String>,
    /// Base URL of the Lambda API instead of the region's own, `http://127.0.0.1:9001`.
    pub endpoint: Option<String>,
    /// Whose keys sign.
    pub credentials: Credentials,
    /// TLS towards AWS.
    pub tls: ClientTls,
}

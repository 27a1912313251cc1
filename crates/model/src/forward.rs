//! Forward proxies on the way to an upstream or to AWS.

use crate::secret::Secret;
use crate::tls::ClientTls;
use serde::Serialize;

/// Which forward proxy connections go through.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize)]
pub enum Forward {
    /// What `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` say.
    #[default]
    Environment,
    /// None, whatever the environment says.
    Direct,
    /// This one.
    Through(Box<ForwardProxy>),
}

/// A forward proxy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize)]
pub struct ForwardProxy {
    /// `http://host:port`, `https://…`, `socks5://…` (names are resolved here) or `socks5h://…` (there), without user.
    pub url: String,
    /// Who asks.
    pub user: Option<String>,
    /// The user's password.
    pub password: Option<Secret>,
    /// TLS towards the proxy itself, when its URL is https.
    pub tls: ClientTls,
    /// Hosts, `.suffixes`, networks, each with `:port` if need be, that are reached without it; `*` is all.
    pub except: Vec<String>,
}

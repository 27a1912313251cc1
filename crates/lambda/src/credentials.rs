//! Credentials: where keys come from, cached.
//!
//! A [`CredentialSource`] fetches keys, a [`Cached`] one keeps them. Sources that wrap others (an assumed role, say)
//! are sources too.

mod cached;
mod chain;

pub use cached::Cached;
pub use chain::Chain;

use model::Secret;
use model::aws::Credentials;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// A pair of keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keys {
    /// Access key id.
    pub access_key: String,
    /// Secret access key.
    pub secret_key: Secret,
    /// Session token of temporary keys.
    pub session_token: Option<Secret>,
    /// When they end; `None` for keys that do not.
    pub expires: Option<SystemTime>,
}

/// Why a source has no keys. The text says what was tried and what to do; it has no secret.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct NoKeys(pub Arc<str>);

/// Keys on their way.
pub type Fetching<'a> = Pin<Box<dyn Future<Output = Result<Keys, NoKeys>> + Send + 'a>>;

/// Where keys come from.
pub trait CredentialSource: Send + Sync + 'static {
    /// Fetches keys. May take long; whoever asks keeps what it is given.
    fn credentials(&self) -> Fetching<'_>;

    /// How long keys without an end are good before the source is asked again; `None`: for ever.
    fn lifetime(&self) -> Option<Duration>;
}

/// Keys written in the configuration.
pub struct Static(Keys);

impl Static {
    /// Those keys.
    pub fn new(access_key: impl Into<String>, secret_key: Secret, session_token: Option<Secret>) -> Self {
        Self(Keys { access_key: access_key.into(), secret_key, session_token, expires: None })
    }
}

impl CredentialSource for Static {
    fn credentials(&self) -> Fetching<'_> {
        let keys = self.0.clone();
        Box::pin(async { Ok(keys) })
    }

    fn lifetime(&self) -> Option<Duration> {
        None
    }
}

/// The source that the configuration names.
pub(crate) fn source(credentials: &Credentials) -> Arc<dyn CredentialSource> {
    match credentials {
        Credentials::Chain => Arc::new(Chain::default()),
        Credentials::Static { access_key, secret_key, session_token } => {
            Arc::new(Static::new(access_key, secret_key.clone(), session_token.clone()))
        }
    }
}

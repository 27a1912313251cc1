//! Secrets that others keep: where one is, and why one is not here.

use model::Secret;
use std::sync::Arc;

/// A member of a secret that a manager keeps as a JSON object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Who keeps it.
    pub manager: Manager,
    /// Its name there.
    pub name: String,
    /// The member.
    pub member: String,
}

/// Who keeps secrets.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Manager {
    /// HashiCorp Vault, its engine KV version 1.
    Vault {
        /// Scheme, host and port.
        url: String,
        /// Where the engine is mounted, and what stands before every name.
        prefix: String,
        /// Who asks.
        token: Secret,
        /// A namespace of Vault's.
        namespace: Option<String>,
    },
    /// A service whose requests are signed with keys.
    Signed {
        /// The region.
        region: String,
        /// Base URL instead of the region's own.
        endpoint: Option<String>,
        /// The key's name.
        access_key: String,
        /// The key.
        secret_key: Secret,
        /// Belongs to temporary keys.
        session_token: Option<Secret>,
    },
    /// Google's Secret Manager.
    Google {
        /// Who asks.
        account: GoogleAccount,
        /// Whether certificates are checked.
        verify: bool,
    },
}

/// A service account of Google's.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum GoogleAccount {
    /// The file that it came in, JSON.
    File(String),
    /// The same as text.
    Json(Secret),
}

/// Why a secret is not here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoSecret {
    /// Nobody is asked yet: that is done when the gateway runs.
    Later,
    /// It was not got.
    Away(Arc<str>),
}

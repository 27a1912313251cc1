//! Credentials: where keys come from, in which order, and how they are kept fresh.
//!
//! A [`source::CredentialSource`] has keys or says why not; a [`chain::Chain`] asks several in order; roles are taken
//! on top ([`identity::IdentitySource`]); a [`Cached`] one keeps what it is given and renews it before its end.

pub(crate) mod cached;
mod chain;
mod container;
mod document;
mod environment;
pub(crate) mod explain;
mod fixed;
pub(crate) mod identity;
mod metadata;
mod profile;
pub(crate) mod region;
mod smithy;
pub(crate) mod source;
mod status;
mod sts;
pub(crate) mod surroundings;
mod web;
mod web_identity;

pub use cached::Cached;
pub use explain::{Explained, Winner};
pub use source::NoKeys;
pub use status::{IdentityState, IdentityStatus};
pub use sts::CallerIdentity;

use model::Secret;
use std::time::SystemTime;

/// A pair of keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keys {
    /// Access key id.
    pub access_key: String,
    /// Secret access key.
    pub secret_key: Secret,
    /// Session token of temporary keys.
    pub session_token: Option<Secret>,
    /// When they end, by the clock of whoever gave them; `None` for keys that do not.
    pub expires: Option<SystemTime>,
}

#[cfg(test)]
mod tests;

//! Name and password that name the client.

use super::{Challenge, IdentityHeaders, Refusals};
use crate::id::ConsumerId;
use serde::Serialize;

/// Where name and password are looked for, and what follows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BasicAuth {
    /// Header names, lower case, in order; the first one that is there counts.
    pub headers: Vec<String>,
    /// Whether the credential is taken off before anyone behind sees it.
    pub hide: bool,
    /// Whether an `OPTIONS` request needs a credential too.
    pub preflight: bool,
    /// Who a client without a valid credential is; `None` refuses it. With it, a client that an earlier step knows
    /// passes.
    pub anonymous: Option<ConsumerId>,
    /// How those behind learn who it is.
    pub identity: IdentityHeaders,
    /// What a refusal asks for.
    pub challenge: Challenge,
    /// What a refusal says.
    pub refusals: Refusals,
}

impl Default for BasicAuth {
    fn default() -> Self {
        Self {
            headers: vec!["authorization".to_owned()],
            hide: true,
            preflight: true,
            anonymous: None,
            identity: IdentityHeaders::default(),
            challenge: Challenge::of("Basic realm=\"service\""),
            refusals: Refusals::default(),
        }
    }
}

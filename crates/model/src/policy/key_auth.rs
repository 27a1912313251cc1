//! A key that names the client.

use super::{Challenge, IdentityHeaders, Refusals};
use crate::id::ConsumerId;
use serde::Serialize;

/// Where the key is looked for, and what follows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeyAuth {
    /// Header names, lower case, in order.
    pub headers: Vec<String>,
    /// Query parameter names, in order.
    pub query: Vec<String>,
    /// Names of members of a form or JSON object in the body, in order.
    pub body: Vec<String>,
    /// The places of one name are looked at together (header, query, body), then those of the next name; else all
    /// headers come first, then all parameters, then the body.
    pub by_name: bool,
    /// Whether the key is taken off before anyone behind sees it.
    pub hide: bool,
    /// Whether an `OPTIONS` request needs a key too.
    pub preflight: bool,
    /// Who a client without a valid key is; `None` refuses it. With it, a client that an earlier step knows passes.
    pub anonymous: Option<ConsumerId>,
    /// How those behind learn who it is.
    pub identity: IdentityHeaders,
    /// What a refusal asks for.
    pub challenge: Challenge,
    /// What a refusal says.
    pub refusals: Refusals,
}

impl Default for KeyAuth {
    fn default() -> Self {
        Self {
            headers: Vec::new(),
            query: Vec::new(),
            body: Vec::new(),
            by_name: false,
            hide: true,
            preflight: true,
            anonymous: None,
            identity: IdentityHeaders::default(),
            challenge: Challenge::of("Key"),
            refusals: Refusals::default(),
        }
    }
}

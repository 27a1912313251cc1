//! A signed token (RFC 7519) that names the client.

use super::{Challenge, IdentityHeaders, Refusals};
use crate::id::ConsumerId;
use serde::Serialize;
use std::time::Duration;

/// Where the token is looked for, what must hold of it, and what follows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Jwt {
    /// Header names, lower case; the token stands behind `Bearer`.
    pub headers: Vec<String>,
    /// Query parameter names.
    pub query: Vec<String>,
    /// Cookie names.
    pub cookies: Vec<String>,
    /// Header fields, query and cookies are looked through in this order, and the first token counts; else there may be
    /// but one.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub in_order: bool,
    /// A header field without `Bearer` is a token too.
    pub bare: bool,
    /// The claim, or field of the token's head, that names the key.
    pub key_claim: String,
    /// Shared secrets are written in base64.
    pub base64_secrets: bool,
    /// Claims about time that must be there and hold. Those that are there hold in any case where [`Jwt::lenient`] is
    /// not set.
    pub claims: Vec<RegisteredClaim>,
    /// Only the claims of [`Jwt::claims`] are looked at.
    pub lenient: bool,
    /// The longest time that a token may still be valid.
    pub longest: Option<Duration>,
    /// Whether the token is taken off before anyone behind sees it.
    pub hide: bool,
    /// Whether an `OPTIONS` request needs a token too.
    pub preflight: bool,
    /// Who a client without a valid token is; `None` refuses it. With it, a client that an earlier step knows passes.
    pub anonymous: Option<ConsumerId>,
    /// How those behind learn who it is.
    pub identity: IdentityHeaders,
    /// What a refusal asks for.
    pub challenge: Challenge,
    /// What a refusal says.
    pub refusals: Refusals,
}

/// A claim about time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum RegisteredClaim {
    /// `exp`: not after.
    Expires,
    /// `nbf`: not before.
    NotBefore,
}

impl Default for Jwt {
    fn default() -> Self {
        Self {
            headers: vec!["authorization".to_owned()],
            query: Vec::new(),
            cookies: Vec::new(),
            in_order: false,
            bare: false,
            key_claim: "iss".to_owned(),
            base64_secrets: false,
            claims: vec![RegisteredClaim::Expires],
            lenient: false,
            longest: None,
            hide: false,
            preflight: true,
            anonymous: None,
            identity: IdentityHeaders::default(),
            challenge: Challenge { absent: "Bearer".to_owned(), wrong: "Bearer error=\"invalid_token\"".to_owned() },
            refusals: Refusals::default(),
        }
    }
}

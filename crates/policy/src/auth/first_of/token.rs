//! Tokens of a way: whose they say they are, and whether that is true.

use crate::auth::jwt::Token;
use crate::auth::token_key::TokenKey;
use model::policy::TokenEntrance;
use serde_json::{Map, Value};
use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds that clocks may differ.
const SKEW: f64 = 60.0;

/// How tokens of a way are read.
pub(super) struct ReadyTokens {
    data: TokenEntrance,
    key: TokenKey,
}

impl ReadyTokens {
    pub(super) fn new(data: &TokenEntrance) -> Self {
        Self { key: TokenKey::read(data.algorithm, &data.verifier), data: data.clone() }
    }

    pub(super) fn data(&self) -> &TokenEntrance {
        &self.data
    }

    /// The client that a token names; nobody has looked yet whether it may.
    pub(super) fn client(&self, claims: &Map<String, Value>) -> Option<String> {
        self.data.client_claims.iter().find_map(|claim| first_text(claims.get(claim)?))
    }

    /// Whether the token is what it says.
    pub(super) fn holds(&self, token: &Token<'_>, now: SystemTime) -> bool {
        // the configuration says how tokens are signed, never the token
        token.algorithm == self.key.algorithm()
            && self.key.verify(token.signed.as_bytes(), &token.signature, false) == Some(true)
            && is_in_time(&token.claims, now)
            && self.has_scopes(&token.claims)
    }

    fn has_scopes(&self, claims: &Map<String, Value>) -> bool {
        if self.data.scopes.is_empty() {
            return true;
        }
        let claimed = claims.get("scope").or_else(|| claims.get("scp"));
        let has = |wanted: &String| match claimed {
            Some(Value::String(text)) => text.split(' ').any(|scope| scope == wanted),
            Some(Value::Array(scopes)) => scopes.iter().any(|scope| scope == wanted),
            _ => false,
        };
        let mut scopes = self.data.scopes.iter();
        if self.data.all_scopes { scopes.all(has) } else { scopes.any(has) }
    }
}

fn is_in_time(claims: &Map<String, Value>, now: SystemTime) -> bool {
    let now = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64();
    let claim = |name: &str| claims.get(name).map(|value| value.as_f64().ok_or(()));
    let ends = claim("exp").is_none_or(|at| at.is_ok_and(|at| now < at + SKEW));
    let begins = claim("nbf").is_none_or(|at| at.is_ok_and(|at| at - SKEW <= now));
    ends && begins
}

/// A text, or the first of several.
fn first_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Array(items) => items.first()?.as_str().map(str::to_owned),
        _ => None,
    }
}

//! How tokens of a way are read: whose they say they are, and what they are for.

use crate::auth::token_proof::ReadyProof;
use crate::auth::tokens::Tokens;
use crate::build::BuildCause;
use crate::exchange::Exchange;
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::HeaderValue;
use model::answer::Keyed;
use model::policy::TokenEntrance;
use serde_json::{Map, Value};
use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds that clocks may differ.
const SKEW: f64 = 60.0;

/// How tokens of a way are read.
pub(super) struct ReadyTokens {
    pub(super) data: TokenEntrance,
    pub(super) proof: ReadyProof,
    pub(super) challenge: Option<HeaderValue>,
}

impl ReadyTokens {
    pub(super) fn new(data: &TokenEntrance, tokens: &Tokens) -> Result<Self, BuildCause> {
        let value = |text: &String| HeaderValue::from_str(text).map_err(|_| BuildCause::Header { text: text.clone() });
        let challenge = data.challenge.as_ref().map(value).transpose()?;
        Ok(Self { proof: ReadyProof::compile(&data.proof, tokens)?, challenge, data: data.clone() })
    }

    /// The client that a token names; nobody has looked yet whether it may.
    pub(super) fn client(&self, claims: &Map<String, Value>) -> Option<String> {
        let found = self.data.client_claims.iter().find_map(|claim| first_text(claims.get(claim)?));
        found.filter(|client| !client.trim().is_empty())
    }

    /// The scopes that a token has.
    pub(super) fn scopes<'c>(&'c self, claims: &'c Map<String, Value>) -> Vec<&'c str> {
        match claims.get("scope").or_else(|| claims.get("scp")) {
            Some(Value::String(text)) if self.data.scope_separator.is_empty() => vec![text],
            Some(Value::String(text)) => text.split(&*self.data.scope_separator).collect(),
            Some(Value::Array(scopes)) => scopes.iter().filter_map(Value::as_str).collect(),
            Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_)) | None => Vec::new(),
        }
    }

    /// What a token is told that has not the scopes that are asked for.
    pub(super) fn insufficient(&self, claims: &Map<String, Value>) -> Option<&Keyed> {
        if self.data.scopes.is_empty() {
            return None;
        }
        let claimed = self.scopes(claims);
        let mut wanted = self.data.scopes.iter();
        let has = |wanted: &String| claimed.contains(&wanted.as_str());
        let enough = if self.data.all_scopes { wanted.all(has) } else { wanted.any(has) };
        (!enough).then_some(&self.data.insufficient)
    }

    pub(super) fn is_of_type(&self, kind: Option<&str>) -> bool {
        let Some(types) = &self.data.types else { return true };
        let same = |name: &String, kind: &str| match types.any_case {
            true => name.eq_ignore_ascii_case(kind),
            false => name == kind,
        };
        kind.map_or(types.missing, |kind| types.names.iter().any(|name| same(name, kind)))
    }

    /// What a token is told that is bound to another certificate than the connection's.
    pub(super) fn unbound(&self, claims: &Map<String, Value>, exchange: &Exchange) -> Option<&Keyed> {
        let bound = self.data.bound.as_ref()?;
        let named = claims.get("cnf").and_then(|cnf| cnf.get("x5t#S256")).and_then(Value::as_str);
        let own = || {
            let hash = digest(&SHA256, exchange.client.certificate.as_ref()?.leaf());
            Some(URL_SAFE_NO_PAD.encode(hash))
        };
        let right = named.map_or(bound.missing, |named| own().is_some_and(|own| own == named));
        (!right).then_some(&bound.wrong)
    }
}

pub(super) fn is_in_time(claims: &Map<String, Value>, now: SystemTime) -> bool {
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
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => None,
    }
}

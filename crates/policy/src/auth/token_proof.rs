//! Whether a token is good: by its signature, or by what a server says of it.

use super::introspection::{Introspection, Said};
use super::jwk::Jwk;
use super::jwt::Token;
use super::key_set::{Held, KeySet};
use super::token_key::TokenKey;
use super::tokens::Tokens;
use crate::server::ServerError;
use http::HeaderMap;
use model::consumer::Verifier;
use model::policy::TokenProof as Data;
use std::sync::Arc;
use std::time::SystemTime;

/// What tells whether a token is good, made ready.
pub(crate) enum ReadyProof {
    /// The keys are at hand.
    Keys(Keys),
    KeySet(Arc<KeySet>),
    Introspection(Arc<Introspection>),
}

/// Keys that the configuration has.
pub(crate) enum Keys {
    One(TokenKey),
    OfIssuers(Vec<(String, TokenKey)>),
}

/// What is known of a signature.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Signed {
    /// One of the keys made it.
    Good,
    /// None of them did.
    Wrong,
    /// The keys cannot be had; for the log.
    Away(String),
    /// Not yet: somebody must be asked.
    Unknown,
}

impl ReadyProof {
    pub(crate) fn compile(data: &Data, tokens: &Tokens) -> Result<Self, ServerError> {
        Ok(match data {
            Data::Key { algorithm, verifier } => Self::Keys(Keys::One(TokenKey::read(*algorithm, verifier))),
            Data::Issuers { algorithm, keys } => {
                let key =
                    |(issuer, verifier): &(String, Verifier)| (issuer.clone(), TokenKey::read(*algorithm, verifier));
                Self::Keys(Keys::OfIssuers(keys.iter().map(key).collect()))
            }
            Data::KeySet(data) => Self::KeySet(tokens.key_set(data)?),
            Data::Introspection(data) => Self::Introspection(tokens.introspection(data)?),
        })
    }

    /// The one that says what a token is worth, where the token does not say it itself.
    pub(crate) fn introspection(&self) -> Option<&Introspection> {
        match self {
            Self::Introspection(server) => Some(server),
            Self::Keys(_) | Self::KeySet(_) => None,
        }
    }

    /// Whether the signature is right, where that can be told without waiting.
    pub(crate) fn signed_at_hand(&self, token: &Token<'_>) -> Signed {
        match self {
            Self::Keys(Keys::One(key)) => found(is_by(key, token)),
            Self::Keys(Keys::OfIssuers(keys)) => {
                let issuer = token.claims.get("iss").and_then(serde_json::Value::as_str);
                let mut own = keys.iter().filter(|(name, _)| issuer == Some(name));
                found(own.any(|(_, key)| is_by(key, token)))
            }
            Self::KeySet(set) => set.at_hand(token.key_id()).map_or(Signed::Unknown, |held| signed_by(&held, token)),
            Self::Introspection(_) => Signed::Wrong,
        }
    }

    /// Whether the signature is right.
    pub(crate) async fn signed(&self, token: &Token<'_>) -> Signed {
        match (self.signed_at_hand(token), self) {
            (Signed::Unknown, Self::KeySet(set)) => match set.with(token.key_id()).await {
                Ok(held) => signed_by(&held, token),
                Err(why) => Signed::Away(why),
            },
            (known, _) => known,
        }
    }

    /// What a server says of a token; an error, for the log, where it does not.
    pub(crate) async fn said(
        server: &Introspection,
        token: &str,
        client: &HeaderMap,
        now: SystemTime,
    ) -> Result<Said, String> {
        match server.known(token, now) {
            Some(said) => Ok(said),
            None => server.ask(token, client, now).await,
        }
    }
}

/// By a key of the set that the token names, from the issuer that the set belongs to.
fn signed_by(held: &Held, token: &Token<'_>) -> Signed {
    let issuer = token.claims.get("iss").and_then(serde_json::Value::as_str);
    if held.issuer.as_deref().is_some_and(|own| issuer != Some(own)) {
        return Signed::Wrong;
    }
    let named = held.keys.iter().filter(|key| key.is_named(token.key_id()));
    let mut keys = named.filter_map(|key: &Jwk| key.of(token.algorithm));
    found(keys.any(|key| is_by(key, token)))
}

fn is_by(key: &TokenKey, token: &Token<'_>) -> bool {
    // the key says how it signs, never the token
    token.algorithm == key.algorithm() && key.verify(token.signed.as_bytes(), &token.signature, false) == Some(true)
}

fn found(good: bool) -> Signed {
    if good { Signed::Good } else { Signed::Wrong }
}

//! Whose requests count together.

use crate::build::{BuildCause, header_name};
use crate::exchange::{Exchange, Identity};
use crate::rewrite::texts::{Escape, fill_with};
use http::HeaderName;
use model::policy::{LimitBy, RequestText, WithoutText};
use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;

/// The same, ready.
pub(super) enum ReadyBy {
    Consumer,
    Credential,
    Address,
    Service,
    Header(HeaderName),
    Path(String),
    Text(RequestText, WithoutText),
    Everyone,
}

impl ReadyBy {
    pub(super) fn compile(by: &LimitBy) -> Result<Self, BuildCause> {
        Ok(match by {
            LimitBy::Consumer => Self::Consumer,
            LimitBy::Credential => Self::Credential,
            LimitBy::Address => Self::Address,
            LimitBy::Service => Self::Service,
            LimitBy::Header(name) => Self::Header(header_name(name)?),
            LimitBy::Path(path) => Self::Path(path.clone()),
            LimitBy::Text { text, without } => Self::Text(text.clone(), *without),
            LimitBy::Everyone => Self::Everyone,
        })
    }

    /// Whose request it is, as a number that tells nothing; `None`: nobody's, it does not count. Hashes are keyed at
    /// random: nobody can make two clients collide on purpose.
    pub(super) fn key(&self, exchange: &Exchange) -> Option<u128> {
        let address = || hash(&(0_u8, exchange.client.address.to_canonical()));
        let identity = exchange.identity.as_ref();
        let key = match self {
            Self::Consumer => identity.map(|who| hash(&(1_u8, who.consumer.as_str()))),
            Self::Credential => identity.map(|who| match &who.credential {
                Some(credential) => hash(&(2_u8, who.consumer.as_str(), &**credential)),
                None => hash(&(1_u8, who.consumer.as_str())),
            }),
            Self::Address => None,
            Self::Service => {
                let service = exchange.route.as_ref().and_then(|route| route.told.service.as_deref());
                service.map(|service| hash(&(3_u8, service)))
            }
            Self::Header(name) => exchange
                .request
                .headers
                .get(name)
                .filter(|value| !value.is_empty())
                .map(|value| hash(&(4_u8, value.as_bytes()))),
            Self::Path(path) => (exchange.request.uri.path() == path).then(|| hash(&(5_u8, path))),
            Self::Text(text, without) => {
                let filled = fill_with(text, exchange, &[], Escape::None);
                let found = filled.places > 0 || text.places() == 0;
                match (found, without) {
                    (true, _) => Some(hash(&(7_u8, filled.text))),
                    (false, WithoutText::Address) => None,
                    (false, WithoutText::Nobody) => return None,
                }
            }
            Self::Everyone => Some(hash(&6_u8)),
        };
        Some(key.unwrap_or_else(address))
    }

    /// The same as a text that other gateways understand.
    pub(super) fn name(&self, exchange: &Exchange) -> Option<String> {
        let identity = exchange.identity.as_ref();
        let consumer = |who: &Identity| who.shown_id.as_deref().unwrap_or(who.consumer.as_str()).to_owned();
        let name = match self {
            Self::Consumer => identity.map(consumer),
            Self::Credential => {
                identity.map(|who| who.credential.as_deref().map_or_else(|| consumer(who), str::to_owned))
            }
            Self::Address => None,
            Self::Service => exchange.route.as_ref().and_then(|route| route.told.service.clone()),
            Self::Header(name) => exchange
                .request
                .headers
                .get(name)
                .filter(|value| !value.is_empty())
                .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()),
            Self::Path(path) => (exchange.request.uri.path() == path).then(|| path.clone()),
            Self::Text(text, without) => {
                let filled = fill_with(text, exchange, &[], Escape::None);
                let found = filled.places > 0 || text.places() == 0;
                match (found, without) {
                    (true, _) => Some(filled.text.to_string()),
                    (false, WithoutText::Address) => None,
                    (false, WithoutText::Nobody) => return None,
                }
            }
            Self::Everyone => Some("all".to_owned()),
        };
        Some(name.unwrap_or_else(|| exchange.client.address.to_canonical().to_string()))
    }

    /// Whether the request's body must be held before it is asked.
    pub(super) fn asks_body(&self) -> bool {
        matches!(self, Self::Text(text, _) if text.asks_body())
    }
}

fn hash(value: &impl std::hash::Hash) -> u128 {
    static KEYS: LazyLock<[RandomState; 2]> = LazyLock::new(Default::default);
    let [one, other] = &*KEYS;
    u128::from(one.hash_one(value)) << 64 | u128::from(other.hash_one(value))
}

//! Whose requests count together.

use crate::build::{BuildCause, header_name};
use crate::exchange::{Exchange, Identity};
use crate::failure::{Blame, Failure};
use crate::rewrite::texts::{Escape, fill_with};
use crate::text::{ReadyText, TextError};
use crate::world::World;
use http::HeaderName;
use model::answer::FailureKind;
use model::policy::{LimitBy, LimitPart, RequestText, WithoutText};
use smallvec::SmallVec;
use std::borrow::Cow;
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
    Evaluated(Vec<ReadyPart>),
    Everyone,
}

/// A part of what requests have in common, ready.
pub(crate) enum ReadyPart {
    Attribute(String),
    AttributeOrAddress(String),
    Text(ReadyText),
}

pub(crate) type Parts<'a> = SmallVec<[Cow<'a, str>; 3]>;

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
            LimitBy::Evaluated(parts) => Self::Evaluated(parts.iter().map(ReadyPart::compile).collect()),
            LimitBy::Everyone => Self::Everyone,
        })
    }

    /// Whose request it is, as a number that tells nothing; `None`: nobody's, it does not count. Hashes are keyed at
    /// random: nobody can make two clients collide on purpose. Fails where a text cannot be evaluated.
    pub(super) fn key(&self, exchange: &Exchange) -> Result<Option<u128>, Box<Failure>> {
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
                    (false, WithoutText::Nobody) => return Ok(None),
                }
            }
            Self::Evaluated(parts) => Some(hash(&(8_u8, values(parts, exchange)?))),
            Self::Everyone => Some(hash(&6_u8)),
        };
        Ok(Some(key.unwrap_or_else(address)))
    }

    /// The same as a text that other gateways understand.
    pub(super) fn name(&self, exchange: &Exchange) -> Result<Option<String>, Box<Failure>> {
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
                    (false, WithoutText::Nobody) => return Ok(None),
                }
            }
            Self::Evaluated(parts) => Some(joined(&values(parts, exchange)?)),
            Self::Everyone => Some("all".to_owned()),
        };
        Ok(Some(name.unwrap_or_else(|| exchange.client.address.to_canonical().to_string())))
    }

    /// Whether the request's body must be held before it is asked.
    pub(super) fn asks_body(&self) -> bool {
        match self {
            Self::Text(text, _) => text.asks_body(),
            Self::Evaluated(parts) => parts.iter().any(ReadyPart::asks_body),
            Self::Consumer
            | Self::Credential
            | Self::Address
            | Self::Service
            | Self::Header(_)
            | Self::Path(_)
            | Self::Everyone => false,
        }
    }

    /// Holds the request's body.
    pub(super) async fn hold(&self, exchange: &mut Exchange) -> Result<(), Box<Failure>> {
        if matches!(self, Self::Evaluated(_)) {
            return exchange.read_request().await;
        }
        exchange.hold_body().await.map(drop)
    }
}

impl ReadyPart {
    pub(crate) fn compile(part: &LimitPart) -> Self {
        match part {
            LimitPart::Attribute(name) => Self::Attribute(name.clone()),
            LimitPart::AttributeOrAddress(name) => Self::AttributeOrAddress(name.clone()),
            LimitPart::Text(text) => Self::Text(ReadyText::compile(text)),
        }
    }

    fn asks_body(&self) -> bool {
        match self {
            Self::Attribute(_) | Self::AttributeOrAddress(_) => false,
            Self::Text(text) => text.asks().request,
        }
    }

    fn value<'a>(&'a self, exchange: &'a Exchange) -> Result<Cow<'a, str>, TextError> {
        let attribute = |name: &str| {
            let value = exchange.attribute(name)?;
            Some(value.as_str().map_or_else(|| Cow::Owned(value.to_string()), Cow::Borrowed))
        };
        Ok(match self {
            Self::Attribute(name) => attribute(name).unwrap_or_default(),
            Self::AttributeOrAddress(name) => {
                attribute(name).unwrap_or_else(|| Cow::Owned(exchange.client.address.to_canonical().to_string()))
            }
            Self::Text(text) => text.text(&World::of(exchange))?.unwrap_or_default(),
        })
    }
}

/// What they have in common.
pub(crate) fn values<'a>(parts: &'a [ReadyPart], exchange: &'a Exchange) -> Result<Parts<'a>, Box<Failure>> {
    parts.iter().map(|part| part.value(exchange)).collect::<Result<_, _>>().map_err(|error| unknown(&error))
}

/// Parts in one text: none can pass for two.
fn joined(parts: &[Cow<'_, str>]) -> String {
    let mut name = String::new();
    for part in parts {
        name.push_str(&part.replace('%', "%25").replace(':', "%3A"));
        name.push(':');
    }
    name.pop();
    name
}

/// Nobody knows with which others such a request counts.
fn unknown(error: &TextError) -> Box<Failure> {
    let failure = Failure::new(FailureKind::Internal, Blame::Config, "this request cannot be counted");
    failure.detail(error.to_string())
}

fn hash(value: &impl std::hash::Hash) -> u128 {
    static KEYS: LazyLock<[RandomState; 2]> = LazyLock::new(Default::default);
    let [one, other] = &*KEYS;
    u128::from(one.hash_one(value)) << 64 | u128::from(other.hash_one(value))
}

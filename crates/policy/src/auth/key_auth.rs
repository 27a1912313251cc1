//! A key that names the client.

use crate::consumers::{Consumers, Known};
use crate::exchange::Exchange;
use crate::failure::{Blame, Failure};
use crate::query;
use crate::{Outcome, Policy, Running};
use http::header::WWW_AUTHENTICATE;
use http::{HeaderMap, HeaderName, HeaderValue};
use model::answer::FailureKind;
use std::borrow::Cow;
use std::sync::Arc;

/// Looks for a key, in headers first, and makes its owner the exchange's identity.
pub(crate) struct KeyAuth {
    pub(crate) headers: Vec<HeaderName>,
    pub(crate) query: Vec<String>,
    pub(crate) hide: bool,
    pub(crate) anonymous: Option<model::id::ConsumerId>,
    pub(crate) consumers: Arc<Consumers>,
}

impl Policy for KeyAuth {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Running<'a> {
        let found = self.find(exchange);
        forget_claims(&mut exchange.request.headers);
        if self.hide {
            self.take_off(exchange);
        }
        let stand_in = || self.consumers.by_id(self.anonymous.as_ref()?);
        let outcome = match (found, stand_in) {
            (Found::Owner(known), _) => introduce(exchange, known, false),
            (found, stand_in) => match stand_in() {
                Some(known) => introduce(exchange, known, true),
                None => refuse(&found),
            },
        };
        Running::Done(outcome)
    }
}

/// What a request shows.
enum Found<'a> {
    Nothing,
    Unknown,
    Owner(&'a Known),
}

impl KeyAuth {
    fn find(&self, exchange: &Exchange) -> Found<'_> {
        let Some(key) = self.key(exchange) else { return Found::Nothing };
        key.and_then(|key| self.consumers.by_key(&key)).map_or(Found::Unknown, Found::Owner)
    }

    /// `None` when there is none; `Some(None)` when there is one that cannot be a key: two in one place, or no text.
    fn key<'e>(&self, exchange: &'e Exchange) -> Option<Option<Cow<'e, str>>> {
        for name in &self.headers {
            let mut values = exchange.request.headers.get_all(name).iter();
            let Some(value) = values.next() else { continue };
            let text = std::str::from_utf8(value.as_bytes()).ok().map(Cow::Borrowed);
            return Some(text.filter(|_| values.next().is_none()));
        }
        for name in &self.query {
            let mut values = query::values(exchange.request.uri.query().unwrap_or(""), name);
            let Some(value) = values.next() else { continue };
            let text = String::from_utf8(value.into_owned()).ok().map(Cow::Owned);
            return Some(text.filter(|_| values.next().is_none()));
        }
        None
    }

    fn take_off(&self, exchange: &mut Exchange) {
        for name in &self.headers {
            exchange.request.headers.remove(name);
        }
        if !self.query.is_empty() {
            query::remove(&mut exchange.request.uri, &self.query);
        }
    }
}

const CONSUMER_ID: HeaderName = HeaderName::from_static("x-consumer-id");
const CONSUMER_NAME: HeaderName = HeaderName::from_static("x-consumer-username");
const CONSUMER_GROUPS: HeaderName = HeaderName::from_static("x-consumer-groups");
const ANONYMOUS: HeaderName = HeaderName::from_static("x-anonymous-consumer");

/// Headers by which those behind the gateway know the client: only the gateway may write them.
const CLAIMS: [HeaderName; 6] = [
    CONSUMER_ID,
    CONSUMER_NAME,
    HeaderName::from_static("x-consumer-custom-id"),
    HeaderName::from_static("x-credential-identifier"),
    ANONYMOUS,
    CONSUMER_GROUPS,
];

fn forget_claims(headers: &mut HeaderMap) {
    for name in &CLAIMS {
        headers.remove(name);
    }
}

fn introduce(exchange: &mut Exchange, known: &Known, anonymous: bool) -> Outcome {
    let headers = &mut exchange.request.headers;
    let claims = [(CONSUMER_ID, &known.id), (CONSUMER_NAME, &known.name), (CONSUMER_GROUPS, &known.groups)];
    for (name, value) in claims {
        if let Some(value) = value {
            headers.insert(name, value.clone());
        }
    }
    if anonymous {
        headers.insert(ANONYMOUS, HeaderValue::from_static("true"));
    }
    let mut identity = known.identity.clone();
    identity.anonymous = anonymous;
    exchange.identity = Some(identity);
    Outcome::Continue
}

fn refuse(found: &Found<'_>) -> Outcome {
    let text = match found {
        Found::Nothing => "this route wants a key",
        Found::Unknown | Found::Owner(_) => "this key is not known here",
    };
    let mut failure = Failure::new(FailureKind::Unauthorized, Blame::Client, text);
    failure.headers.push((WWW_AUTHENTICATE, HeaderValue::from_static("Key")));
    Outcome::Fail(failure)
}

#[cfg(test)]
mod tests;

//! What requests have in common that one response is for, as a text.

use crate::build::{BuildCause, header_name};
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::limit::by::{ReadyPart, values};
use crate::query;
use crate::rewrite::texts::fill;
use aws_lc_rs::digest::{SHA256, digest as sha};
use http::HeaderName;
use model::policy::{CacheKey as Data, CachePath, CacheQuery};
use std::borrow::Cow;

/// A key, made ready.
pub(super) struct ReadyKey {
    data: Data,
    headers: Vec<HeaderName>,
    parts: Vec<ReadyPart>,
}

/// A parameter of a query: name and value, decoded.
type Parameter<'q> = (Cow<'q, [u8]>, Cow<'q, [u8]>);

impl ReadyKey {
    pub(super) fn compile(data: &Data) -> Result<Self, BuildCause> {
        Ok(Self {
            headers: data.headers.iter().map(|name| header_name(name)).collect::<Result<_, _>>()?,
            parts: data.parts.iter().map(ReadyPart::compile).collect(),
            data: data.clone(),
        })
    }

    /// The key of a request, as if it had this method. Parts are told apart by their length: none can pass for two.
    pub(super) fn of(&self, exchange: &Exchange, method: &str) -> Result<String, Box<Failure>> {
        let (data, uri) = (&self.data, &exchange.request.uri);
        let mut key = String::with_capacity(128);
        let mut add = |part: &str| {
            key.push_str(&part.len().to_string());
            key.push(':');
            key.push_str(part);
        };
        add(&data.scope);
        add(method);
        if data.route {
            add(exchange.route.as_ref().map_or("", |route| route.id.as_str()));
        }
        if data.consumer {
            add(exchange.identity.as_ref().map_or("", |who| who.consumer.as_str()));
        }
        if data.host {
            add(&exchange.host().to_ascii_lowercase());
        }
        match data.path {
            Some(CachePath::Exact) => add(uri.path()),
            Some(CachePath::AnyCase) => add(&uri.path().to_lowercase()),
            None => {}
        }
        let query = self.query(uri.query().unwrap_or(""));
        add(&query.len().to_string());
        for (name, value) in query {
            add(&String::from_utf8_lossy(&name));
            add(&String::from_utf8_lossy(&value));
        }
        for name in &self.headers {
            let values = exchange.request.headers.get_all(name);
            add(&values.iter().count().to_string());
            values.iter().for_each(|value| add(&String::from_utf8_lossy(value.as_bytes())));
        }
        data.texts.iter().for_each(|text| add(&fill(text, exchange)));
        values(&self.parts, exchange)?.iter().for_each(|value| add(value));
        Ok(key)
    }

    /// The parameters that count, in an order of their own.
    fn query<'q>(&self, text: &'q str) -> Vec<Parameter<'q>> {
        let counts = |name: &[u8]| match &self.data.query {
            CacheQuery::All => true,
            CacheQuery::Of(names) => names.iter().any(|one| one.as_bytes() == name),
            CacheQuery::Nothing => false,
        };
        let mut all: Vec<_> = query::pairs(text).filter(|(name, _)| counts(name)).collect();
        all.sort_unstable();
        all
    }
}

/// SHA-256 of a key, in hex digits: others may see it.
pub(super) fn digest(key: &str) -> String {
    const_hex::encode(sha(&SHA256, key.as_bytes()).as_ref())
}

//! A key that names the client.

use super::gate::Gate;
use crate::exchange::Exchange;
use crate::rewrite::fields::Fields;
use crate::{Outcome, Policy, Running, query};
use http::HeaderName;
use model::policy::Case;
use std::borrow::Cow;

/// Looks for a key and makes its owner the exchange's identity.
pub(crate) struct KeyAuth {
    pub(crate) gate: Gate,
    pub(crate) headers: Vec<HeaderName>,
    pub(crate) query: Vec<String>,
    pub(crate) body: Vec<String>,
    pub(crate) by_name: bool,
    pub(crate) hide: bool,
}

impl Policy for KeyAuth {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Running<'a> {
        if self.gate.passes(exchange) {
            return Running::Done(Outcome::Continue);
        }
        if self.body.is_empty() {
            return Running::Done(self.judge(exchange, None));
        }
        Running::Wait(Box::pin(self.judge_with_body(exchange)))
    }
}

/// What stands in one place.
enum Found<'a> {
    Nothing,
    Key(Cow<'a, str>),
    /// More than one, or no text.
    Several,
}

impl KeyAuth {
    async fn judge_with_body(&self, exchange: &mut Exchange) -> Outcome {
        let bytes = match exchange.hold_body().await {
            Ok(bytes) => bytes,
            Err(failure) => return Outcome::Fail(failure),
        };
        let fields = Fields::read(&exchange.request.headers, &bytes);
        self.judge(exchange, fields)
    }

    fn judge(&self, exchange: &mut Exchange, body: Option<Fields>) -> Outcome {
        let found = match self.find(exchange, body.as_ref()) {
            Found::Nothing => Err((Case::Absent, "this route wants a key")),
            Found::Key(key) if key.is_empty() => Err((Case::Absent, "this route wants a key")),
            Found::Several => Err((Case::Several, "the request shows more than one key")),
            Found::Key(key) => self.gate.consumers.by_key(&key).ok_or((Case::Unknown, "this key is not known here")),
        };
        if self.hide {
            self.take_off(exchange, body);
        }
        match found {
            Ok(owner) => self.gate.admit(exchange, &owner, None),
            Err((case, usual)) => self.gate.refuse(exchange, case, usual, ""),
        }
    }

    fn find<'e>(&self, exchange: &'e Exchange, body: Option<&'e Fields>) -> Found<'e> {
        let places = self.headers.len().max(self.query.len()).max(self.body.len());
        if self.by_name {
            return first((0..places).flat_map(|at| {
                let header = self.headers.get(at).map(|name| in_header(exchange, name));
                let query = self.query.get(at).map(|name| in_query(exchange, name));
                header.into_iter().chain(query).chain(self.body.get(at).map(|name| in_body(body, name)))
            }));
        }
        let headers = self.headers.iter().map(|name| in_header(exchange, name));
        let query = self.query.iter().map(|name| in_query(exchange, name));
        first(headers.chain(query).chain(self.body.iter().map(|name| in_body(body, name))))
    }

    fn take_off(&self, exchange: &mut Exchange, body: Option<Fields>) {
        for name in &self.headers {
            exchange.request.headers.remove(name);
        }
        if !self.query.is_empty() {
            query::remove(&mut exchange.request.uri, &self.query);
            if let Some(received) = &mut exchange.received {
                query::remove(received, &self.query);
            }
        }
        if let Some(mut fields) = body {
            let before = fields.len();
            self.body.iter().for_each(|name| fields.remove(name));
            if fields.len() != before {
                exchange.replace_body(fields.write());
            }
        }
    }
}

fn first<'a>(mut places: impl Iterator<Item = Found<'a>>) -> Found<'a> {
    places.find(|found| !matches!(found, Found::Nothing)).unwrap_or(Found::Nothing)
}

fn in_header<'e>(exchange: &'e Exchange, name: &HeaderName) -> Found<'e> {
    let mut values = exchange.request.headers.get_all(name).iter();
    let Some(value) = values.next() else { return Found::Nothing };
    match (std::str::from_utf8(value.as_bytes()), values.next()) {
        (Ok(text), None) => Found::Key(Cow::Borrowed(text)),
        _ => Found::Several,
    }
}

fn in_query<'e>(exchange: &'e Exchange, name: &str) -> Found<'e> {
    let mut values = query::values(exchange.request.uri.query().unwrap_or(""), name);
    let Some(value) = values.next() else { return Found::Nothing };
    match (String::from_utf8(value.into_owned()), values.next()) {
        (Ok(text), None) => Found::Key(Cow::Owned(text)),
        _ => Found::Several,
    }
}

fn in_body<'e>(body: Option<&'e Fields>, name: &str) -> Found<'e> {
    let values = body.map(|fields| fields.texts(name)).unwrap_or_default();
    match <[_; 1]>::try_from(values) {
        Ok([key]) => Found::Key(key),
        Err(none) if none.is_empty() => Found::Nothing,
        Err(_) => Found::Several,
    }
}

#[cfg(test)]
mod tests;

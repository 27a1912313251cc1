//! The response and a function's reply, as expressions see them.

use super::request::{Headers, headers};
use super::text;
use crate::learned::{KeptReply, Learned};
use bytes::Bytes;
use expr::el::content;
use expr::{Lookup, Value};
use net::Body;

pub(super) struct Response<'e> {
    status: u16,
    headers: Headers<'e>,
    content: Option<&'e Bytes>,
}

impl<'e> Response<'e> {
    pub(super) fn of(response: &'e http::Response<Body>, learned: Option<&Learned>) -> Self {
        static EMPTY: Bytes = Bytes::new();
        let read = learned.is_some_and(|learned| learned.response_read);
        let content = match response.body() {
            Body::Full(bytes) if read => Some(bytes),
            Body::Empty if read => Some(&EMPTY),
            _ => None,
        };
        Self { status: response.status().as_u16(), headers: Headers(response.headers()), content }
    }
}

impl Lookup for Response<'_> {
    fn get(&self, name: &str) -> Option<Value<'_>> {
        Some(match name {
            "status" => Value::Int(self.status.into()),
            "headers" => headers(&self.headers),
            "content" => self.content.map_or(Value::Null, |bytes| Value::Str(text(bytes))),
            "jsonContent" => self.content.map_or(Value::Null, |bytes| content::json(&text(bytes))),
            "xmlContent" => self.content.map_or(Value::Null, |bytes| content::xml(&text(bytes))),
            _ => return None,
        })
    }
}

/// A function's reply.
pub(super) struct Reply<'e> {
    kept: &'e KeptReply,
    headers: Option<Headers<'e>>,
}

impl<'e> Reply<'e> {
    pub(super) fn of(kept: &'e KeptReply) -> Self {
        Self { kept, headers: kept.whole.as_ref().map(|whole| Headers(&whole.headers)) }
    }
}

impl Lookup for Reply<'_> {
    fn get(&self, name: &str) -> Option<Value<'_>> {
        let whole = self.kept.whole.as_ref();
        Some(match name {
            "status" => Value::Int(self.kept.status.into()),
            "content" => Value::Str(text(&self.kept.content)),
            "headers" => self.headers.as_ref().map(headers)?,
            "log" => whole.map(|whole| whole.log.as_deref().map_or(Value::Null, Value::from))?,
            "functionError" => whole.map(|whole| whole.function_error.as_deref().map_or(Value::Null, Value::from))?,
            _ => return None,
        })
    }
}

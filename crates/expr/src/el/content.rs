//! What a world makes of texts for its expressions: a path's parts, a body as JSON and as XML.

use super::xml;
use crate::json;
use crate::limits::{Budget, Limits};
use crate::value::{List, Map, Sequence, Text, Value};

/// The parts of a path between slashes, as `String.split` cuts it: the first is empty.
pub fn segments<'t>(path: &Text<'t>) -> Value<'t> {
    let trimmed = path.trim_end_matches('/');
    let start = path.as_ptr() as usize;
    let part = |part: &str| {
        let from = part.as_ptr() as usize - start;
        Value::Str(path.slice(from, from + part.len()))
    };
    let parts = if trimmed.is_empty() { Vec::new() } else { trimmed.split('/').map(part).collect() };
    Value::List(List::of(Sequence::Array("java.lang.String"), parts))
}

/// A body as JSON; an empty map where it is none.
pub fn json<'t>(text: &Text<'t>) -> Value<'t> {
    let limits = Limits::default();
    match json::read(text, &mut Budget::new(&limits)) {
        Ok(json @ (Value::Map(_) | Value::List(_))) => json,
        _ => Value::Map(Map::new(Vec::new())),
    }
}

/// A body as a map of its XML; an empty one where it is none.
pub fn xml<'t>(text: &Text<'t>) -> Value<'t> {
    let limits = Limits::default();
    xml::read(text, &mut Budget::new(&limits)).unwrap_or_else(|_| Value::Map(Map::new(Vec::new())))
}

//! Parts of a held body: of JSON, of a form, of its multipart kind.

use crate::predicate::Asked;
use crate::rewrite::fields::Fields;
use bytes::Bytes;
use expr::vars::Fact;
use http::header::CONTENT_TYPE;
use model::variable::{BodyPath, BodyStep};
use net::Body;
use serde_json::Value;

/// The body, once it is held; whoever asks before is noted.
pub(super) fn held<'a>(asked: &'a Asked<'_>) -> Option<&'a Bytes> {
    match &asked.exchange?.body {
        Body::Full(bytes) => Some(bytes),
        Body::Empty => None,
        _ => {
            if let Some(wants) = asked.wants_body {
                wants.set(true);
            }
            None
        }
    }
}

/// What the path leads to.
pub(super) fn part(asked: &Asked<'_>, path: &BodyPath) -> Option<Fact<'static>> {
    let bytes = held(asked)?;
    if !is_json(asked) {
        let fields = Fields::read(asked.headers, bytes)?;
        let text = fields.texts(path.name()?).into_iter().next()?.into_owned();
        return Some(Fact::from(text));
    }
    let body: Value = serde_json::from_slice(bytes).ok()?;
    let mut found = vec![&body];
    for step in &path.steps {
        found = found.into_iter().flat_map(|value| into(value, step)).take(FOUND).collect();
    }
    if path.many() {
        return (!found.is_empty()).then(|| Fact::List(found.into_iter().filter_map(fact).collect()));
    }
    found.first().copied().and_then(fact)
}

/// A list that a path leads to has so many values at most.
const FOUND: usize = 10_000;

fn is_json(asked: &Asked<'_>) -> bool {
    let media = asked.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let media = media.split(';').next().unwrap_or("").trim();
    media.eq_ignore_ascii_case("application/json") || media.to_ascii_lowercase().ends_with("+json")
}

fn into<'v>(value: &'v Value, step: &BodyStep) -> Vec<&'v Value> {
    match (step, value) {
        (BodyStep::Name(name), Value::Object(members)) => members.get(name).into_iter().collect(),
        (BodyStep::Index(at), Value::Array(items)) => items.get(*at).into_iter().collect(),
        (BodyStep::Every, Value::Array(items)) => items.iter().collect(),
        (BodyStep::Every, Value::Object(members)) => members.values().collect(),
        _ => Vec::new(),
    }
}

fn fact(value: &Value) -> Option<Fact<'static>> {
    Some(match value {
        Value::Null | Value::Object(_) => return None,
        Value::Bool(value) => Fact::Bool(*value),
        Value::Number(number) => Fact::Number(number.as_f64()?),
        Value::String(text) => Fact::from(text.clone()),
        Value::Array(items) => Fact::List(items.iter().filter_map(flat).collect()),
    })
}

/// An element of a list; lists in lists are left out.
fn flat(value: &Value) -> Option<Fact<'static>> {
    if value.is_array() { None } else { fact(value) }
}

//! A reply whose members stand over what the call gave, each where it is there: status, header fields, the payload as
//! the body.

use super::{BadField, Malformed, add, bad_field, over, response};
use bytes::Bytes;
use http::header::HeaderMap;
use http::{Response, StatusCode};
use model::call::ReplyRules;
use net::Body;
use serde_json::{Map, Value};
use std::borrow::Cow;

/// `base` are the header fields that stand where the reply has none of the name.
pub(super) fn read(
    rules: &ReplyRules,
    answered: StatusCode,
    base: HeaderMap,
    payload: &Bytes,
) -> Result<Response<Body>, Malformed> {
    let reply: Value =
        serde_json::from_slice(payload).map_err(|cause| Malformed::from(format!("it is not JSON ({cause})")))?;
    let Value::Object(members) = reply else { return Ok(response(rules, answered, base, payload.clone())) };
    let status = match members.get("statusCode") {
        None | Some(Value::Null) => answered,
        Some(code) => status(code)?,
    };
    let headers = match members.get("headers") {
        Some(Value::Object(fields)) => headers(fields)?,
        Some(_) | None => HeaderMap::new(),
    };
    Ok(response(rules, status, over(base, headers), body(members.get("body"), payload)))
}

fn status(code: &Value) -> Result<StatusCode, Malformed> {
    let number = code.as_u64().filter(|code| (200..600).contains(code)).and_then(|code| u16::try_from(code).ok());
    let status = number.and_then(|code| StatusCode::from_u16(code).ok());
    status.ok_or_else(|| format!("statusCode is {code}; it must be a whole number from 200 to 599").into())
}

fn headers(fields: &Map<String, Value>) -> Result<HeaderMap, Malformed> {
    let mut headers = HeaderMap::new();
    for (name, value) in fields {
        let values = match value {
            Value::Array(values) => values.as_slice(),
            one => std::slice::from_ref(one),
        };
        for value in values {
            let text = match value {
                Value::Null | Value::Array(_) | Value::Object(_) => continue,
                Value::String(text) => Cow::Borrowed(text.as_str()),
                Value::Bool(_) | Value::Number(_) => value.to_string().into(),
            };
            add(&mut headers, name, &text).map_err(|bad: BadField| bad_field("headers", name, &bad))?;
        }
    }
    Ok(headers)
}

fn body(body: Option<&Value>, payload: &Bytes) -> Bytes {
    match body {
        None | Some(Value::Null) => payload.clone(),
        Some(Value::String(text)) => Bytes::copy_from_slice(text.as_bytes()),
        Some(list @ (Value::Array(_) | Value::Object(_))) => format!("{list}\n").into(),
        Some(scalar @ (Value::Bool(_) | Value::Number(_))) => scalar.to_string().into(),
    }
}

//! The checks of a proxy reply one after the other, each told to the client in a few words.
//!
//! For the log the same is said at length, with a remedy.

use super::shape::{Loose, Map, Object, Shape, Values};
use super::{Malformed, body, flag, syntax};
use crate::headers::is_hop_by_hop;
use bytes::Bytes;
use http::header::{CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue, SET_COOKIE};
use http::{Response, StatusCode};
use model::call::ReplyRules;
use net::Body;
use std::borrow::Cow;

/// `base` are the header fields that stand where the reply has none of the name.
pub(super) fn read(rules: &ReplyRules, base: HeaderMap, payload: &Bytes) -> Result<Response<Body>, Malformed> {
    let inner;
    let payload = match serde_json::from_slice(payload) {
        Ok(Shape::Other(Loose::Text(text))) if rules.nested => {
            inner = Bytes::from(text.into_owned());
            &inner
        }
        Ok(_) | Err(_) => payload,
    };
    match serde_json::from_slice(payload) {
        Ok(Shape::Object(object)) => object_of(base, &object, payload),
        Ok(Shape::Other(Loose::List)) => Err(wrong("statusCode validation failed", "it is a list, not an object")),
        Ok(Shape::Other(_)) => Err(wrong("proxy response must be json format", "it is not an object")),
        Err(cause) => Err(Malformed {
            detail: format!("it is not JSON ({cause}); return an object with statusCode").into(),
            reason: Some(syntax::fault(payload).unwrap_or_else(|| cause.to_string()).into()),
        }),
    }
}

fn object_of(mut headers: HeaderMap, object: &Object<'_>, payload: &Bytes) -> Result<Response<Body>, Malformed> {
    let status = status(object.status_code.as_ref())?;
    let single = match &object.headers {
        None => &[][..],
        Some(Map::Members(all)) => all.as_slice(),
        Some(Map::Other(Loose::List)) => &[],
        Some(Map::Other(other)) => return Err(wrong_kind("headers must be a table", "headers", other, "an object")),
    };
    if let Some(Loose::Null) = object.body {
        return Err(wrong("body must be a string", "body is null; leave it out, or make it \"\""));
    }
    let failed = |reason| move |detail: Malformed| Malformed { reason: Some(Cow::Borrowed(reason)), ..detail };
    if !matches!(object.body, None | Some(Loose::Text(_))) {
        body(payload, &object.body, false).map_err(failed("body must be a string"))?;
    }
    if let Some(Loose::Null) = object.is_base64_encoded {
        let detail = "isBase64Encoded is null; leave it out, or make it false";
        return Err(wrong("isBase64Encoded must be a boolean", detail));
    }
    let encoded = flag("isBase64Encoded", &object.is_base64_encoded);
    let encoded = encoded.map_err(failed("isBase64Encoded must be a boolean"))?;
    let body = body(payload, &object.body, encoded).map_err(failed("body must be base64"))?;
    for (name, value) in single {
        put(&mut headers, name, std::slice::from_ref(value))?;
    }
    multiple(&mut headers, object)?;
    let bodiless = status == StatusCode::NO_CONTENT || status == StatusCode::NOT_MODIFIED;
    let mut response = Response::new(if bodiless { Body::Empty } else { Body::from(body) });
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    Ok(response)
}

/// A number, or a text that is one. What no final response has as a status is wrong as well.
fn status(code: Option<&Loose<'_>>) -> Result<StatusCode, Malformed> {
    let number = match code {
        Some(Loose::Number(number)) => number.as_f64(),
        Some(Loose::Text(text)) => text.trim().parse().ok(),
        None | Some(Loose::Null | Loose::Bool(_) | Loose::List | Loose::Object) => None,
    };
    let good = number.filter(|number: &f64| (200.0..600.0).contains(number));
    if let Some(status) = good.and_then(|number| StatusCode::from_u16(number as u16).ok()) {
        return Ok(status);
    }
    let detail = match code {
        None => "statusCode is missing; return an object with it, such as {\"statusCode\": 200}".into(),
        Some(code) => format!("statusCode is {}; it must be a number from 200 to 599", code.shown()),
    };
    Err(Malformed { detail: detail.into(), reason: Some("statusCode validation failed".into()) })
}

fn multiple(headers: &mut HeaderMap, object: &Object<'_>) -> Result<(), Malformed> {
    let all = match &object.multi_value_headers {
        None | Some(Map::Other(Loose::Null | Loose::List)) => return Ok(()),
        Some(Map::Members(all)) => all,
        Some(Map::Other(other)) => {
            return Err(wrong_kind("multiValueHeaders must be a table", "multiValueHeaders", other, "an object"));
        }
    };
    for (name, values) in all {
        match values {
            Values::List(values) => put(headers, name, values)?,
            Values::One(Loose::Null) => {}
            Values::One(value) => put(headers, name, std::slice::from_ref(value))?,
        }
    }
    Ok(())
}

/// Sets a field, whatever it was before. Cookies of several spellings add up.
fn put(headers: &mut HeaderMap, name: &str, values: &[Loose<'_>]) -> Result<(), Malformed> {
    let bad = |what: &str| {
        let detail = format!("the header field {name:?} {what}");
        Malformed { detail: detail.into(), reason: Some("headers must be strings".into()) }
    };
    let field = HeaderName::from_bytes(name.as_bytes()).map_err(|_| bad("has a name that cannot be sent"))?;
    if is_hop_by_hop(&field) || field == CONTENT_LENGTH {
        return Ok(());
    }
    if field != SET_COOKIE {
        headers.remove(&field);
    }
    for value in values {
        let Some(text) = value.scalar() else { return Err(bad(&format!("is {}; it must be a text", value.shown()))) };
        let value = HeaderValue::from_bytes(text.trim().as_bytes());
        headers.append(field.clone(), value.map_err(|_| bad("has line breaks or other control characters"))?);
    }
    Ok(())
}

fn wrong(reason: &'static str, detail: &'static str) -> Malformed {
    Malformed { detail: detail.into(), reason: Some(reason.into()) }
}

fn wrong_kind(reason: &'static str, name: &str, found: &Loose<'_>, wanted: &str) -> Malformed {
    let detail = format!("{name} is {}; it must be {wanted}", found.shown());
    Malformed { detail: detail.into(), reason: Some(reason.into()) }
}

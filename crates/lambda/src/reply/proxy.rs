//! A JSON object with `statusCode`, `headers`, `body` and the like: the union of API Gateway's versions 1.0 and 2.0.
//!
//! Unknown members are never refused. Without `statusCode` the payload itself is the body, byte for byte, where the
//! rules infer. With it every member must be what it should be: a body that is not a string is malformed, since it
//! is a string at AWS too, and guessing would hide the mistake.

mod ordered;
mod partial;
mod shape;
mod syntax;

use super::headers::{BadField, add, expose, set};
use super::mirror;
use crate::error::{Blame, CallError};
use crate::event::LIMIT;
use crate::invoke::{Invoked, outcome};
use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue, SET_COOKIE};
use http::{Response, StatusCode};
use model::answer::FailureKind;
use model::call::{ReplyChecks, ReplyRules};
use net::Body;
use shape::{Loose, Shape, Values};
use std::borrow::Cow;

/// What is wrong with a reply.
struct Malformed {
    /// What, where, and what would be right.
    detail: Cow<'static, str>,
    /// The same for clients, where the rules tell them.
    reason: Option<Cow<'static, str>>,
}

impl From<String> for Malformed {
    fn from(detail: String) -> Self {
        Self { detail: detail.into(), reason: None }
    }
}

impl From<&'static str> for Malformed {
    fn from(detail: &'static str) -> Self {
        Self { detail: detail.into(), reason: None }
    }
}

pub(super) async fn read(rules: &ReplyRules, invoked: Invoked, expose_log: bool) -> Result<Response<Body>, CallError> {
    let base = if rules.call_headers { mirror::passed(&invoked, expose_log) } else { HeaderMap::new() };
    let Invoked { status, body, aws_request_id, log_tail, .. } = invoked;
    let payload = match body.hold(LIMIT).await {
        Ok(payload) => payload,
        Err(error) => return Err(outcome::body_failure(&error, aws_request_id)),
    };
    match interpret(rules, status, base, &payload) {
        Ok(mut response) => {
            if expose_log {
                expose(response.headers_mut(), log_tail.as_deref());
            }
            Ok(response)
        }
        Err(problem) => {
            let detail = format!("the function's reply is malformed: {}", problem.detail);
            let error = CallError::after(FailureKind::MalformedReply, Blame::Function, detail);
            Err(CallError { aws_request_id, reason: problem.reason.map(|reason| reason.into()), ..error })
        }
    }
}

/// `answered` is the status of the call: 202 and 204 come without a reply, and it stands where the reply has none.
fn interpret(
    rules: &ReplyRules,
    answered: StatusCode,
    base: HeaderMap,
    payload: &Bytes,
) -> Result<Response<Body>, Malformed> {
    if payload.is_empty() && answered != StatusCode::OK {
        let mut response = Response::new(Body::Empty);
        *response.status_mut() = answered;
        *response.headers_mut() = base;
        return Ok(response);
    }
    match rules.checks {
        ReplyChecks::Ordered => ordered::read(rules, base, payload),
        ReplyChecks::Detailed => detailed(rules, answered, base, payload),
        ReplyChecks::Partial => partial::read(rules, answered, base, payload),
    }
}

fn detailed(
    rules: &ReplyRules,
    answered: StatusCode,
    base: HeaderMap,
    payload: &Bytes,
) -> Result<Response<Body>, Malformed> {
    let shape: Shape<'_> = match serde_json::from_slice(payload) {
        Ok(shape) => shape,
        Err(cause) => return Err(format!("it is not JSON ({cause}); return an object with statusCode").into()),
    };
    let object = match shape {
        Shape::Object(object) => object,
        Shape::Other(Loose::Text(text)) if rules.nested && text.trim_start().starts_with('{') => {
            return detailed(rules, answered, base, &Bytes::from(text.into_owned()));
        }
        Shape::Other(_) => return inferred(rules, answered, base, payload, "it is not an object"),
    };
    let Some(code) = &object.status_code else {
        return inferred(rules, answered, base, payload, "statusCode is missing");
    };
    let status = status(code)?;
    let mut headers = HeaderMap::new();
    cookies(&mut headers, &object.cookies)?;
    single(&mut headers, &object.headers)?;
    multiple(&mut headers, &object.multi_value_headers)?;
    let encoded = flag("isBase64Encoded", &object.is_base64_encoded)? | flag("base64Encoded", &object.base64_encoded)?;
    let body = body(payload, &object.body, encoded)?;
    Ok(response(rules, status, over(base, headers), body))
}

/// The fields of the reply over those of the call.
fn over(mut base: HeaderMap, headers: HeaderMap) -> HeaderMap {
    if base.is_empty() {
        return headers;
    }
    for name in headers.keys() {
        base.remove(name);
    }
    for (name, value) in &headers {
        base.append(name.clone(), value.clone());
    }
    base
}

/// Version 2.0's inference: the payload is the body.
fn inferred(
    rules: &ReplyRules,
    answered: StatusCode,
    base: HeaderMap,
    payload: &Bytes,
    why_not: &'static str,
) -> Result<Response<Body>, Malformed> {
    if !rules.infer {
        return Err(format!("{why_not}; return an object with statusCode, such as {{\"statusCode\": 200}}").into());
    }
    Ok(response(rules, answered, base, payload.clone()))
}

fn response(rules: &ReplyRules, status: StatusCode, mut headers: HeaderMap, body: Bytes) -> Response<Body> {
    let bodiless = status == StatusCode::NO_CONTENT || status == StatusCode::NOT_MODIFIED;
    if !bodiless && !headers.contains_key(CONTENT_TYPE) {
        let default = rules.default_content_type.as_deref().and_then(|media| HeaderValue::from_str(media).ok());
        default.map(|media| headers.insert(CONTENT_TYPE, media));
    }
    let mut response = Response::new(if bodiless { Body::Empty } else { Body::from(body) });
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

fn status(code: &Loose<'_>) -> Result<StatusCode, Malformed> {
    let number = match code {
        Loose::Number(number) => number.as_f64(),
        Loose::Text(text) => text.trim().parse::<u16>().ok().map(f64::from),
        Loose::Null | Loose::Bool(_) | Loose::List | Loose::Object => None,
    };
    let whole = number.filter(|number| number.fract() == 0.0 && (200.0..600.0).contains(number));
    match whole.and_then(|number| StatusCode::from_u16(number as u16).ok()) {
        Some(status) => Ok(status),
        None => Err(format!("statusCode is {}; it must be a whole number from 200 to 599", code.shown()).into()),
    }
}

fn flag(name: &str, flag: &Option<Loose<'_>>) -> Result<bool, Malformed> {
    match flag {
        None | Some(Loose::Null) => Ok(false),
        Some(Loose::Bool(flag)) => Ok(*flag),
        Some(other) => Err(format!("{name} is {}; it must be true or false", other.shown()).into()),
    }
}

fn cookies(headers: &mut HeaderMap, cookies: &Option<Values<'_>>) -> Result<(), Malformed> {
    let all = match cookies {
        None | Some(Values::One(Loose::Null)) => return Ok(()),
        Some(Values::List(all)) => all,
        Some(Values::One(other)) => {
            return Err(format!("cookies is {}; it must be a list of strings", other.shown()).into());
        }
    };
    for (index, cookie) in all.iter().enumerate() {
        let Loose::Text(text) = cookie else {
            return Err(format!("cookies[{index}] is {}; it must be a string", cookie.shown()).into());
        };
        let value = HeaderValue::from_bytes(text.trim().as_bytes())
            .map_err(|_| format!("cookies[{index}] has line breaks or other control characters; remove them"))?;
        headers.append(SET_COOKIE, value);
    }
    Ok(())
}

fn single(headers: &mut HeaderMap, map: &Option<shape::Map<'_, Loose<'_>>>) -> Result<(), Malformed> {
    for (name, value) in members("headers", map)? {
        match value.scalar() {
            Some(text) => set(headers, name, &text).map_err(|bad| bad_field("headers", name, &bad))?,
            None if matches!(value, Loose::Null) => {}
            None => {
                return Err(format!(
                    "headers[{name:?}] is {}; it must be a string, number or boolean (several values go into \
                     multiValueHeaders)",
                    value.shown()
                )
                .into());
            }
        }
    }
    Ok(())
}

fn multiple(headers: &mut HeaderMap, map: &Option<shape::Map<'_, Values<'_>>>) -> Result<(), Malformed> {
    for (name, values) in members("multiValueHeaders", map)? {
        let all = match values {
            Values::List(all) => all.as_slice(),
            Values::One(Loose::Null) => &[],
            Values::One(one) => std::slice::from_ref(one),
        };
        for value in all {
            let Some(text) = value.scalar() else {
                let shown = value.shown();
                return Err(format!("multiValueHeaders[{name:?}] has {shown}; it must be a list of strings").into());
            };
            add(headers, name, &text).map_err(|bad| bad_field("multiValueHeaders", name, &bad))?;
        }
    }
    Ok(())
}

fn members<'s, V>(
    place: &str,
    map: &'s Option<shape::Map<'_, V>>,
) -> Result<impl Iterator<Item = (&'s str, &'s V)> + use<'s, V>, Malformed> {
    let all = match map {
        None => &[][..],
        Some(shape::Map::Members(all)) => all.as_slice(),
        Some(shape::Map::Other(Loose::Null)) => &[],
        Some(shape::Map::Other(other)) => {
            return Err(format!("{place} is {}; it must be an object", other.shown()).into());
        }
    };
    Ok(all.iter().map(|(name, value)| (&**name, value)))
}

fn bad_field(place: &str, name: &str, bad: &BadField) -> Malformed {
    match bad {
        BadField::Name => format!("{place}[{name:?}]: this is no header name; use letters, digits and -").into(),
        BadField::Value => {
            format!("{place}[{name:?}]: the value has line breaks or other control characters; remove them").into()
        }
    }
}

fn body(payload: &Bytes, body: &Option<Loose<'_>>, encoded: bool) -> Result<Bytes, Malformed> {
    let text = match body {
        None | Some(Loose::Null) => return Ok(Bytes::new()),
        Some(Loose::Text(text)) => text,
        Some(other) => {
            return Err(format!(
                "body is {}; it must be a string: turn it into text with JSON.stringify or json.dumps",
                other.shown()
            )
            .into());
        }
    };
    if encoded {
        return decode(text).ok_or_else(|| "body is not base64, though isBase64Encoded is true".into());
    }
    Ok(match text {
        Cow::Borrowed(text) => payload.slice_ref(text.as_bytes()), // without escapes: no copy
        Cow::Owned(text) => Bytes::from(text.clone()),
    })
}

/// Some libraries leave the padding away; it is not needed to know what is meant.
fn decode(text: &str) -> Option<Bytes> {
    if let Ok(bytes) = base64_simd::STANDARD.decode_to_vec(text) {
        return Some(bytes.into());
    }
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    GeneralPurpose::new(&STANDARD, config).decode(text).ok().map(Bytes::from)
}

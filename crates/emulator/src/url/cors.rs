//! CORS of a function URL: preflights are answered without the function, other answers get fields added.
//!
//! As in AWS what the function itself says is kept beside that, even where the same field then stands there twice.

use crate::body::Body;
use crate::function::Cors;
use crate::reply::Reply;
use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD,
    HeaderMap, HeaderName, ORIGIN, VARY,
};
use http::request::Parts;
use http::{HeaderValue, Method, Response};

/// The answer to a preflight; nothing for any other request.
pub(super) fn preflight(cors: &Cors, head: &Parts) -> Option<Reply> {
    let origin = head.headers.get(ORIGIN).filter(|_| head.headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD))?;
    if head.method != Method::OPTIONS {
        return None;
    }
    let mut reply = Response::new(Body::default());
    let fields = reply.headers_mut();
    if allow(cors, origin, fields) {
        list(fields, ACCESS_CONTROL_ALLOW_METHODS, &cors.allow_methods);
        list(fields, ACCESS_CONTROL_ALLOW_HEADERS, &cors.allow_headers);
        if let Some(age) = cors.max_age {
            fields.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from(age.as_secs()));
        }
    }
    Some(reply)
}

/// Adds what the page that asked may do with the answer.
pub(super) fn tell(cors: &Cors, origin: Option<&HeaderValue>, fields: &mut HeaderMap) {
    if origin.is_some_and(|origin| allow(cors, origin, fields)) {
        list(fields, ACCESS_CONTROL_EXPOSE_HEADERS, &cors.expose_headers);
    }
}

/// Says that this origin may, if it may.
fn allow(cors: &Cors, origin: &HeaderValue, fields: &mut HeaderMap) -> bool {
    let is_any = cors.allow_origins.iter().any(|allowed| allowed == "*");
    let is_named = cors.allow_origins.iter().any(|allowed| allowed.as_bytes().eq_ignore_ascii_case(origin.as_bytes()));
    if !is_any && !is_named {
        return false;
    }
    // Browsers take no `*` where cookies may be sent.
    let is_told_as_any = is_any && !cors.allow_credentials;
    let told = if is_told_as_any { HeaderValue::from_static("*") } else { origin.clone() };
    fields.append(ACCESS_CONTROL_ALLOW_ORIGIN, told);
    if !is_told_as_any {
        fields.append(VARY, HeaderValue::from_static("Origin"));
    }
    if cors.allow_credentials {
        fields.append(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    }
    true
}

fn list(fields: &mut HeaderMap, name: HeaderName, values: &[String]) {
    if let Some(value) = HeaderValue::from_str(&values.join(",")).ok().filter(|value| !value.is_empty()) {
        fields.append(name, value);
    }
}

//! Answers as HTTP: the few shapes that all APIs here share.

use crate::body::Body;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Response, StatusCode};

/// What every API here answers.
pub(crate) type Reply = Response<Body>;

/// A body of a type.
pub(crate) fn of(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Reply {
    let mut reply = Response::new(Body::Whole(body.into()));
    *reply.status_mut() = status;
    reply.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    reply
}

/// JSON.
pub(crate) fn json(status: StatusCode, body: impl Into<Bytes>) -> Reply {
    of(status, "application/json", body)
}

/// An error of one of AWS's APIs: its type stands in a header.
pub(crate) fn error(status: StatusCode, kind: &'static str, body: impl Into<Bytes>) -> Reply {
    let mut reply = json(status, body);
    reply.headers_mut().insert("x-amzn-errortype", HeaderValue::from_static(kind));
    reply
}

/// Sets a field, unless its value is none that a header can hold.
pub(crate) fn tell(headers: &mut HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

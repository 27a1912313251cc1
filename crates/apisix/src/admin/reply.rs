//! Answers of the Admin API, and what is said instead.

use crate::entity::VERSION;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use http::{Response, StatusCode};
use serde_json::{Value, json};
use store::StoreError;

/// An answer before it is bytes.
#[derive(Clone, Debug)]
pub(super) struct Reply {
    status: StatusCode,
    body: Body,
    headers: Vec<(&'static str, String)>,
}

#[derive(Clone, Debug)]
enum Body {
    None,
    Json(Value),
    Text(&'static str, String),
}

/// An answer, or why there is none.
pub(super) type Answer = Result<Reply, Problem>;

/// Why a request is not answered as it wishes.
#[derive(Clone, Debug)]
pub(super) struct Problem(Box<Reply>);

const PLAIN: &str = "text/plain; charset=utf-8";

impl Reply {
    /// A status with an object.
    pub(super) fn json(status: StatusCode, body: Value) -> Self {
        Self { status, body: Body::Json(body), headers: Vec::new() }
    }

    /// 200.
    pub(super) fn ok(body: Value) -> Self {
        Self::json(StatusCode::OK, body)
    }

    /// A status and no body.
    pub(super) fn empty(status: StatusCode) -> Self {
        Self { status, body: Body::None, headers: Vec::new() }
    }

    /// A text of some type.
    pub(super) fn text(status: StatusCode, media: &'static str, text: impl Into<String>) -> Self {
        Self { status, body: Body::Text(media, text.into()), headers: Vec::new() }
    }

    /// The same with a field.
    pub(super) fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.headers.push((name, value.to_string()));
        self
    }

    /// As it is sent.
    pub(super) fn send(self, cors: bool, headless: bool) -> Response<Bytes> {
        let (media, bytes) = match self.body {
            Body::None => (None, Bytes::new()),
            Body::Json(value) => (Some("application/json"), (value.to_string() + "\n").into()),
            Body::Text(media, text) => (Some(media), text.into()),
        };
        let mut response = Response::new(if headless { Bytes::new() } else { bytes });
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        if let Some(media) = media {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(media));
        }
        let allowed = if cors { ALLOWED } else { &[] };
        for (name, value) in ALWAYS.iter().chain(allowed) {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        let server = ("server", format!("APISIX/{VERSION}"));
        for (name, value) in self.headers.into_iter().chain([server]) {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
        response
    }
}

const ALWAYS: &[(&str, &str)] = &[("x-api-version", "v3")];

/// What lets pages of other sites ask.
const ALLOWED: &[(&str, &str)] = &[
    ("access-control-allow-origin", "*"),
    ("access-control-allow-credentials", "true"),
    ("access-control-allow-headers", "*"),
    ("access-control-allow-methods", "*"),
    ("access-control-expose-headers", "*"),
    ("access-control-max-age", "3600"),
];

impl Problem {
    /// An answer that is a problem.
    pub(super) fn of(reply: Reply) -> Self {
        Self(Box::new(reply))
    }

    /// A status and a text, in the form of every complaint.
    pub(super) fn error(status: StatusCode, text: impl Into<String>) -> Self {
        Self::of(Reply::json(status, json!({"error_msg": text.into()})))
    }

    /// What was sent is wrong.
    pub(super) fn wrong(text: impl Into<String>) -> Self {
        Self::error(StatusCode::BAD_REQUEST, text)
    }

    /// There is nothing at this path.
    pub(super) fn nothing() -> Self {
        Self::error(StatusCode::NOT_FOUND, "not found")
    }

    /// There is no such kind of object.
    pub(super) fn unsupported(kind: &str) -> Self {
        Self::error(StatusCode::NOT_FOUND, format!("Unsupported resource type: {kind}"))
    }

    /// There is no such object.
    pub(super) fn no_object() -> Self {
        Self::of(Reply::json(StatusCode::NOT_FOUND, json!({"message": "Key not found"})))
    }

    /// The store does not answer.
    pub(super) fn away(error: &StoreError) -> Self {
        Self::error(StatusCode::SERVICE_UNAVAILABLE, error.to_string())
    }

    /// A text without any form.
    pub(super) fn plain(status: StatusCode, text: impl Into<String>) -> Self {
        Self::of(Reply::text(status, PLAIN, text))
    }

    /// The answer.
    pub(super) fn reply(self) -> Reply {
        *self.0
    }
}

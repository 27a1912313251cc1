//! Answers of the Admin API, with the header fields that the original sends.

use super::problem::Problem;
use crate::entity::VERSION;
use bytes::Bytes;
use http::header::{HeaderName, HeaderValue};
use http::{Response, StatusCode};
use serde_json::Value;
use std::time::Duration;

/// An answer before it is bytes.
#[derive(Clone, Debug)]
pub(super) struct Reply {
    status: StatusCode,
    body: Body,
}

#[derive(Clone, Debug)]
enum Body {
    None,
    Json(Value),
    Text(&'static str, String),
    /// The methods that a place has.
    Allowed(String),
}

/// An answer, or why there is none.
pub(super) type Answer = Result<Reply, Problem>;

const JSON: &str = "application/json; charset=utf-8";

impl Reply {
    /// 200.
    pub(super) fn ok(body: impl Into<Value>) -> Self {
        Self { status: StatusCode::OK, body: Body::Json(body.into()) }
    }

    /// 201.
    pub(super) fn created(body: impl Into<Value>) -> Self {
        Self { status: StatusCode::CREATED, body: Body::Json(body.into()) }
    }

    /// A status and no body.
    pub(super) fn empty(status: StatusCode) -> Self {
        Self { status, body: Body::None }
    }

    /// A text of some type.
    pub(super) fn text(status: StatusCode, media: &'static str, text: String) -> Self {
        Self { status, body: Body::Text(media, text) }
    }

    /// What may be asked of a place.
    pub(super) fn allowed(methods: &[&str]) -> Self {
        let mut all = methods.to_vec();
        all.extend(["OPTIONS", "HEAD"]);
        all.sort_unstable();
        all.dedup();
        Self { status: StatusCode::NO_CONTENT, body: Body::Allowed(all.join(", ")) }
    }

    /// The reply to a problem.
    pub(super) fn of(problem: &Problem) -> Self {
        let (status, body) = problem.answer();
        Self { status, body: Body::Json(body) }
    }

    /// As it is sent.
    pub(super) fn send(self, took: Duration) -> Response<Bytes> {
        let mut response = Response::new(Bytes::new());
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        let mut set = |name: &'static str, value: &str| {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        };
        set("access-control-allow-origin", "*");
        set("access-control-allow-credentials", "true");
        set("x-kong-admin-latency", &took.as_millis().to_string());
        set("server", &format!("kong/{VERSION}"));
        let bytes = match self.body {
            Body::None => Bytes::new(),
            Body::Json(value) => {
                set("content-type", JSON);
                written(&value).into()
            }
            Body::Text(media, text) => {
                set("content-type", media);
                text.into()
            }
            Body::Allowed(methods) => {
                set("allow", &methods);
                set("access-control-allow-methods", &methods);
                set("access-control-allow-headers", "Content-Type");
                Bytes::new()
            }
        };
        *response.body_mut() = bytes;
        response
    }
}

/// JSON in which slashes are escaped, as the original's is. A slash stands in texts only.
pub(super) fn written(value: &Value) -> String {
    value.to_string().replace('/', "\\/")
}

//! Problem details (RFC 9457): what a machine reads of a failure.

use crate::exchange::Exchange;
use crate::failure::Failure;
use http::{HeaderValue, StatusCode};
use net::Body;
use serde::Serialize;

pub(super) const MEDIA_TYPE: HeaderValue = HeaderValue::from_static("application/problem+json");

#[derive(Serialize)]
struct Problem<'a> {
    r#type: &'static str,
    title: &'a str,
    status: u16,
    #[serde(flatten)]
    failure: Option<Details<'a>>,
    request_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    aws_request_id: Option<&'a str>,
}

#[derive(Serialize)]
struct Details<'a> {
    detail: &'a str,
    code: &'static str,
    blame: &'static str,
}

impl<'a> Details<'a> {
    fn of(failure: &'a Failure) -> Self {
        Self { detail: &failure.public, code: failure.kind.code(), blame: failure.blame.as_str() }
    }
}

pub(super) fn body(status: StatusCode, exchange: &Exchange, failure: Option<&Failure>) -> Body {
    let problem = Problem {
        r#type: "about:blank",
        title: status.canonical_reason().unwrap_or("Failure"),
        status: status.as_u16(),
        failure: failure.map(Details::of),
        request_id: &exchange.id,
        aws_request_id: failure.and_then(|failure| failure.aws_request_id.as_deref()),
    };
    serde_json::to_vec(&problem).unwrap_or_default().into()
}

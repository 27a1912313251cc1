//! Problem details (RFC 9457): what a machine reads of a failure.

use crate::exchange::Exchange;
use crate::failure::Failure;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response, StatusCode};
use net::Body;
use serde::Serialize;

const MEDIA_TYPE: HeaderValue = HeaderValue::from_static("application/problem+json");

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
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    blame: Option<&'static str>,
}

impl<'a> Details<'a> {
    fn of(failure: &'a Failure) -> Self {
        Self { detail: &failure.public, code: Some(failure.kind.code()), blame: Some(failure.blame.as_str()) }
    }
}

/// The response with its media type. `message` speaks where there is no failure.
pub(super) fn response(
    status: StatusCode,
    exchange: &Exchange,
    failure: Option<&Failure>,
    message: Option<&str>,
) -> Response<Body> {
    let said = message.map(|message| match failure {
        Some(failure) => Details { detail: message, ..Details::of(failure) },
        None => Details { detail: message, code: None, blame: None },
    });
    let details = said.or_else(|| failure.map(Details::of));
    let aws_request_id = failure.and_then(|failure| failure.aws_request_id.as_deref());
    let mut response = Response::new(body(status, exchange, details, aws_request_id));
    response.headers_mut().insert(CONTENT_TYPE, MEDIA_TYPE);
    response
}

fn body(status: StatusCode, exchange: &Exchange, details: Option<Details<'_>>, aws_request_id: Option<&str>) -> Body {
    let problem = Problem {
        r#type: "about:blank",
        title: status.canonical_reason().unwrap_or("Failure"),
        status: status.as_u16(),
        failure: details,
        request_id: &exchange.id,
        aws_request_id,
    };
    serde_json::to_vec(&problem).unwrap_or_default().into()
}

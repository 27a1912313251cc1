//! What the Runtime API says back, in the words of the real one.

use super::{Answer, Refused};
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response, StatusCode};
use http_body_util::Full;

pub(in crate::instance) fn accepted() -> Answer {
    json(StatusCode::ACCEPTED, Bytes::from_static(b"{\"status\":\"OK\"}\n"))
}

pub(super) fn refused(reason: &Refused) -> Answer {
    match reason {
        Refused::InvalidRequestId => failure(StatusCode::BAD_REQUEST, "InvalidRequestID", "Invalid request ID"),
        Refused::InvalidState => failure(StatusCode::FORBIDDEN, "InvalidStateTransition", "Not in this state"),
    }
}

pub(super) fn too_large(limit: usize) -> Answer {
    let message = format!("Exceeded maximum allowed payload size ({limit} bytes).");
    failure(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge", &message)
}

/// Answered to a body that ended too early, should anyone still read.
pub(super) fn cut() -> Answer {
    failure(StatusCode::BAD_REQUEST, "TruncatedHTTPRequest", "HTTP request detected as truncated")
}

pub(super) fn bad_mode() -> Answer {
    failure(StatusCode::BAD_REQUEST, "InvalidFunctionResponseMode", "Invalid function response mode")
}

pub(in crate::instance) fn not_found() -> Answer {
    failure(StatusCode::NOT_FOUND, "NotFound", "No such operation")
}

pub(in crate::instance) fn failure(status: StatusCode, kind: &str, message: &str) -> Answer {
    json(status, serde_json::json!({ "errorMessage": message, "errorType": kind }).to_string().into())
}

pub(in crate::instance) fn json(status: StatusCode, body: Bytes) -> Answer {
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

//! The payload is the body, the status is the call's.

use super::headers::{JSON, expose};
use crate::invoke::Invoked;
use http::Response;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use net::Body;

/// The content type is the one AWS sent; a payload without one is JSON, as Lambda's payloads are.
pub(super) fn read(invoked: Invoked, expose_log: bool) -> Response<Body> {
    let empty = hyper::body::Body::is_end_stream(&invoked.body);
    let content_type = invoked.headers.get(CONTENT_TYPE).cloned();
    let encoding = invoked.headers.get(CONTENT_ENCODING).cloned(); // a URL's reply may be compressed
    let mut response = Response::new(invoked.body);
    *response.status_mut() = invoked.status;
    if let Some(media) = content_type.or((!empty).then_some(JSON)) {
        response.headers_mut().insert(CONTENT_TYPE, media);
    }
    if let Some(encoding) = encoding {
        response.headers_mut().insert(CONTENT_ENCODING, encoding);
    }
    if expose_log {
        expose(response.headers_mut(), invoked.log_tail.as_deref());
    }
    response
}

/// Status and body, no header field.
pub(super) fn bare(invoked: Invoked) -> Response<Body> {
    let mut response = Response::new(invoked.body);
    *response.status_mut() = invoked.status;
    response
}

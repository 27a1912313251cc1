//! Everything that the Lambda API or the URL sent: status, header fields and body.

use super::headers::LOG_RESULT;
use crate::headers::{Named, is_hop_by_hop};
use crate::invoke::Invoked;
use http::header::CONTENT_LENGTH;
use http::{HeaderMap, HeaderName, Response};
use net::Body;

pub(super) fn read(invoked: Invoked, expose_log: bool) -> Response<Body> {
    // without a body it tells a HEAD what a GET would give; with one, the body tells its length itself
    let empty = matches!(invoked.body, Body::Empty);
    let named = Named::of(&invoked.headers);
    let passes = |name: &HeaderName| {
        !(is_hop_by_hop(name)
            || named.has(name)
            || (*name == LOG_RESULT && !expose_log)
            || (*name == CONTENT_LENGTH && !empty))
    };
    let mut headers = HeaderMap::with_capacity(invoked.headers.keys_len());
    for (name, value) in invoked.headers.iter().filter(|(name, _)| passes(name)) {
        headers.append(name, value.clone());
    }
    let mut response = Response::new(invoked.body);
    *response.status_mut() = invoked.status;
    *response.headers_mut() = headers;
    response
}

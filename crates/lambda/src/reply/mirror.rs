//! Everything that the Lambda API or the URL sent: status, header fields and body.

use super::arrays;
use super::headers::LOG_RESULT;
use crate::error::CallError;
use crate::event::LIMIT;
use crate::headers::{Named, is_hop_by_hop};
use crate::invoke::{Invoked, outcome};
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, Response};
use model::call::MirrorRules;
use net::Body;

pub(super) async fn read(rules: MirrorRules, invoked: Invoked, expose_log: bool) -> Result<Response<Body>, CallError> {
    let headers = passed(&invoked, expose_log);
    let mut body = invoked.body;
    if rules.empty_arrays_as_objects && is_json(&headers) {
        let held = body.hold(LIMIT).await.map_err(|error| outcome::body_failure(&error, invoked.aws_request_id))?;
        body = arrays::as_objects(held).into();
    }
    let mut response = Response::new(body);
    *response.status_mut() = invoked.status;
    *response.headers_mut() = headers;
    Ok(response)
}

/// The fields that reach the client.
pub(super) fn passed(invoked: &Invoked, expose_log: bool) -> HeaderMap {
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
    headers
}

/// Whether the body is of a media type such as `application/json` or `application/problem+json`.
fn is_json(headers: &HeaderMap) -> bool {
    let media = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("").to_ascii_lowercase();
    media.find("application/").is_some_and(|at| media[at..].contains("json"))
}

//! What becomes of a reply.

use crate::Outcome;
use crate::exchange::Exchange;
use http::{HeaderMap, Response, header};
use model::call::Then;
use net::Body;

/// Puts the reply where it belongs.
pub(super) fn settle(then: &Then, exchange: &mut Exchange, reply: Response<Body>) -> Outcome {
    match then {
        Then::Respond => return Outcome::Respond(reply),
        Then::Answer => exchange.response = Some(reply),
        Then::Replace { body, status } => replace(exchange, reply, *body, *status),
        Then::Refill { status } => refill(exchange, reply, *status),
        Then::Keep => {}
    }
    Outcome::Continue
}

/// The response keeps its header; fields that told of the old body go.
fn replace(exchange: &mut Exchange, reply: Response<Body>, body: bool, status: bool) {
    let Some(response) = &mut exchange.response else {
        exchange.response = Some(reply);
        return;
    };
    let (head, reply_body) = reply.into_parts();
    if status {
        *response.status_mut() = head.status;
    }
    if !body {
        return;
    }
    *response.body_mut() = reply_body;
    let fields = response.headers_mut();
    take_off(fields, &OF_THE_BODY);
    if let Some(media_type) = head.headers.get(header::CONTENT_TYPE) {
        fields.insert(header::CONTENT_TYPE, media_type.clone());
    }
}

/// The response keeps its header, but for what would make the new body unreadable; what the reply says stands before it.
fn refill(exchange: &mut Exchange, reply: Response<Body>, status: bool) {
    let Some(response) = &mut exchange.response else {
        exchange.response = Some(reply);
        return;
    };
    let (head, body) = reply.into_parts();
    if status {
        *response.status_mut() = head.status;
    }
    *response.body_mut() = body;
    let fields = response.headers_mut();
    take_off(fields, &[header::CONTENT_LENGTH, header::CONTENT_ENCODING, header::CONTENT_RANGE]);
    for name in head.headers.keys() {
        fields.remove(name);
    }
    for (name, value) in &head.headers {
        fields.append(name, value.clone());
    }
}

fn take_off(fields: &mut HeaderMap, names: &[header::HeaderName]) {
    for name in names {
        fields.remove(name);
    }
}

const OF_THE_BODY: [header::HeaderName; 7] = [
    header::CONTENT_LENGTH,
    header::CONTENT_TYPE,
    header::CONTENT_ENCODING,
    header::CONTENT_RANGE,
    header::ACCEPT_RANGES,
    header::ETAG,
    header::LAST_MODIFIED,
];

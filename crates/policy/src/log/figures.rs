//! Figures of an exchange that has ended, as records and counters tell them.

use crate::exchange::{Exchange, Sent};
use http::HeaderMap;
use http::header::CONTENT_LENGTH;
use std::time::Duration;

/// How long the function or the upstream took.
pub(super) fn wait(exchange: &Exchange) -> Option<Duration> {
    let call = exchange.call.as_ref().map(|call| call.duration);
    call.or(exchange.upstream.as_ref().map(|upstream| upstream.duration))
}

/// How long the gateway itself took, until the response's header.
pub(super) fn gateway(exchange: &Exchange, sent: &Sent) -> Duration {
    sent.until_header.saturating_sub(wait(exchange).unwrap_or_default())
}

/// The status of an upstream that answered.
pub(super) fn upstream_answer(exchange: &Exchange) -> Option<u16> {
    exchange.upstream.as_ref().filter(|_| exchange.failure.is_none())?.status
}

/// Bytes of the request, header and announced body.
pub(super) fn request_bytes(exchange: &Exchange) -> u64 {
    let headers = &exchange.request.headers;
    let announced = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    header_bytes(headers) + announced.unwrap_or(0)
}

/// Bytes of the response, header and body.
pub(super) fn response_bytes(sent: &Sent) -> u64 {
    header_bytes(&sent.headers) + sent.body_bytes
}

fn header_bytes(headers: &HeaderMap) -> u64 {
    headers.iter().map(|(name, value)| (name.as_str().len() + value.len() + 4) as u64).sum()
}

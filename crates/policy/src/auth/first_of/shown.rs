//! What a request shows: a key, a token.

use crate::exchange::Exchange;
use crate::query;
use http::HeaderName;
use http::header::AUTHORIZATION;

/// The value of a header field, if it is text and not empty.
pub(super) fn in_header(exchange: &Exchange, name: &HeaderName) -> Option<String> {
    let value = exchange.request.headers.get(name)?.to_str().ok()?;
    Some(value.to_owned()).filter(|value| !value.is_empty())
}

/// What stands behind `Bearer`.
pub(super) fn bearer(exchange: &Exchange) -> Option<String> {
    let fields = exchange.request.headers.get_all(AUTHORIZATION).iter();
    let texts = fields.filter_map(|value| value.to_str().ok());
    let mut tokens = texts.filter_map(|text| {
        let (scheme, token) = text.trim().split_once(' ')?;
        let token = token.trim();
        (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then(|| token.to_owned())
    });
    tokens.next()
}

/// The query parameter that may have a token (RFC 6750, 2.3).
const ACCESS_TOKEN: &str = "access_token";

/// The token, wherever it stands.
pub(super) fn token(exchange: &Exchange) -> Option<String> {
    bearer(exchange).or_else(|| in_query(exchange, ACCESS_TOKEN))
}

/// Takes a token off.
pub(super) fn take_off_token(exchange: &mut Exchange) {
    exchange.request.headers.remove(AUTHORIZATION);
    take_off_query(exchange, ACCESS_TOKEN);
}

/// The value of a query parameter, if it is text and not empty.
pub(super) fn in_query(exchange: &Exchange, name: &str) -> Option<String> {
    let value = query::values(exchange.request.uri.query().unwrap_or(""), name).next()?;
    String::from_utf8(value.into_owned()).ok().filter(|value| !value.is_empty())
}

/// Takes a query parameter off, also off the target as it was received.
pub(super) fn take_off_query(exchange: &mut Exchange, name: &str) {
    let names = [name.to_owned()];
    query::remove(&mut exchange.request.uri, &names);
    if let Some(received) = &mut exchange.received {
        query::remove(received, &names);
    }
}

//! Bodies of responses, encoded for clients that accept it.

mod encoder;
mod stream;

use crate::exchange::Exchange;
use crate::{Outcome, Policy, Running};
use encoder::Encoder;
use http::header::{self, ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG, VARY};
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode, Version};
use http_body::Body as _;
use model::policy::{Compress as Data, Encoding};
use net::Body;
use stream::Encoded;

/// Encodes responses.
pub(crate) struct Compress(pub(crate) Data);

/// A body that is at hand and no longer than this is encoded at once, and has a length.
const AT_ONCE: usize = 32 << 10;

impl Policy for Compress {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Running<'a> {
        if self.may(exchange) {
            self.vary(exchange);
            if let Some(encoding) = best(&self.0.encodings, &exchange.request.headers) {
                encode(encoding, exchange);
            }
        }
        Running::Done(Outcome::Continue)
    }
}

impl Compress {
    /// Whether this response is encoded for those who like it.
    fn may(&self, exchange: &Exchange) -> bool {
        let Some(response) = &exchange.response else { return false };
        let request = &exchange.request;
        let has_body = request.method != Method::HEAD && !is_bare(response.status());
        let speaks = self.0.http_1_0 || request.version > Version::HTTP_10;
        has_body && speaks && self.takes(response)
    }

    /// Whether a response is one of those that are encoded.
    fn takes(&self, response: &Response<Body>) -> bool {
        let headers = response.headers();
        let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        let Some(media) = text(CONTENT_TYPE) else { return false };
        let media = media.split(';').next().unwrap_or("").trim();
        let typed = self.0.types.as_ref().is_none_or(|types| types.iter().any(|own| own.eq_ignore_ascii_case(media)));
        let told = || text(CONTENT_LENGTH).and_then(|length| length.parse::<u64>().ok());
        let length = response.body().size_hint().exact().or_else(told);
        let keep = text(CACHE_CONTROL).is_some_and(|told| told.to_ascii_lowercase().contains("no-transform"));
        typed
            && !keep
            && length.is_none_or(|length| length >= self.0.least.max(1))
            && !headers.contains_key(CONTENT_ENCODING)
            && !headers.contains_key(header::CONTENT_RANGE)
    }

    /// Clients that get the bytes as they are need to be told as well: what a cache keeps of them is not for all.
    fn vary(&self, exchange: &mut Exchange) {
        if self.0.vary
            && let Some(response) = &mut exchange.response
        {
            response.headers_mut().append(VARY, HeaderValue::from_static("Accept-Encoding"));
        }
    }
}

fn encode(encoding: Encoding, exchange: &mut Exchange) {
    let Some(response) = &mut exchange.response else { return };
    let headers = response.headers_mut();
    headers.remove(CONTENT_LENGTH);
    headers.remove(header::ACCEPT_RANGES);
    headers.insert(CONTENT_ENCODING, HeaderValue::from_static(name(encoding)));
    weaken(headers);
    let encoder = Encoder::new(encoding);
    let encoded = match std::mem::take(response.body_mut()) {
        Body::Full(bytes) if bytes.len() <= AT_ONCE => {
            let encoded = encoder.whole(&bytes);
            response.headers_mut().insert(CONTENT_LENGTH, encoded.len().into());
            encoded.into()
        }
        body => Body::stream(Encoded::new(body, encoder)),
    };
    *response.body_mut() = encoded;
}

fn name(encoding: Encoding) -> &'static str {
    match encoding {
        Encoding::Gzip { .. } => "gzip",
        Encoding::Brotli { .. } => "br",
    }
}

/// Answers that have no body, or a part of one.
fn is_bare(status: StatusCode) -> bool {
    status.is_informational()
        || [StatusCode::NO_CONTENT, StatusCode::NOT_MODIFIED, StatusCode::PARTIAL_CONTENT].contains(&status)
}

/// Other bytes with the same meaning: a strong tag becomes a weak one.
fn weaken(headers: &mut HeaderMap) {
    let Some(tag) = headers.get(ETAG).and_then(|tag| tag.to_str().ok()).filter(|tag| !tag.starts_with("W/")) else {
        return;
    };
    match HeaderValue::from_str(&format!("W/{tag}")) {
        Ok(weak) => headers.insert(ETAG, weak),
        Err(_) => headers.remove(ETAG),
    };
}

/// The encoding that the client likes most.
fn best(encodings: &[Encoding], headers: &HeaderMap) -> Option<Encoding> {
    let mut best: Option<(f32, Encoding)> = None;
    for encoding in encodings {
        let weight = weight(name(*encoding), headers);
        if weight > best.map_or(0.0, |(weight, _)| weight) {
            best = Some((weight, *encoding));
        }
    }
    best.map(|(_, encoding)| encoding)
}

/// How much a client likes an encoding: by its name, or else by `*`.
fn weight(name: &str, headers: &HeaderMap) -> f32 {
    let fields = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    let mut any = None;
    for part in fields.flat_map(|field| field.split(',')) {
        let (own, weight) = weighted(part);
        if own.eq_ignore_ascii_case(name) {
            return weight;
        }
        if own == "*" {
            any = Some(weight);
        }
    }
    any.unwrap_or(0.0)
}

/// `gzip;q=0.5`
fn weighted(part: &str) -> (&str, f32) {
    let mut parts = part.split(';').map(str::trim);
    let name = parts.next().unwrap_or("");
    let told = parts.find_map(|one| one.strip_prefix("q=").or_else(|| one.strip_prefix("Q=")));
    (name, told.map_or(1.0, |number| number.parse().unwrap_or(0.0)))
}

#[cfg(test)]
mod tests;

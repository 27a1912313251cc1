//! Header fields by which a table's responses show the gateway: who it is, the request's id, the time it took.

use crate::endpoint::append_via;
use http::HeaderMap;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue, SERVER};
use model::quirk::{Charset, Marks};
use policy::Exchange;
use std::time::Duration;

/// The fields, with names and values read.
pub(crate) struct ReadyMarks {
    server: Option<HeaderValue>,
    via_call: Option<HeaderValue>,
    via_upstream: Option<HeaderValue>,
    request_id: Option<HeaderName>,
    own_latency: Option<HeaderName>,
    proxy_latency: Option<HeaderName>,
    upstream_latency: Option<HeaderName>,
    upstream_status: Option<HeaderName>,
    upstream_error: Option<HeaderName>,
    server_everywhere: bool,
    charset: Option<Charset>,
}

impl ReadyMarks {
    /// A name or value that cannot be sent is left out.
    pub(crate) fn new(marks: &Marks) -> Self {
        let value = |text: &Option<String>| text.as_ref().and_then(|text| text.parse().ok());
        let name = |text: &Option<String>| text.as_ref().and_then(|text| text.parse().ok());
        Self {
            server: value(&marks.server),
            via_call: value(&marks.via_call),
            via_upstream: value(&marks.via_upstream),
            request_id: name(&marks.request_id),
            own_latency: name(&marks.own_latency),
            proxy_latency: name(&marks.proxy_latency),
            upstream_latency: name(&marks.upstream_latency),
            upstream_status: name(&marks.upstream_status),
            upstream_error: name(&marks.upstream_error),
            server_everywhere: marks.server_everywhere,
            charset: marks.charset.clone(),
        }
    }

    /// Writes them on the response that stands in the exchange.
    pub(crate) fn put(&self, exchange: &mut Exchange) {
        let Some(mut response) = exchange.response.take() else { return };
        if exchange.upstream.is_some() {
            self.put_upstream(exchange, &mut response);
        } else {
            self.put_own(exchange, &mut response);
        }
        if let Some(charset) = &self.charset {
            name_charset(response.headers_mut(), charset);
        }
        if let Some((name, id)) = self.request_id.as_ref().zip(HeaderValue::from_str(&exchange.id).ok()) {
            response.headers_mut().insert(name, id);
        }
        exchange.response = Some(response);
    }

    /// An upstream was asked, whether it answered or not.
    fn put_upstream<B>(&self, exchange: &Exchange, response: &mut http::Response<B>) {
        let Some(facts) = &exchange.upstream else { return };
        let status = response.status();
        let headers = response.headers_mut();
        if let Some(via) = &self.via_upstream {
            append_via(headers, via);
        }
        if let Some(name) = &self.upstream_latency {
            headers.insert(name, milliseconds(facts.duration));
        }
        if let Some(name) = &self.proxy_latency {
            headers.insert(name, milliseconds(facts.began.saturating_duration_since(exchange.started)));
        }
        if let Some(name) = self.upstream_status.as_ref().filter(|_| exchange.failure.is_none()) {
            headers.insert(name, HeaderValue::from(facts.status.unwrap_or(status.as_u16())));
        }
        let wrong = exchange.failure.is_some() || status.is_server_error();
        if let Some(name) = self.upstream_error.as_ref().filter(|_| wrong) {
            headers.insert(name, HeaderValue::from(facts.status.unwrap_or(status.as_u16())));
        }
        if (exchange.failure.is_some() || self.server_everywhere)
            && let Some(server) = &self.server
        {
            headers.insert(SERVER, server.clone());
        }
    }

    /// The gateway answered itself, or a function did.
    fn put_own<B>(&self, exchange: &Exchange, response: &mut http::Response<B>) {
        let headers = response.headers_mut();
        if let Some(server) = &self.server {
            headers.insert(SERVER, server.clone());
        }
        let called = exchange.call.as_ref().filter(|_| exchange.failure.is_none());
        if let (Some(via), Some(_)) = (&self.via_call, called) {
            append_via(headers, via);
        }
        if let Some(name) = &self.own_latency {
            let waited = exchange.call.as_ref().map_or(Duration::ZERO, |call| call.duration);
            headers.insert(name, milliseconds(exchange.started.elapsed().saturating_sub(waited)));
        }
    }
}

/// Says which characters a text is made of, where it does not say so itself.
fn name_charset(headers: &mut HeaderMap, charset: &Charset) {
    let Some(text) = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()) else { return };
    let media_type = text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if text.to_ascii_lowercase().contains("charset=") || !charset.media_types.contains(&media_type) {
        return;
    }
    if let Ok(value) = HeaderValue::try_from(format!("{text}; charset={}", charset.name)) {
        headers.insert(CONTENT_TYPE, value);
    }
}

fn milliseconds(time: Duration) -> HeaderValue {
    HeaderValue::from(u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests;

//! Header fields that an upstream sees beside the usual ones.

use http::header::{HeaderMap, HeaderName, HeaderValue, VIA};
use model::endpoint::{PathRewrite, PathRule};
use model::quirk::ForwardMarks;
use policy::Exchange;

const PATH: HeaderName = HeaderName::from_static("x-forwarded-path");
const PREFIX: HeaderName = HeaderName::from_static("x-forwarded-prefix");
const REAL_IP: HeaderName = HeaderName::from_static("x-real-ip");

/// The fields, with names read.
pub(super) struct ReadyForwardMarks {
    path: bool,
    prefix: bool,
    real_ip: bool,
    request_id: Option<HeaderName>,
    via: Option<HeaderValue>,
    pub(super) any_addresses: bool,
}

impl ReadyForwardMarks {
    /// `None` where there are none. A name or value that cannot be sent is left out.
    pub(super) fn new(marks: &ForwardMarks) -> Option<Self> {
        (*marks != ForwardMarks::default()).then(|| Self {
            path: marks.path,
            prefix: marks.prefix,
            real_ip: marks.real_ip,
            request_id: marks.request_id.as_ref().and_then(|name| name.parse().ok()),
            via: marks.via.as_ref().and_then(|text| text.parse().ok()),
            any_addresses: marks.any_addresses,
        })
    }

    /// Adds the fields. What a trusted proxy said of path and prefix stays.
    pub(super) fn put(&self, headers: &mut HeaderMap, exchange: &Exchange, rule: &PathRule, behind_proxy: bool) {
        if self.path && !(behind_proxy && headers.contains_key(&PATH)) {
            let target = exchange.received.as_ref().unwrap_or(&exchange.request.uri);
            let target = target.path_and_query().map_or("/", |target| target.as_str());
            set(headers, PATH, HeaderValue::from_str(target).ok());
        }
        if self.prefix && !(behind_proxy && headers.contains_key(&PREFIX)) {
            set(headers, PREFIX, taken_off(exchange, rule).and_then(|prefix| HeaderValue::from_str(prefix).ok()));
        }
        if self.real_ip {
            set(headers, REAL_IP, HeaderValue::try_from(exchange.client.address.to_string()).ok());
        }
        if let Some(name) = &self.request_id {
            set(headers, name.clone(), HeaderValue::from_str(&exchange.id).ok());
        }
        if let Some(via) = &self.via {
            append_via(headers, via);
        }
    }
}

/// The part of the path that the rule takes off.
fn taken_off<'e>(exchange: &'e Exchange, rule: &PathRule) -> Option<&'e str> {
    let path = exchange.received.as_ref().unwrap_or(&exchange.request.uri).path();
    let prefix = path.get(..exchange.matched)?;
    (matches!(rule.rewrite, PathRewrite::StripMatched { .. }) && !prefix.is_empty()).then_some(prefix)
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: Option<HeaderValue>) {
    match value {
        Some(value) => drop(headers.insert(name, value)),
        None => drop(headers.remove(name)),
    }
}

/// Appends to what other hops have said, in one field.
pub(crate) fn append_via(headers: &mut HeaderMap, via: &HeaderValue) {
    let said: Vec<&[u8]> = headers.get_all(VIA).iter().map(HeaderValue::as_bytes).collect();
    if said.is_empty() {
        headers.insert(VIA, via.clone());
        return;
    }
    let mut whole = said.join(&b", "[..]);
    whole.extend_from_slice(b", ");
    whole.extend_from_slice(via.as_bytes());
    if let Ok(value) = HeaderValue::from_bytes(&whole) {
        headers.insert(VIA, value);
    }
}

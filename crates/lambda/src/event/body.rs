//! A body in an event: text where it may be text, base64 otherwise.

use super::EventRequest;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use model::call::{BodyEncoding, EmptyBody, EventRules};

/// How a body is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written<'a> {
    /// There is none.
    Absent,
    /// As text.
    Text(&'a str),
    /// As base64.
    Base64(&'a [u8]),
}

impl Written<'_> {
    /// `isBase64Encoded`.
    pub(super) fn is_base64(self) -> bool {
        matches!(self, Self::Base64(_))
    }
}

/// Whether a body that is not there is said to be base64.
pub(super) fn empty_is_base64(rules: &EventRules, body: Written<'_>) -> bool {
    body == Written::Absent && rules.empty_body == EmptyBody::Base64
}

/// Decides by the rule. What is not UTF-8 is base64 under every rule, since JSON could not hold it.
pub(super) fn written<'a>(rule: &BodyEncoding, request: &EventRequest<'a>) -> Written<'a> {
    let body = request.body;
    if body.is_empty() {
        return Written::Absent;
    }
    let may_be_text = match rule {
        BodyEncoding::ByMediaType => is_text(request),
        BodyEncoding::BinaryTypes(types) => !types.iter().any(|range| covers(range, media_type(request))),
        BodyEncoding::TextTypes(types) => types.iter().any(|text| content_type(request) == text),
        BodyEncoding::Base64 => false,
        BodyEncoding::Utf8 => true,
    };
    match std::str::from_utf8(body) {
        Ok(text) if may_be_text => Written::Text(text),
        _ => Written::Base64(body),
    }
}

/// The media type without its parameters; empty when there is none.
pub(super) fn media_type<'a>(request: &EventRequest<'a>) -> &'a str {
    content_type(request).split(';').next().unwrap_or("").trim()
}

/// The whole value; empty when there is none.
pub(super) fn content_type<'a>(request: &EventRequest<'a>) -> &'a str {
    request.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("")
}

/// What AWS's HTTP API passes as text.
fn is_text(request: &EventRequest<'_>) -> bool {
    let media = media_type(request);
    let texts = ["application/json", "application/xml", "application/javascript"];
    let known = media.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("text/"))
        || texts.iter().any(|text| media.eq_ignore_ascii_case(text));
    known && !request.headers.contains_key(CONTENT_ENCODING)
}

/// Whether `image/*` or `*/*` or a plain type takes it in. `*/*` takes what has no type, too.
fn covers(range: &str, media: &str) -> bool {
    if range == "*/*" {
        return true;
    }
    match range.strip_suffix('*') {
        Some(start) => media.get(..start.len()).is_some_and(|prefix| prefix.eq_ignore_ascii_case(start)),
        None => media.eq_ignore_ascii_case(range),
    }
}

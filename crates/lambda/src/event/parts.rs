//! The parts that event shapes share: header fields by name, query arguments by name, host, protocol.

use super::EventRequest;
use http::header::{COOKIE, HOST};
use http::{HeaderName, HeaderValue, Version};
use std::borrow::Cow;

/// A field and its value.
pub(super) type Field<'a> = (&'a HeaderName, &'a HeaderValue);

/// The fields, equal names side by side, so that `chunk_by` makes groups of them.
pub(super) fn fields<'a>(request: &EventRequest<'a>) -> Vec<Field<'a>> {
    request.headers.iter().collect() // a header map gives the values of one name in a row
}

/// Fields of one name.
pub(super) fn by_name<'f, 'a>(fields: &'f [Field<'a>]) -> impl Iterator<Item = (&'a HeaderName, &'f [Field<'a>])> {
    fields.chunk_by(|one, other| one.0 == other.0).map(|group| (group[0].0, group))
}

/// What stands between the values of one name when they become one text. Cookies, which HTTP/2 sends in pieces, are
/// made whole again with their own separator.
pub(super) fn separator(name: &HeaderName, usual: &'static str) -> &'static str {
    if *name == COOKIE { "; " } else { usual }
}

/// The host, when no field has it: HTTP/2 sends it apart.
pub(super) fn missing_host<'a>(request: &EventRequest<'a>) -> Option<&'a str> {
    (!request.headers.contains_key(HOST) && !request.host.is_empty()).then_some(request.host)
}

/// Host in lower case, without port.
pub(super) fn domain<'a>(request: &EventRequest<'a>) -> Cow<'a, str> {
    let host = request.host;
    let end = if host.starts_with('[') { host.find(']').map(|at| at + 1) } else { host.find(':') };
    let name = &host[..end.unwrap_or(host.len())];
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) { name.to_ascii_lowercase().into() } else { name.into() }
}

/// Port of the host, else the scheme's.
pub(super) fn port<'a>(request: &EventRequest<'a>) -> &'a str {
    let after_address = request.host.rsplit(']').next().unwrap_or("");
    match after_address.rsplit_once(':') {
        Some((_, port)) if !port.is_empty() => port,
        _ if request.https => "443",
        _ => "80",
    }
}

/// Before the first dot.
pub(super) fn domain_prefix(domain: &str) -> &str {
    domain.split('.').next().unwrap_or("")
}

/// `HTTP/1.1`.
pub(super) fn protocol(version: Version) -> &'static str {
    match version {
        Version::HTTP_09 => "HTTP/0.9",
        Version::HTTP_10 => "HTTP/1.0",
        Version::HTTP_2 => "HTTP/2",
        Version::HTTP_3 => "HTTP/3",
        _ => "HTTP/1.1",
    }
}

/// An argument of a query or form.
pub(super) struct Argument<'a> {
    pub(super) name: Cow<'a, str>,
    /// `None` where there is no `=`.
    pub(super) value: Option<Cow<'a, str>>,
}

impl Argument<'_> {
    /// Its value; empty where there is no `=`.
    pub(super) fn text(&self) -> &str {
        self.value.as_deref().unwrap_or("")
    }
}

/// Arguments in order of their names; those of one name in the order they came. The first `most` count.
pub(super) fn arguments<'a>(
    text: &'a str,
    most: Option<usize>,
    decode: fn(&'a str) -> Cow<'a, str>,
) -> Vec<Argument<'a>> {
    let mut all: Vec<_> = text
        .split('&')
        .filter(|pair| !pair.is_empty())
        .take(most.unwrap_or(usize::MAX))
        .map(|pair| match pair.split_once('=') {
            Some((name, value)) => Argument { name: decode(name), value: Some(decode(value)) },
            None => Argument { name: decode(pair), value: None },
        })
        .collect();
    all.sort_by(|one, other| one.name.cmp(&other.name));
    all
}

/// Arguments of one name.
pub(super) fn by_argument<'s, 'a>(all: &'s [Argument<'a>]) -> impl Iterator<Item = (&'s str, &'s [Argument<'a>])> {
    all.chunk_by(|one, other| one.name == other.name).map(|group| (&*group[0].name, group))
}

/// Percent-decoded, with `+` as a space. Bytes that are not UTF-8 become U+FFFD.
pub(super) fn decoded(text: &str) -> Cow<'_, str> {
    if memchr::memchr2(b'%', b'+', text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    let spaced: Vec<u8> = text.bytes().map(|byte| if byte == b'+' { b' ' } else { byte }).collect();
    let bytes: Vec<u8> = percent_encoding::percent_decode(&spaced).collect();
    String::from_utf8(bytes).unwrap_or_else(|bad| String::from_utf8_lossy(bad.as_bytes()).into_owned()).into()
}

/// As it is.
pub(super) fn untouched(text: &str) -> Cow<'_, str> {
    Cow::Borrowed(text)
}

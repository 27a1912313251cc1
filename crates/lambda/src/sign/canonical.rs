//! The canonical form of a request: what both sides hash.

use http::header::{HeaderMap, HeaderName};
use http::{HeaderValue, Method};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode, utf8_percent_encode};
use std::borrow::Cow;
use std::ops::Range;

/// All but AWS's unreserved characters.
pub(crate) const STRICT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
/// The same, but slashes stay.
const PATH: &AsciiSet = &STRICT.remove(b'/');

/// Never signed: what someone on the way may change, and what the signature itself is.
const UNSIGNED: [&str; 15] = [
    "authorization",
    "connection",
    "content-length",
    "expect",
    "forwarded",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "via",
    "x-amzn-trace-id",
    "x-real-ip",
    "accept-encoding",
];

/// Method, path and query in canonical form.
#[derive(Clone, Debug)]
pub struct Resource(Vec<u8>);

impl Resource {
    /// From the path and query as they are sent: percent-encoded once. The path is normalised and encoded a second
    /// time, the query is sorted.
    pub fn new(method: &Method, path: &str, query: Option<&str>) -> Self {
        let mut text = String::with_capacity(path.len() + query.map_or(0, str::len) * 2 + 16);
        text.push_str(method.as_str());
        text.push('\n');
        text.extend(utf8_percent_encode(&normalised(path), PATH));
        text.push('\n');
        write_query(&mut text, query.unwrap_or(""));
        text.push('\n');
        Self(text.into_bytes())
    }
}

/// A query as it is sent when it is signed: decoded and encoded again, so that a `+` cannot be read in two ways. It
/// is a space in queries, and is sent as `%20`.
pub fn encode_query(query: &str) -> String {
    let mut text = String::with_capacity(query.len() + 16);
    for (index, pair) in query.split('&').enumerate() {
        if index > 0 {
            text.push('&');
        }
        match pair.split_once('=') {
            Some((name, value)) => {
                encode(&mut text, name);
                text.push('=');
                encode(&mut text, value);
            }
            None => encode(&mut text, pair),
        }
    }
    text
}

/// A query in canonical form: sorted, each argument with its `=`.
pub fn canonical_query(query: &str) -> String {
    let mut text = String::with_capacity(query.len() + 16);
    write_query(&mut text, query);
    text
}

fn write_query(text: &mut String, query: &str) {
    let mut pairs: Vec<(String, String)> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (mut encoded_name, mut encoded_value) = Default::default();
            encode(&mut encoded_name, name);
            encode(&mut encoded_value, value);
            (encoded_name, encoded_value)
        })
        .collect();
    pairs.sort();
    for (index, (name, value)) in pairs.iter().enumerate() {
        if index > 0 {
            text.push('&');
        }
        text.push_str(name);
        text.push('=');
        text.push_str(value);
    }
}

fn encode(text: &mut String, part: &str) {
    let spaced: Cow<'_, str> = if part.contains('+') { part.replace('+', " ").into() } else { part.into() };
    let bytes: Cow<'_, [u8]> = percent_decode(spaced.as_bytes()).into();
    text.extend(percent_encoding::percent_encode(&bytes, STRICT));
}

/// Without `.`, `..` and doubled slashes.
fn normalised(path: &str) -> Cow<'_, str> {
    if path.starts_with('/') && !path.contains("//") && !path.contains("/.") {
        return path.into();
    }
    let mut kept: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                kept.pop();
            }
            other => kept.push(other),
        }
    }
    let mut text = String::with_capacity(path.len() + 1);
    for segment in &kept {
        text.push('/');
        text.push_str(segment);
    }
    let is_folder = path.ends_with('/') || path.ends_with("/.") || path.ends_with("/..");
    if kept.is_empty() || is_folder {
        text.push('/');
    }
    text.into()
}

/// Writes the canonical request; gives the place of the list of signed headers in it.
pub(super) fn request(
    out: &mut Vec<u8>,
    resource: &Resource,
    headers: &HeaderMap,
    body_hash: &[u8; 32],
) -> Range<usize> {
    let mut signed: Vec<(&HeaderName, &HeaderValue)> = headers.iter().filter(|(name, _)| is_signed(name)).collect();
    signed.sort_by(|one, other| one.0.as_str().cmp(other.0.as_str())); // stable: values of one name stay in order
    out.extend_from_slice(&resource.0);
    let groups = || signed.chunk_by(|one, other| one.0 == other.0);
    for group in groups() {
        out.extend_from_slice(group[0].0.as_str().as_bytes());
        out.push(b':');
        for (index, (_, value)) in group.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            folded(out, value.as_bytes());
        }
        out.push(b'\n');
    }
    out.push(b'\n');
    let start = out.len();
    for (index, group) in groups().enumerate() {
        if index > 0 {
            out.push(b';');
        }
        out.extend_from_slice(group[0].0.as_str().as_bytes());
    }
    let names = start..out.len();
    out.push(b'\n');
    out.extend_from_slice(&hex(body_hash));
    names
}

fn is_signed(name: &HeaderName) -> bool {
    let name = name.as_str();
    !(UNSIGNED.contains(&name) || name.starts_with("proxy-") || name.starts_with("x-forwarded-"))
}

/// Without spaces at the ends, and one for several within.
fn folded(out: &mut Vec<u8>, value: &[u8]) {
    let value = value.trim_ascii();
    if memchr::memmem::find(value, b"  ").is_none() {
        return out.extend_from_slice(value);
    }
    let mut last = 0;
    for &byte in value {
        if !(byte == b' ' && last == b' ') {
            out.push(byte);
        }
        last = byte;
    }
}

/// Lower-case hexadecimal.
pub(super) fn hex(bytes: &[u8; 32]) -> [u8; 64] {
    let mut text = [0; 64];
    const_hex::encode_to_slice(bytes, &mut text).expect("64 digits have room in 64 bytes");
    text
}

//! Headers of HTTP/1.1 messages: the request's is written, the response's is read.

use super::framing::Framing;
use super::sending;
use bytes::{Buf, Bytes, BytesMut};
use http::header::{CONNECTION, CONTENT_LENGTH, HeaderName, HeaderValue, TRANSFER_ENCODING};
use http::request::Parts;
use http::uri::PathAndQuery;
use http::{HeaderMap, Method, Response, StatusCode, Version};
use httparse::Status;
use std::mem::MaybeUninit;

/// Bytes of a response header, at most.
const LONGEST: usize = 256 * 1024;
/// Fields of a response header, at most.
const MOST_FIELDS: usize = 200;

/// A response header, and what follows from it.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) response: Response<()>,
    pub(super) framing: Framing,
    /// The connection may be used again after the body.
    pub(super) persists: bool,
}

/// Writes a request's header, with `prefix` before the path; the fields of its framing are ours.
pub(super) fn write(out: &mut Vec<u8>, head: &Parts, prefix: &str, framing: sending::Framing) {
    out.extend_from_slice(head.method.as_str().as_bytes());
    out.push(b' ');
    out.extend_from_slice(prefix.as_bytes());
    out.extend_from_slice(head.uri.path_and_query().map_or("/", PathAndQuery::as_str).as_bytes());
    out.extend_from_slice(b" HTTP/1.1\r\n");
    let mut announced = false;
    for (name, value) in &head.headers {
        if *name == CONTENT_LENGTH {
            announced = true;
        } else if *name != TRANSFER_ENCODING {
            field(out, name, value.as_bytes());
        }
    }
    let wants_length = || announced || matches!(head.method, Method::POST | Method::PUT | Method::PATCH);
    match framing {
        sending::Framing::Chunked => field(out, &TRANSFER_ENCODING, b"chunked"),
        sending::Framing::Length(0) if !wants_length() => {}
        sending::Framing::Length(bytes) => {
            field(out, &CONTENT_LENGTH, itoa::Buffer::new().format(bytes).as_bytes());
        }
    }
    out.extend_from_slice(b"\r\n");
}

fn field(out: &mut Vec<u8>, name: &HeaderName, value: &[u8]) {
    out.extend_from_slice(name.as_str().as_bytes());
    out.extend_from_slice(b": ");
    out.extend_from_slice(value);
    out.extend_from_slice(b"\r\n");
}

/// Takes a final response's header from what was received, once it is complete. Says what is wrong with it. Where the
/// request asked for another protocol, the change to it is such a response: what follows belongs to that protocol.
pub(super) fn read(
    received: &mut BytesMut,
    expects_body: bool,
    may_switch: bool,
) -> Result<Option<Head>, &'static str> {
    loop {
        if received.is_empty() {
            return Ok(None);
        }
        let Some((response, minor)) = parse(received)? else { return Ok(None) };
        match response.status() {
            StatusCode::SWITCHING_PROTOCOLS if may_switch => {
                return Ok(Some(Head { response, framing: Framing::Nothing, persists: false }));
            }
            StatusCode::SWITCHING_PROTOCOLS => return Err("it changes to a protocol nobody asked for"),
            status if status.is_informational() => {} // an early word: the response comes behind it
            _ => return judge(response, minor, expects_body).map(Some),
        }
    }
}

/// One header, and the `1` of `HTTP/1.1`.
fn parse(received: &mut BytesMut) -> Result<Option<(Response<()>, u8)>, &'static str> {
    let mut fields = [const { MaybeUninit::uninit() }; MOST_FIELDS];
    let mut parsed = httparse::Response::new(&mut []);
    let config = httparse::ParserConfig::default();
    let length = match config.parse_response_with_uninit_headers(&mut parsed, received, &mut fields) {
        Ok(Status::Complete(length)) => length,
        Ok(Status::Partial) if received.len() > LONGEST => return Err("its header is too long"),
        Ok(Status::Partial) => return Ok(None),
        Err(httparse::Error::TooManyHeaders) => return Err("its header has too many fields"),
        Err(_) => return Err("it is not HTTP"),
    };
    let (code, minor) = (parsed.code.unwrap_or(0), parsed.version.unwrap_or(0));
    let text = Bytes::copy_from_slice(&received[..length]);
    let mut headers = HeaderMap::with_capacity(parsed.headers.len() + 4);
    let start = received.as_ptr() as usize;
    for field in parsed.headers.iter() {
        let name = HeaderName::from_bytes(field.name.as_bytes()).map_err(|_| "a field's name is malformed")?;
        let at = field.value.as_ptr() as usize - start;
        let value = HeaderValue::from_maybe_shared(text.slice(at..at + field.value.len()));
        headers.append(name, value.map_err(|_| "a field's value is malformed")?);
    }
    received.advance(length);
    let mut response = Response::new(());
    *response.status_mut() = StatusCode::from_u16(code).map_err(|_| "its status is none")?;
    *response.version_mut() = if minor == 0 { Version::HTTP_10 } else { Version::HTTP_11 };
    *response.headers_mut() = headers;
    Ok(Some((response, minor)))
}

/// What marks out the body (RFC 9112, section 6.3), and whether the connection goes on (section 9.3).
fn judge(mut response: Response<()>, minor: u8, expects_body: bool) -> Result<Head, &'static str> {
    let headers = response.headers();
    let persists = if minor == 0 { says(headers, "keep-alive") } else { !says(headers, "close") };
    let empty = !expects_body || matches!(response.status(), StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
    if empty {
        return Ok(Head { response, framing: Framing::Nothing, persists });
    }
    if let Some(coding) = headers.get_all(TRANSFER_ENCODING).iter().next_back() {
        let last = coding.as_bytes().rsplit(|&byte| byte == b',').next().unwrap_or_default();
        let chunked = last.trim_ascii().eq_ignore_ascii_case(b"chunked");
        // two announcements may be read in two ways by two peers: the connection ends behind them
        let alone = response.headers_mut().remove(CONTENT_LENGTH).is_none();
        let framing = if chunked { Framing::chunked() } else { Framing::UntilClose };
        return Ok(Head { response, framing, persists: persists && chunked && alone });
    }
    let framing = match length(headers)? {
        Some(0) => Framing::Nothing,
        Some(bytes) => Framing::Length(bytes),
        None => Framing::UntilClose,
    };
    let persists = persists && framing != Framing::UntilClose;
    Ok(Head { response, framing, persists })
}

fn says(headers: &HeaderMap, word: &str) -> bool {
    let mut values = headers.get_all(CONNECTION).iter();
    values.any(|value| value.as_bytes().split(|&byte| byte == b',').any(|token| is(token, word)))
}

fn is(token: &[u8], word: &str) -> bool {
    token.trim_ascii().eq_ignore_ascii_case(word.as_bytes())
}

/// `Content-Length`; several are one when they agree.
fn length(headers: &HeaderMap) -> Result<Option<u64>, &'static str> {
    const WRONG: &str = "its content-length is malformed";
    let mut known = None;
    for value in headers.get_all(CONTENT_LENGTH) {
        for one in value.as_bytes().split(|&byte| byte == b',') {
            let digits = one.trim_ascii();
            let digits = std::str::from_utf8(digits).ok().filter(|text| text.bytes().all(|b| b.is_ascii_digit()));
            let bytes: u64 = digits.and_then(|text| text.parse().ok()).ok_or(WRONG)?;
            if known.replace(bytes).is_some_and(|before| before != bytes) {
                return Err(WRONG);
            }
        }
    }
    Ok(known)
}

#[cfg(test)]
mod tests;

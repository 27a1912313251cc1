//! How a response's body is marked out, and its parts taken from what was received.

use bytes::{Buf, Bytes, BytesMut};
use http::HeaderMap;
use http::header::{HeaderName, HeaderValue};
use httparse::Status;

/// A part up to this size is copied, so that the room it arrived in is used again at once.
const COPIED: usize = 4 * 1024;
/// A chunk's size with its extensions, at most.
const LONGEST_LINE: usize = 4 * 1024;
/// Bytes and fields of trailers, at most.
const LONGEST_TRAILERS: usize = 16 * 1024;
const MOST_TRAILERS: usize = 64;

/// What is left of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    /// Nothing.
    Nothing,
    /// So many bytes, more than none.
    Length(u64),
    /// Chunks.
    Chunked(Chunk),
    /// Everything until the connection ends.
    UntilClose,
}

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Chunk {
    /// A chunk's size, after the line end of the one before.
    Size { first: bool },
    /// So many bytes of a chunk, more than none.
    Data(u64),
    /// Trailers, or the empty line.
    Trailers,
}

/// A part of a body.
#[derive(Debug, PartialEq)]
pub(super) enum Part {
    Data(Bytes),
    Trailers(HeaderMap),
    /// It was there in whole.
    End,
    /// It has not arrived yet.
    More,
}

impl Framing {
    /// Chunks, from the first on.
    pub(super) fn chunked() -> Self {
        Self::Chunked(Chunk::Size { first: true })
    }

    /// The end of the connection is the end of the body.
    pub(super) fn ends_with_connection(self) -> bool {
        self == Self::UntilClose
    }

    /// Bytes that are left, where that is known.
    pub(super) fn left(self) -> Option<u64> {
        match self {
            Self::Nothing => Some(0),
            Self::Length(bytes) => Some(bytes),
            Self::Chunked(_) | Self::UntilClose => None,
        }
    }

    /// Takes the next part from what was received. Says what is wrong with it.
    pub(super) fn next(&mut self, received: &mut BytesMut) -> Result<Part, &'static str> {
        loop {
            let chunk = match self {
                Self::Nothing => return Ok(Part::End),
                _ if received.is_empty() => return Ok(Part::More),
                Self::UntilClose => return Ok(Part::Data(take(received, u64::MAX))),
                Self::Length(left) => {
                    let data = take(received, *left);
                    *left -= data.len() as u64;
                    if *left == 0 {
                        *self = Self::Nothing;
                    }
                    return Ok(Part::Data(data));
                }
                Self::Chunked(chunk) => chunk,
            };
            match chunk {
                Chunk::Size { first } => match size(received, *first)? {
                    None => return Ok(Part::More),
                    Some(0) => *chunk = Chunk::Trailers,
                    Some(bytes) => *chunk = Chunk::Data(bytes),
                },
                Chunk::Data(left) => {
                    let data = take(received, *left);
                    *left -= data.len() as u64;
                    if *left == 0 {
                        *chunk = Chunk::Size { first: false };
                        self.end_early(received);
                    }
                    return Ok(Part::Data(data));
                }
                Chunk::Trailers => {
                    let Some(fields) = trailers(received)? else { return Ok(Part::More) };
                    *self = Self::Nothing;
                    return Ok(if fields.is_empty() { Part::End } else { Part::Trailers(fields) });
                }
            }
        }
    }

    /// The usual end is taken together with the last chunk: who has that need not come again.
    fn end_early(&mut self, received: &mut BytesMut) {
        const END: &[u8] = b"\r\n0\r\n\r\n";
        if received.starts_with(END) {
            received.advance(END.len());
            *self = Self::Nothing;
        }
    }
}

fn take(received: &mut BytesMut, most: u64) -> Bytes {
    let bytes = usize::try_from(most).unwrap_or(usize::MAX).min(received.len());
    if bytes > COPIED {
        return received.split_to(bytes).freeze();
    }
    let data = Bytes::copy_from_slice(&received[..bytes]);
    received.advance(bytes);
    data
}

/// A chunk's size line (RFC 9112, section 7.1).
fn size(received: &mut BytesMut, first: bool) -> Result<Option<u64>, &'static str> {
    let before = if first { 0 } else { 2 };
    if received.len() < before {
        return Ok(None);
    }
    if !first && !received.starts_with(b"\r\n") {
        return Err("a chunk is longer than its size");
    }
    let Some(end) = memchr::memchr(b'\n', &received[before..]) else {
        return if received.len() > LONGEST_LINE { Err("a chunk's size is too long") } else { Ok(None) };
    };
    let Some(line) = received[before..before + end].strip_suffix(b"\r") else {
        return Err("a chunk's size has no line end");
    };
    let digits = line.split(|&byte| byte == b';').next().unwrap_or_default().trim_ascii();
    let hex = !digits.is_empty() && digits.len() <= 16 && digits.iter().all(u8::is_ascii_hexdigit);
    let text = std::str::from_utf8(digits).ok().filter(|_| hex);
    let size = text.and_then(|text| u64::from_str_radix(text, 16).ok()).ok_or("a chunk's size is malformed")?;
    received.advance(before + end + 1);
    Ok(Some(size))
}

/// Trailers up to the empty line (RFC 9112, section 7.1.2).
fn trailers(received: &mut BytesMut) -> Result<Option<HeaderMap>, &'static str> {
    let mut fields = [httparse::EMPTY_HEADER; MOST_TRAILERS];
    let (length, parsed) = match httparse::parse_headers(received, &mut fields) {
        Ok(Status::Complete(parsed)) => parsed,
        Ok(Status::Partial) if received.len() > LONGEST_TRAILERS => return Err("its trailers are too long"),
        Ok(Status::Partial) => return Ok(None),
        Err(_) => return Err("its trailers are malformed"),
    };
    let mut trailers = HeaderMap::with_capacity(parsed.len());
    for field in parsed {
        let name = HeaderName::from_bytes(field.name.as_bytes()).map_err(|_| "a trailer's name is malformed")?;
        let value = HeaderValue::from_bytes(field.value).map_err(|_| "a trailer's value is malformed")?;
        trailers.append(name, value);
    }
    received.advance(length);
    Ok(Some(trailers))
}

#[cfg(test)]
mod tests;

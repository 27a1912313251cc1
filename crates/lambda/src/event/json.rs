//! Writes JSON straight into bytes. Commas come by themselves; whoever writes sees to the brackets.

use base64_simd::STANDARD;
use http::HeaderValue;
use std::io::Write;
use std::net::IpAddr;

/// JSON being written.
pub(super) struct Json {
    out: Vec<u8>,
}

impl Json {
    pub(super) fn with_capacity(bytes: usize) -> Self {
        Self { out: Vec::with_capacity(bytes) }
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.out
    }

    /// Begins an object or list: `{` or `[`.
    pub(super) fn open(&mut self, bracket: u8) {
        self.out.push(bracket);
    }

    /// Ends it: `}` or `]`.
    pub(super) fn close(&mut self, bracket: u8) {
        self.out.push(bracket);
    }

    /// The name of an object's next member. Our own names need no escapes.
    pub(super) fn member(&mut self, name: &'static str) -> &mut Self {
        self.item();
        self.out.push(b'"');
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"\":");
        self
    }

    /// The name of an object's next member, escaped.
    pub(super) fn key(&mut self, name: &str) -> &mut Self {
        self.item().text(name);
        self.out.push(b':');
        self
    }

    /// A list's next item.
    pub(super) fn item(&mut self) -> &mut Self {
        if !matches!(self.out.last(), None | Some(b'{' | b'[')) {
            self.out.push(b',');
        }
        self
    }

    pub(super) fn null(&mut self) {
        self.out.extend_from_slice(b"null");
    }

    pub(super) fn bool(&mut self, value: bool) {
        self.out.extend_from_slice(if value { b"true" } else { b"false" });
    }

    pub(super) fn number(&mut self, value: u64) {
        self.out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
    }

    /// An address.
    pub(super) fn address(&mut self, address: IpAddr) {
        self.out.push(b'"');
        match address {
            IpAddr::V4(address) => {
                for (at, part) in address.octets().into_iter().enumerate() {
                    if at > 0 {
                        self.out.push(b'.');
                    }
                    self.number(part.into());
                }
            }
            IpAddr::V6(address) => {
                let _infallible = write!(self.out, "{address}");
            }
        }
        self.out.push(b'"');
    }

    /// JSON that is written already.
    pub(super) fn raw(&mut self, json: &str) {
        self.out.extend_from_slice(json.as_bytes());
    }

    pub(super) fn text(&mut self, text: &str) {
        self.texts([text]);
    }

    /// Several texts as one.
    pub(super) fn texts<const N: usize>(&mut self, parts: [&str; N]) {
        self.out.push(b'"');
        for part in parts {
            escape(&mut self.out, part.as_bytes());
        }
        self.out.push(b'"');
    }

    /// Header values as one text, with `separator` between them.
    pub(super) fn values<'v>(&mut self, values: impl Iterator<Item = &'v HeaderValue>, separator: &str) {
        self.out.push(b'"');
        for (index, value) in values.enumerate() {
            if index > 0 {
                self.out.extend_from_slice(separator.as_bytes());
            }
            self.field(value);
        }
        self.out.push(b'"');
    }

    /// A header value. Bytes that are not UTF-8 are Latin-1, as HTTP had it: each is the character of its number,
    /// so nothing is lost.
    pub(super) fn value(&mut self, value: &HeaderValue) {
        self.out.push(b'"');
        self.field(value);
        self.out.push(b'"');
    }

    fn field(&mut self, value: &HeaderValue) {
        let bytes = value.as_bytes();
        if bytes.is_ascii() || std::str::from_utf8(bytes).is_ok() {
            return escape(&mut self.out, bytes);
        }
        let latin: String = bytes.iter().map(|&byte| byte as char).collect();
        escape(&mut self.out, latin.as_bytes());
    }

    /// Bytes as base64.
    pub(super) fn base64(&mut self, bytes: &[u8]) {
        self.out.push(b'"');
        STANDARD.encode_append(bytes, &mut self.out);
        self.out.push(b'"');
    }
}

/// Appends UTF-8 text with JSON's escapes.
fn escape(out: &mut Vec<u8>, mut text: &[u8]) {
    while let Some(at) = special(text) {
        out.extend_from_slice(&text[..at]);
        match text[at] {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            control => {
                let digits = b"0123456789abcdef";
                out.extend_from_slice(b"\\u00");
                out.push(digits[usize::from(control >> 4)]);
                out.push(digits[usize::from(control & 15)]);
            }
        }
        text = &text[at + 1..];
    }
    out.extend_from_slice(text);
}

/// Where the first byte stands that cannot stand for itself: eight bytes are looked at in one go.
fn special(text: &[u8]) -> Option<usize> {
    const ONES: u64 = u64::MAX / 255;
    const HIGH: u64 = ONES << 7;
    let zero = |word: u64| word.wrapping_sub(ONES) & !word & HIGH;
    let (words, rest) = text.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let control = word.wrapping_sub(ONES * 0x20) & !word & HIGH;
        let found = control | zero(word ^ (ONES * u64::from(b'"'))) | zero(word ^ (ONES * u64::from(b'\\')));
        if found != 0 {
            // a borrow may flag the byte after a true one, never one before it
            return Some(index * 8 + found.trailing_zeros() as usize / 8);
        }
    }
    let at = rest.iter().position(|&byte| byte < 0x20 || byte == b'"' || byte == b'\\')?;
    Some(text.len() - rest.len() + at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn texts_are_escaped_as_serde_json_reads_them(text in "([ -~]|[\"\\\\\n\t\r\u{0}-\u{1f}]|\\PC){0,40}") {
            let mut json = Json::with_capacity(0);
            json.text(&text);
            prop_assert_eq!(serde_json::from_slice::<String>(&json.into_bytes()).unwrap(), text);
        }
    }

    #[test]
    fn header_values_keep_every_byte() {
        for (bytes, expected) in [
            (&b"plain \"quoted\""[..], "plain \"quoted\""),
            ("gr\u{fc}n".as_bytes(), "gr\u{fc}n"),
            (b"gr\xfcn", "gr\u{fc}n"),
            (b"\xff\xfe", "\u{ff}\u{fe}"),
        ] {
            let mut json = Json::with_capacity(0);
            json.value(&HeaderValue::from_bytes(bytes).unwrap());
            assert_eq!(serde_json::from_slice::<String>(&json.into_bytes()).unwrap(), expected);
        }
    }
}

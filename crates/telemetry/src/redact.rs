//! Secrets kept out of what is written down: values of query parameters and fields whose names speak of a secret.

use std::borrow::Cow;

/// What stands in a secret's place.
pub const MASK: &str = "***";

/// Whole names, without case, `-`, `_` and `.`.
const NAMES: [&str; 12] = [
    "key",
    "sig",
    "pwd",
    "pass",
    "auth",
    "authorization",
    "bearer",
    "jwt",
    "session",
    "sessionid",
    "cookie",
    "setcookie",
];

/// Ends of names: `x-api-key`, `access_token`, `X-Amz-Signature`.
const ENDS: [&str; 12] = [
    "token",
    "secret",
    "password",
    "passwd",
    "passphrase",
    "apikey",
    "accesskey",
    "secretkey",
    "privatekey",
    "subscriptionkey",
    "signature",
    "credential",
];

/// Longer names are not looked at but taken for secret: no ordinary name is so long.
const LONGEST_NAME: usize = 64;

/// Whether a parameter, header field or setting of this name holds a secret. The name may be percent-encoded.
pub fn names_secret(name: &str) -> bool {
    let mut plain = [0_u8; LONGEST_NAME];
    let mut len = 0;
    let mut bytes = name.as_bytes();
    while let Some((byte, rest)) = next_byte(bytes) {
        bytes = rest;
        if matches!(byte, b'-' | b'_' | b'.') {
            continue;
        }
        let Some(place) = plain.get_mut(len) else { return true };
        *place = byte.to_ascii_lowercase();
        len += 1;
    }
    let plain = &plain[..len];
    NAMES.iter().any(|known| plain == known.as_bytes()) || ENDS.iter().any(|end| plain.ends_with(end.as_bytes()))
}

/// The first byte, percent-decoded, and what follows.
fn next_byte(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    if let [b'%', high, low, rest @ ..] = bytes
        && let (Some(high), Some(low)) = (digit(*high), digit(*low))
    {
        return u8::try_from(high * 16 + low).ok().map(|byte| (byte, rest));
    }
    bytes.split_first().map(|(byte, rest)| (*byte, rest))
}

/// A request target (path and query) with the values of secret parameters masked.
pub fn target(target: &str) -> Cow<'_, str> {
    let mut pieces = pieces(target);
    let first = pieces.next().unwrap_or("");
    if first.len() == target.len() {
        return Cow::Borrowed(target);
    }
    Cow::Owned(std::iter::once(first).chain(pieces).collect())
}

/// The same in pieces, for writers that want no copy.
pub fn pieces(target: &str) -> Pieces<'_> {
    let query = target.find('?').map_or(target.len(), |at| at + 1);
    Pieces { text: target, at: query, masked: false }
}

/// Pieces of a target: what may be shown, and [`MASK`] for what may not.
#[derive(Clone, Debug)]
pub struct Pieces<'a> {
    /// What has not been given out yet.
    text: &'a str,
    /// Where the next parameter begins in it.
    at: usize,
    /// A mask is due before it.
    masked: bool,
}

impl<'a> Iterator for Pieces<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        if std::mem::take(&mut self.masked) {
            return Some(MASK);
        }
        if self.text.is_empty() {
            return None;
        }
        while self.at < self.text.len() {
            let left = &self.text.as_bytes()[self.at..];
            let end = left.iter().position(|byte| matches!(byte, b'&' | b';'));
            let end = end.map_or(self.text.len(), |end| self.at + end);
            let parameter = &self.text[self.at..end];
            if let Some((name, value)) = parameter.split_once('=')
                && !value.is_empty()
                && names_secret(name)
            {
                return Some(self.cut(self.at + name.len() + 1, end));
            }
            self.at = (end + 1).min(self.text.len());
        }
        Some(std::mem::take(&mut self.text))
    }
}

impl<'a> Pieces<'a> {
    /// Gives out the text up to a secret value and skips the value.
    fn cut(&mut self, value: usize, end: usize) -> &'a str {
        let shown = &self.text[..value];
        self.text = &self.text[end..];
        self.at = usize::from(!self.text.is_empty());
        self.masked = true;
        shown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets_are_known() {
        for name in [
            "key",
            "KEY",
            "apikey",
            "api_key",
            "X-Api-Key",
            "token",
            "access_token",
            "id-token",
            "password",
            "passwd",
            "secret",
            "client_secret",
            "signature",
            "X-Amz-Signature",
            "X-Amz-Security-Token",
            "X-Amz-Credential",
            "Authorization",
            "%74oken",
            "to%6Ben",
            "sig",
            "auth",
            &"a".repeat(65),
        ] {
            assert!(names_secret(name), "{name}");
        }
        for name in ["", "monkey", "q", "tokens", "keyword", "page", "X-Amz-Date", "signed", "%", "%zz"] {
            assert!(!names_secret(name), "{name}");
        }
    }

    #[test]
    fn only_values_of_secrets_are_masked() {
        for (text, expected) in [
            ("/a", "/a"),
            ("", ""),
            ("/token=1", "/token=1"),
            ("/a?", "/a?"),
            ("/a?q=1&page=2", "/a?q=1&page=2"),
            ("/a?token=abc", "/a?token=***"),
            ("/a?token=abc&q=1", "/a?token=***&q=1"),
            ("/a?q=1&api_key=x&b=2;sig=y&c", "/a?q=1&api_key=***&b=2;sig=***&c"),
            ("/a?token=&q=1", "/a?token=&q=1"),
            ("/a?token", "/a?token"),
            ("/a?key=a=b", "/a?key=***"),
            ("/a?x=?&key=a", "/a?x=?&key=***"),
            ("/a?key=1&key=2", "/a?key=***&key=***"),
            ("/?&&key=\u{e9}&", "/?&&key=***&"),
        ] {
            assert_eq!(target(text), expected, "{text}");
        }
    }
}

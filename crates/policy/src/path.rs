//! Making a path comparable, as a table's rules say. What is forwarded stays the client's own.

use model::table::PathNormalization;
use std::borrow::Cow;

/// The path as predicates compare it. One that does not begin with a slash (`*`) stays as it is.
pub fn normalize(path: &str, rules: PathNormalization) -> Cow<'_, str> {
    let mut comparable = Cow::Borrowed(path);
    if !path.starts_with('/') {
        return comparable;
    }
    if rules.decode_unreserved && path.bytes().any(|byte| byte == b'%' || !byte.is_ascii_graphic()) {
        comparable = Cow::Owned(canonical_escapes(&comparable));
    }
    let dots = rules.resolve_dots && comparable.contains("/.");
    if dots || (rules.merge_slashes && comparable.contains("//")) {
        comparable = Cow::Owned(rebuild_segments(&comparable, rules));
    }
    comparable
}

/// A pattern's text in the form that normalized paths have. Its dots and slashes stay as written.
pub(crate) fn pattern_text(text: &str, rules: PathNormalization) -> String {
    if rules.decode_unreserved { canonical_escapes(text) } else { text.to_owned() }
}

/// Whether some segment is `.` or `..`, with dots or separators escaped or not.
pub(crate) fn has_dots(path: &str) -> bool {
    let decoded = percent_encoding::percent_decode_str(path).collect::<Vec<u8>>();
    decoded.split(|b| matches!(b, b'/' | b'\\')).any(|segment| matches!(segment, b"." | b".."))
}

/// RFC 3986 6.2.2.1 and 6.2.2.2: unreserved characters bare, all else that is escaped in upper case, and what must not
/// stand bare (space, control, non-ASCII) escaped.
fn canonical_escapes(path: &str) -> String {
    let bytes = path.as_bytes();
    let mut out = String::with_capacity(path.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match escaped(bytes, at) {
            Some(meant) if is_unreserved(meant) => out.push(char::from(meant)),
            Some(meant) => push_escape(&mut out, meant),
            None if byte.is_ascii_graphic() => out.push(char::from(byte)),
            None => push_escape(&mut out, byte),
        }
        at += if escaped(bytes, at).is_some() { 3 } else { 1 };
    }
    out
}

/// The byte that `%XX` at this position stands for.
fn escaped(bytes: &[u8], at: usize) -> Option<u8> {
    let digit = |at: usize| char::from(*bytes.get(at)?).to_digit(16);
    if bytes[at] != b'%' {
        return None;
    }
    u8::try_from(digit(at + 1)? * 16 + digit(at + 2)?).ok()
}

/// RFC 3986 2.3.
fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

fn push_escape(out: &mut String, byte: u8) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    out.push('%');
    out.push(char::from(HEX[usize::from(byte >> 4)]));
    out.push(char::from(HEX[usize::from(byte & 15)]));
}

/// Resolves `.` and `..` (RFC 3986 5.2.4) and drops empty segments, as the rules say. A path that ends in a segment
/// without name ends in a slash.
fn rebuild_segments(path: &str, rules: PathNormalization) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let mut segments = path[1..].split('/').peekable();
    while let Some(segment) = segments.next() {
        let dropped = match segment {
            "." => rules.resolve_dots,
            ".." if rules.resolve_dots => {
                kept.pop();
                true
            }
            "" => rules.merge_slashes,
            _ => false,
        };
        if !dropped {
            kept.push(segment);
        } else if segments.peek().is_none() {
            kept.push("");
        }
    }
    format!("/{}", kept.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: PathNormalization =
        PathNormalization { decode_unreserved: false, resolve_dots: false, merge_slashes: false };
    const ALL: PathNormalization =
        PathNormalization { decode_unreserved: true, resolve_dots: true, merge_slashes: true };
    const DECODE: PathNormalization = PathNormalization { decode_unreserved: true, ..NONE };
    const DOTS: PathNormalization = PathNormalization { resolve_dots: true, ..NONE };
    const MERGE: PathNormalization = PathNormalization { merge_slashes: true, ..NONE };

    #[test]
    fn paths_are_made_comparable() {
        for (rules, raw, expected) in [
            (ALL, "/a/b", "/a/b"),
            (NONE, "/a/../%41//b", "/a/../%41//b"),
            (DECODE, "/%41%2d%7E%2f%c3%A9", "/A-~%2F%C3%A9"),
            (DECODE, "/caf\u{e9}/\u{20ac}", "/caf%C3%A9/%E2%82%AC"),
            (DECODE, "/%4/%zz/%/%+1", "/%4/%zz/%/%+1"),
            (DECODE, "/a%2541", "/a%2541"),
            (DOTS, "/a/b/../c", "/a/c"),
            (DOTS, "/a/b/..", "/a/"),
            (DOTS, "/a/b/.", "/a/b/"),
            (DOTS, "/..", "/"),
            (DOTS, "/../../x", "/x"),
            (DOTS, "/a//../b", "/a/b"),
            (DOTS, "/%2e%2e/a", "/%2e%2e/a"),
            (DOTS, "/.a/..b/c.", "/.a/..b/c."),
            (MERGE, "//a///b//", "/a/b/"),
            (MERGE, "//", "/"),
            (ALL, "/a/%2e%2E/b", "/b"),
            (ALL, "/a//../b", "/b"),
            (ALL, "*", "*"),
            (ALL, "", ""),
        ] {
            assert_eq!(normalize(raw, rules), expected, "{raw}");
        }
    }
}

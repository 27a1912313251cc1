//! A path in its plainest form: every escape decoded, slashes merged, dots resolved; what is not UTF-8 becomes U+FFFD.

use percent_encoding::percent_decode_str;
use std::borrow::Cow;

/// The path as conditions and expressions compare it. An escaped slash is a slash.
pub(crate) fn decoded(raw: &str) -> Cow<'_, str> {
    if !raw.starts_with('/') || !(raw.contains('%') || raw.contains("//") || raw.contains("/.")) {
        return Cow::Borrowed(raw);
    }
    let text = percent_decode_str(raw).decode_utf8_lossy();
    let mut path = String::with_capacity(text.len());
    let mut segments = text[1..].split('/').peekable();
    while let Some(segment) = segments.next() {
        let last = segments.peek().is_none();
        match segment {
            "" | "." => {}
            ".." => path.truncate(path.rfind('/').unwrap_or(0)),
            segment => {
                path.push('/');
                path.push_str(segment);
                continue;
            }
        }
        if last {
            path.push('/');
        }
    }
    Cow::Owned(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_plain() {
        for (raw, expected) in [
            ("/a/b", "/a/b"),
            ("/a%20b%2Fc", "/a b/c"),
            ("//a///b//", "/a/b/"),
            ("/a/./b/../c", "/a/c"),
            ("/a/%2e%2E/b", "/b"),
            ("/a/..", "/"),
            ("/a/.", "/a/"),
            ("/..", "/"),
            ("/a%2541", "/a%41"),
            ("/.a/..b", "/.a/..b"),
            ("/%ff", "/\u{fffd}"),
            ("*", "*"),
            ("/", "/"),
        ] {
            assert_eq!(decoded(raw), expected, "{raw}");
        }
    }
}

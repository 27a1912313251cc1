//! Untrusted bytes made safe for one line of a log: nothing in them can end a line, a field or a JSON string.

const HEX: &[u8; 16] = b"0123456789abcdef";

/// For a text line between quotes: printable ASCII stays, everything else, `"` and `\` become `\xHH`.
pub(crate) fn quoted(out: &mut Vec<u8>, bytes: &[u8]) {
    escape(out, bytes, is_plain);
}

/// For a text line between spaces: as [`quoted`], and a space is escaped too.
pub(crate) fn word(out: &mut Vec<u8>, bytes: &[u8]) {
    escape(out, bytes, |byte| is_plain(byte) & (byte != b' '));
}

/// For the inside of a JSON string: valid UTF-8 always comes out; bytes that are none become U+FFFD. Control
/// characters beyond ASCII are escaped as well, since a terminal may obey them.
pub(crate) fn json(out: &mut Vec<u8>, bytes: &[u8]) {
    if all(bytes, is_plain) {
        return out.extend_from_slice(bytes);
    }
    for chunk in bytes.utf8_chunks() {
        chunk.valid().chars().for_each(|character| push_json_char(out, character));
        if !chunk.invalid().is_empty() {
            out.extend_from_slice("\u{fffd}".as_bytes());
        }
    }
}

/// Printable ASCII that means nothing in quotes.
fn is_plain(byte: u8) -> bool {
    (b' '..=b'~').contains(&byte) & (byte != b'"') & (byte != b'\\')
}

/// Looks at every byte without branching, which takes many at a time: nearly always all of them are safe.
fn all(bytes: &[u8], is_safe: impl Fn(u8) -> bool) -> bool {
    bytes.iter().fold(true, |safe, byte| safe & is_safe(*byte))
}

fn escape(out: &mut Vec<u8>, bytes: &[u8], is_safe: impl Fn(u8) -> bool) {
    if all(bytes, &is_safe) {
        return out.extend_from_slice(bytes);
    }
    for byte in bytes {
        if is_safe(*byte) { out.push(*byte) } else { push_hex(out, *byte) }
    }
}

fn push_hex(out: &mut Vec<u8>, byte: u8) {
    out.extend_from_slice(&[b'\\', b'x', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
}

fn push_json_char(out: &mut Vec<u8>, character: char) {
    match character {
        '"' => out.extend_from_slice(b"\\\""),
        '\\' => out.extend_from_slice(b"\\\\"),
        '\n' => out.extend_from_slice(b"\\n"),
        '\r' => out.extend_from_slice(b"\\r"),
        '\t' => out.extend_from_slice(b"\\t"),
        '\u{2028}' | '\u{2029}' => push_unicode(out, character),
        control if control.is_control() => push_unicode(out, control),
        plain => out.extend_from_slice(plain.encode_utf8(&mut [0; 4]).as_bytes()),
    }
}

fn push_unicode(out: &mut Vec<u8>, character: char) {
    out.extend_from_slice(b"\\u");
    for shift in [12, 8, 4, 0] {
        out.push(HEX[(character as usize >> shift) & 15]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn unsafe_bytes_are_escaped() {
        type Escape = fn(&mut Vec<u8>, &[u8]);
        let cases: [(Escape, &[u8], &str); 8] = [
            (quoted, b"a b", "a b"),
            (quoted, b"a\"b\\c\r\n\x7f\xff", "a\\x22b\\x5cc\\x0d\\x0a\\x7f\\xff"),
            (word, b"a b=\t", "a\\x20b=\\x09"),
            (json, b"plain", "plain"),
            (json, b"a\"b\\c\r\n\t\0", "a\\\"b\\\\c\\r\\n\\t\\u0000"),
            (json, "\u{e9}\u{9b}\u{2028}\u{7f}".as_bytes(), "\u{e9}\\u009b\\u2028\\u007f"),
            (json, b"a\xff\xfeb", "a\u{fffd}\u{fffd}b"),
            (json, "\u{1f600}".as_bytes(), "\u{1f600}"),
        ];
        for (escape, bytes, expected) in cases {
            let mut out = Vec::new();
            escape(&mut out, bytes);
            assert_eq!(String::from_utf8_lossy(&out), expected);
        }
    }

    proptest! {
        #[test]
        fn json_strings_come_back_as_they_were(text in any::<String>()) {
            let mut out = vec![b'"'];
            json(&mut out, text.as_bytes());
            out.push(b'"');
            prop_assert_eq!(serde_json::from_slice::<String>(&out).unwrap(), text);
        }

        #[test]
        fn no_bytes_leave_their_line(bytes in any::<Vec<u8>>()) {
            for escape in [quoted, word, json] {
                let mut out = Vec::new();
                escape(&mut out, &bytes);
                prop_assert!(std::str::from_utf8(&out).unwrap().chars().all(|c| !c.is_control()));
            }
        }
    }
}

//! Slashes as `\/`: the same JSON in another spelling.

/// Escapes each slash that is not. In JSON slashes stand in texts alone.
pub(super) fn escaped(json: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(json.len() + json.len() / 16);
    let mut after_escape = false;
    for &byte in json {
        if byte == b'/' && !after_escape {
            out.push(b'\\');
        }
        after_escape = byte == b'\\' && !after_escape;
        out.push(byte);
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn each_slash_is_escaped_once() {
        for (before, after) in [
            (r#"{"a/b":"/"}"#, r#"{"a\/b":"\/"}"#),
            (r#"["\/","\\/","\\\/"]"#, r#"["\/","\\\/","\\\/"]"#),
            ("[1]", "[1]"),
        ] {
            assert_eq!(super::escaped(before.as_bytes()), after.as_bytes(), "{before}");
        }
    }
}

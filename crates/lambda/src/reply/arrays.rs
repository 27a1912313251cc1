//! `[]` becomes `{}`, everywhere in a JSON text; all else of it stays, byte for byte.

use bytes::Bytes;

/// The text with objects where empty arrays were. What is no JSON comes back as it was.
pub(super) fn as_objects(json: Bytes) -> Bytes {
    let Some(first) = next_empty(&json, 0) else { return json };
    if serde_json::from_slice::<serde::de::IgnoredAny>(&json).is_err() {
        return json;
    }
    let mut out = Vec::with_capacity(json.len());
    let (mut from, mut found) = (0, Some(first));
    while let Some((start, end)) = found {
        out.extend_from_slice(&json[from..start]);
        out.extend_from_slice(b"{}");
        from = end;
        found = next_empty(&json, end);
    }
    out.extend_from_slice(&json[from..]);
    out.into()
}

/// Where the next empty array begins and ends. `from` stands outside of texts.
fn next_empty(json: &[u8], from: usize) -> Option<(usize, usize)> {
    let mut at = from;
    while let Some(&byte) = json.get(at) {
        match byte {
            b'"' => at = end_of_text(json, at),
            b'[' => {
                let inside = json[at + 1..].iter().position(|byte| !b" \t\r\n".contains(byte))? + at + 1;
                if json[inside] == b']' {
                    return Some((at, inside + 1));
                }
                at = inside;
            }
            _ => at += 1,
        }
    }
    None
}

/// Behind the closing quote of the text that begins here.
fn end_of_text(json: &[u8], quote: usize) -> usize {
    let mut at = quote + 1;
    while let Some(&byte) = json.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    json.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_arrays_become_objects_and_nothing_else_changes() {
        for (before, after) in [
            ("[]", "{}"),
            ("{\"a\":[], \"b\":[ [] , [1,[ \n]] ]}", "{\"a\":{}, \"b\":[ {} , [1,{}] ]}"),
            (r#"{"a":"[]","b\"[]":[],"c":"\\","d":[]}"#, r#"{"a":"[]","b\"[]":{},"c":"\\","d":{}}"#),
            ("[1, 1.0, 1e3, \"\\u00e4/\"]", "[1, 1.0, 1e3, \"\\u00e4/\"]"),
            ("[[", "[["),
            ("[] [", "[] ["),
            ("", ""),
        ] {
            assert_eq!(as_objects(Bytes::copy_from_slice(before.as_bytes())), after, "{before}");
        }
    }
}

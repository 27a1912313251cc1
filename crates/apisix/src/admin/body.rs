//! What a request carries: arguments, a path, JSON.

use super::reply::{Problem, Reply};
use http::StatusCode;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

/// The largest body of a request about one object, in bytes.
const LARGEST: usize = 1_572_864;

/// Arguments of a query, decoded.
pub(super) fn pairs(query: &str) -> Vec<(String, String)> {
    let pair = |text: &str| {
        let (name, value) = text.split_once('=').unwrap_or((text, ""));
        (decoded(&name.replace('+', " ")), decoded(&value.replace('+', " ")))
    };
    query.split('&').filter(|text| !text.is_empty()).map(pair).collect()
}

/// A text without percent escapes.
pub(super) fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// The value of a body; `None` when there is none.
pub(super) fn read(body: &[u8]) -> Result<Option<Value>, Problem> {
    if body.len() > LARGEST {
        let size = body.len();
        let text =
            format!("invalid request body: request size {size} is greater than the maximum size {LARGEST} allowed");
        return Err(Problem::wrong(text));
    }
    if body.is_empty() {
        return Ok(None);
    }
    json(body).map(Some).map_err(|cause| {
        let sent = String::from_utf8_lossy(body);
        let body = json!({"error_msg": format!("invalid request body: {cause}"), "req_body": sent});
        Problem::of(Reply::json(StatusCode::BAD_REQUEST, body))
    })
}

/// A JSON text. Commas behind the last member or item are passed over: an example of the original's documentation has
/// one.
pub(super) fn json(text: &[u8]) -> Result<Value, serde_json::Error> {
    serde_json::from_slice(text).or_else(|cause| match without_last_commas(text) {
        Some(better) => {
            let value = serde_json::from_slice(&better).map_err(|_| cause)?;
            tracing::warn!("the body of a request has commas behind the last member: they are passed over");
            Ok(value)
        }
        None => Err(cause),
    })
}

/// The text without commas before a closing bracket; `None` when it has none.
fn without_last_commas(text: &[u8]) -> Option<Vec<u8>> {
    let mut better = Vec::with_capacity(text.len());
    let (mut inside, mut escaped) = (false, false);
    for (at, byte) in text.iter().enumerate() {
        let next = || text[at + 1..].iter().find(|byte| !byte.is_ascii_whitespace());
        if *byte == b',' && !inside && matches!(next(), Some(b'}' | b']')) {
            continue;
        }
        better.push(*byte);
        match byte {
            _ if escaped => escaped = false,
            b'\\' if inside => escaped = true,
            b'"' => inside = !inside,
            _ => {}
        }
    }
    (better.len() < text.len()).then_some(better)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_behind_the_last_member_are_passed_over_and_nothing_else() {
        let cases = [
            (r#"{"a": [1, 2, ], }"#, Some(json!({"a": [1, 2]}))),
            (r#"{"a": ",}", "b": "\",]",}"#, Some(json!({"a": ",}", "b": "\",]"}))),
            (r#"{"a": 1"#, None),
            (r#"{"a": 1,, "b": 2}"#, None),
            (r#"{,}"#, Some(json!({}))),
            (r#"{"a": 1, "#, None),
            ("{'a': 1,}", None),
        ];
        for (text, expected) in cases {
            assert_eq!(super::json(text.as_bytes()).ok(), expected, "{text}");
        }
    }
}

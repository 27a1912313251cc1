//! What stands in front of a streamed HTTP answer: status, header fields and cookies as JSON, then eight zero bytes.

use bytes::{Bytes, BytesMut};
use serde_json::{Value, json};

/// The media type that says an answer begins with one.
pub(super) const MEDIA_TYPE: &str = "application/vnd.awslambda.http-integration-response";
const DELIMITER: [u8; 8] = [0; 8];
/// Far more than header fields may have.
const LIMIT: usize = 256 * 1024;

/// A prelude that comes in pieces.
#[derive(Default)]
pub(super) struct Prelude {
    seen: BytesMut,
}

/// What has come so far.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Not all of it.
    Part,
    /// A proxy reply without body, and what came of the body.
    Whole { reply: Bytes, body: Bytes },
    /// It is none, or has no end.
    Malformed,
}

impl Prelude {
    /// Takes the next piece.
    pub(super) fn add(&mut self, piece: &[u8]) -> Found {
        // The delimiter may lie in two pieces.
        let from = self.seen.len().saturating_sub(DELIMITER.len() - 1);
        self.seen.extend_from_slice(piece);
        let at = self.seen[from..].windows(DELIMITER.len()).position(|window| window == DELIMITER);
        match at {
            Some(at) => {
                let mut body = self.seen.split_off(from + at);
                let body = body.split_off(DELIMITER.len()).freeze();
                reply(&self.seen).map_or(Found::Malformed, |reply| Found::Whole { reply, body })
            }
            None if self.seen.len() > LIMIT => Found::Malformed,
            None => Found::Part,
        }
    }
}

/// As a proxy reply, which always says its status and here never has a body.
fn reply(metadata: &[u8]) -> Option<Bytes> {
    let mut reply: Value = serde_json::from_slice(metadata).ok()?;
    let members = reply.as_object_mut()?;
    members.entry("statusCode").or_insert(json!(200));
    members.remove("body");
    Some(reply.to_string().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prelude_is_found_however_it_is_cut() {
        let whole = b"{\"statusCode\":201}\0\0\0\0\0\0\0\0bo\0dy";
        for first in 0..whole.len() {
            for second in first..whole.len() {
                let (mut prelude, mut body) = (Prelude::default(), Vec::new());
                let mut found = None;
                for piece in [&whole[..first], &whole[first..second], &whole[second..]] {
                    match &found {
                        Some(_) => body.extend_from_slice(piece),
                        None => match prelude.add(piece) {
                            Found::Part => {}
                            Found::Whole { reply, body: begun } => {
                                body.extend_from_slice(&begun);
                                found = Some(reply);
                            }
                            Found::Malformed => panic!("{first} {second}"),
                        },
                    }
                }
                assert_eq!(found.as_deref(), Some(&br#"{"statusCode":201}"#[..]), "{first} {second}");
                assert_eq!(body, b"bo\0dy", "{first} {second}");
            }
        }
    }

    #[test]
    fn what_is_no_prelude_is_malformed() {
        for (text, is_part) in [("{}", true), ("[]\0\0\0\0\0\0\0\0", false), ("{\0\0\0\0\0\0\0\0", false)] {
            let expected = if is_part { Found::Part } else { Found::Malformed };
            assert_eq!(Prelude::default().add(text.as_bytes()), expected, "{text}");
        }
        assert_eq!(Prelude::default().add(&vec![b' '; LIMIT + 1]), Found::Malformed);
    }

    #[test]
    fn a_status_that_is_left_out_is_200() {
        let Found::Whole { reply, .. } = Prelude::default().add(b"{\"body\":\"x\"}\0\0\0\0\0\0\0\0") else { panic!() };
        assert_eq!(&reply[..], br#"{"statusCode":200}"#);
    }
}

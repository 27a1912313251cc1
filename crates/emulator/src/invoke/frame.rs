//! The two messages of `InvokeWithResponseStream` as event-stream frames.

use crate::answer::{End, Late};
use aws_smithy_eventstream::frame::write_message_to;
use aws_smithy_types::event_stream::{Header, HeaderValue, Message};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::{Bytes, BytesMut};
use serde_json::{Map, Value};

/// What a frame adds to its payload, with room to spare.
const OVERHEAD: usize = 128;

/// `PayloadChunk`: a piece of the answer.
pub(super) fn chunk(piece: Bytes) -> Bytes {
    write("PayloadChunk", "application/octet-stream", piece)
}

/// `InvokeComplete`: the answer is over, well or not.
pub(super) fn complete(end: End) -> Bytes {
    let mut members = Map::new();
    if let Some(Late { code, details }) = end.error {
        members.insert("ErrorCode".to_owned(), Value::String(code));
        members.insert("ErrorDetails".to_owned(), Value::String(details));
    }
    if let Some(tail) = end.tail {
        members.insert("LogResult".to_owned(), Value::String(BASE64_STANDARD.encode(tail)));
    }
    write("InvokeComplete", "application/json", Value::Object(members).to_string().into())
}

fn write(event: &'static str, content_type: &'static str, payload: Bytes) -> Bytes {
    let header = |name: &'static str, value: &'static str| Header::new(name, HeaderValue::String(value.into()));
    let mut frame = BytesMut::with_capacity(payload.len() + OVERHEAD);
    let message = Message::new(payload)
        .add_header(header(":event-type", event))
        .add_header(header(":content-type", content_type))
        .add_header(header(":message-type", "event"));
    write_message_to(&message, &mut frame).expect("headers and payload are far below the frame's limits");
    frame.freeze()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made from the format's description with another language's CRC-32: lengths and their checksum, three headers,
    /// `hi`, the checksum of all.
    const CHUNK: &str = "0000006c0000005ab25efdcf\
        0b3a6576656e742d7479706507000c5061796c6f61644368756e6b\
        0d3a636f6e74656e742d747970650700186170706c69636174696f6e2f6f637465742d73747265616d\
        0d3a6d6573736167652d747970650700056576656e74\
        68691162e469";

    #[test]
    fn a_frame_is_as_the_format_says() {
        let frame = chunk(Bytes::from_static(b"hi"));
        let hex: String = frame.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, CHUNK);
    }

    #[test]
    fn the_end_has_only_what_there_is_to_say() {
        let error = || Some(Late { code: "E".into(), details: "{}".into() });
        for (end, expected) in [
            (End::default(), "{}"),
            (End { error: error(), tail: None }, r#"{"ErrorCode":"E","ErrorDetails":"{}"}"#),
            (
                End { error: error(), tail: Some(b"log".to_vec()) },
                r#"{"ErrorCode":"E","ErrorDetails":"{}","LogResult":"bG9n"}"#,
            ),
        ] {
            let frame = complete(end);
            let payload = &frame[..frame.len() - 4];
            assert!(payload.ends_with(expected.as_bytes()), "{}", String::from_utf8_lossy(payload));
        }
    }
}

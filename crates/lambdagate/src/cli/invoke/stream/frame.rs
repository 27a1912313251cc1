//! Frames of an event stream: two lengths and their checksum, header fields, a payload, and the checksum of all that.

use bytes::{Buf, Bytes, BytesMut};

/// Lengths and the checksum of both.
const PRELUDE: usize = 12;
/// The checksum at the end.
const END: usize = 4;
/// The most that a frame has: 128 KiB of header fields and 24 MiB of payload.
const LONGEST: usize = (128 << 10) + (24 << 20) + PRELUDE + END;
/// The only type of header field that there is here.
const TEXT: u8 = 7;

/// One frame.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Frame {
    /// `event`, `exception` or `error`.
    pub(super) message_type: String,
    /// Which event, exception or error.
    pub(super) event_type: String,
    pub(super) payload: Bytes,
}

/// It is no event stream, or not what was sent.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Malformed;

/// Takes the next frame off, once all of it is there.
pub(super) fn take(arrived: &mut BytesMut) -> Result<Option<Frame>, Malformed> {
    let Some(mut prelude) = arrived.get(..PRELUDE) else { return Ok(None) };
    check(prelude)?;
    let (total, fields) = (prelude.get_u32() as usize, prelude.get_u32() as usize);
    if !(PRELUDE + END..=LONGEST).contains(&total) || fields > total - PRELUDE - END {
        return Err(Malformed);
    }
    if arrived.len() < total {
        return Ok(None);
    }
    let mut whole = arrived.split_to(total).freeze();
    check(&whole)?;
    whole.advance(PRELUDE);
    let mut frame = read_fields(whole.split_to(fields))?;
    frame.payload = whole.split_to(total - PRELUDE - fields - END);
    Ok(Some(frame))
}

/// The last four bytes are the CRC-32 of those before.
fn check(bytes: &[u8]) -> Result<(), Malformed> {
    let (bytes, checksum) = bytes.split_last_chunk::<END>().map(|(bytes, sum)| (bytes, *sum)).ok_or(Malformed)?;
    if crc32fast::hash(bytes) == u32::from_be_bytes(checksum) { Ok(()) } else { Err(Malformed) }
}

fn read_fields(mut fields: Bytes) -> Result<Frame, Malformed> {
    let mut frame = Frame::default();
    while fields.has_remaining() {
        let length = usize::from(fields.try_get_u8().map_err(|_| Malformed)?);
        let name = text(&mut fields, length)?;
        if fields.try_get_u8().map_err(|_| Malformed)? != TEXT {
            return Err(Malformed);
        }
        let length = usize::from(fields.try_get_u16().map_err(|_| Malformed)?);
        let value = text(&mut fields, length)?;
        match name.as_str() {
            ":message-type" => frame.message_type = value,
            ":event-type" | ":exception-type" | ":error-code" => frame.event_type = value,
            _ => {}
        }
    }
    Ok(frame)
}

fn text(fields: &mut Bytes, length: usize) -> Result<String, Malformed> {
    if fields.remaining() < length {
        return Err(Malformed);
    }
    String::from_utf8(fields.split_to(length).to_vec()).map_err(|_| Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::BufMut;

    fn frame(fields: &[(&str, &str)], payload: &[u8]) -> Vec<u8> {
        let mut head = Vec::new();
        for (name, value) in fields {
            head.put_u8(name.len() as u8);
            head.put_slice(name.as_bytes());
            head.put_u8(TEXT);
            head.put_u16(value.len() as u16);
            head.put_slice(value.as_bytes());
        }
        let mut whole = Vec::new();
        whole.put_u32((PRELUDE + head.len() + payload.len() + END) as u32);
        whole.put_u32(head.len() as u32);
        whole.put_u32(crc32fast::hash(&whole));
        whole.put_slice(&head);
        whole.put_slice(payload);
        whole.put_u32(crc32fast::hash(&whole));
        whole
    }

    #[test]
    fn frames_are_taken_off_as_they_arrive() {
        let fields = [(":event-type", "PayloadChunk"), (":content-type", "x"), (":message-type", "event")];
        let bytes = [frame(&fields, b"one"), frame(&fields, b"")].concat();
        let (mut arrived, mut payloads) = (BytesMut::new(), Vec::new());
        for byte in bytes {
            arrived.put_u8(byte);
            if let Some(frame) = take(&mut arrived).unwrap() {
                assert_eq!((frame.message_type.as_str(), frame.event_type.as_str()), ("event", "PayloadChunk"));
                payloads.push(frame.payload);
            }
        }
        assert_eq!(payloads, ["one", ""]);
    }

    #[test]
    fn what_is_no_frame_is_refused() {
        let mut odd = frame(&[("a", "b")], b"");
        odd[PRELUDE + 2] = 1; // another type of field
        odd.truncate(odd.len() - END);
        odd.put_u32(crc32fast::hash(&odd));
        let mut long = vec![0, 0, 0, 16, 0, 0, 0, 1]; // more fields than there is room for
        long.put_u32(crc32fast::hash(&long));
        for bytes in [b"HTTP/1.1 200 OK".to_vec(), vec![0; 20], long, odd] {
            assert_eq!(take(&mut BytesMut::from(bytes.as_slice())), Err(Malformed), "{bytes:?}");
        }
    }

    #[test]
    fn a_changed_bit_is_noticed() {
        let whole = frame(&[(":event-type", "PayloadChunk")], b"payload");
        for at in 0..whole.len() {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            assert_eq!(take(&mut BytesMut::from(changed.as_slice())), Err(Malformed), "byte {at}");
        }
        assert!(take(&mut BytesMut::from(whole.as_slice())).is_ok_and(|frame| frame.is_some()));
    }
}

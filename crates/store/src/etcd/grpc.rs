//! etcd's API in the form of gRPC: one message is asked, one is answered, and a status follows it.

use bytes::{Buf, BufMut, Bytes, BytesMut};
use http::header::{CONTENT_TYPE, HOST, HeaderMap, HeaderValue, TE};
use http::{Request, Response, StatusCode};
use http_body_util::BodyExt;
use net::{Body, BodyError};
use percent_encoding::percent_decode_str;
use prost::Message;

/// What stands before a message: whether it is compressed, and its length.
const PREFIX: usize = 5;

/// Resources are exhausted: the answer is too large, among others.
pub(super) const EXHAUSTED: i64 = 8;
/// There is no such procedure.
pub(super) const UNIMPLEMENTED: i64 = 12;
/// It cannot be answered now.
pub(super) const UNAVAILABLE: i64 = 14;
/// It is not known who asks.
pub(super) const UNAUTHENTICATED: i64 = 16;

/// Why there is no message.
#[derive(Debug)]
pub(super) enum NoMessage {
    /// Who answered does not speak gRPC.
    NotSpoken(String),
    /// A status says no.
    Refused(String, i64),
    /// The answer broke off.
    Broken(String),
    /// What was answered is no such message.
    Strange(String),
}

/// A question.
pub(super) fn request(path: &str, to: &HeaderValue, message: &impl Message) -> Result<Request<Body>, http::Error> {
    let length = message.encoded_len();
    let mut bytes = BytesMut::with_capacity(PREFIX + length);
    bytes.put_u8(0);
    bytes.put_u32(u32::try_from(length).unwrap_or(u32::MAX));
    bytes.put(message.encode_to_vec().as_slice());
    let request = Request::post(path).header(HOST, to).header(TE, "trailers");
    request.header(CONTENT_TYPE, "application/grpc").body(Body::Full(bytes.freeze()))
}

/// The message of an answer, of at most so many bytes. What it holds of bytes is a part of what came.
pub(super) async fn message<M: Message + Default>(response: Response<Body>, largest: u64) -> Result<M, NoMessage> {
    let (head, mut body) = response.into_parts();
    let kind = head.headers.get(CONTENT_TYPE).map_or(&b""[..], HeaderValue::as_bytes);
    if head.status != StatusCode::OK || !kind.starts_with(b"application/grpc") {
        return Err(NoMessage::NotSpoken(format!("it answers {} in another form", head.status)));
    }
    let mut status = Status::of(&head.headers);
    let mut bytes = BytesMut::new();
    while let Some(frame) = body.frame().await {
        match frame.map_err(|cause| broken(&cause))?.into_data() {
            Ok(data) => take(&mut bytes, &data, largest)?,
            Err(frame) => status = frame.trailers_ref().and_then(Status::of).or(status),
        }
    }
    match status {
        Some(Status { code: 0, .. }) => read(bytes.freeze()),
        Some(Status { code: UNIMPLEMENTED, text }) => Err(NoMessage::NotSpoken(text)),
        Some(Status { code, text }) => Err(NoMessage::Refused(text, code)),
        None => Err(NoMessage::Broken("the answer ended without a status".to_owned())),
    }
}

/// Adds what came; room for all of it is made once its length is known.
fn take(bytes: &mut BytesMut, data: &Bytes, largest: u64) -> Result<(), NoMessage> {
    if bytes.is_empty()
        && let Some(length) = data.get(1..PREFIX)
    {
        let length = u64::from(u32::from_be_bytes([length[0], length[1], length[2], length[3]]));
        bytes.reserve(PREFIX + length.min(largest) as usize);
    }
    if (bytes.len() + data.len()) as u64 > largest {
        return Err(NoMessage::Refused(format!("the answer is larger than {largest} bytes"), EXHAUSTED));
    }
    bytes.extend_from_slice(data);
    Ok(())
}

fn read<M: Message + Default>(mut bytes: Bytes) -> Result<M, NoMessage> {
    let strange = |text: &str| NoMessage::Strange(text.to_owned());
    if bytes.len() < PREFIX {
        return Err(strange("there is no message"));
    }
    if bytes.get_u8() != 0 {
        return Err(strange("the message is compressed, which was not asked for"));
    }
    if bytes.get_u32() as usize != bytes.len() {
        return Err(strange("the message has another length than it says"));
    }
    M::decode(bytes).map_err(|cause| strange(&cause.to_string()))
}

fn broken(cause: &BodyError) -> NoMessage {
    NoMessage::Broken(cause.to_string())
}

/// How it went: 0 is well.
struct Status {
    code: i64,
    text: String,
}

impl Status {
    fn of(fields: &HeaderMap) -> Option<Self> {
        let text = |name: &str| fields.get(name).and_then(|value| value.to_str().ok());
        let code = text("grpc-status")?.parse().ok()?;
        let message = percent_decode_str(text("grpc-message").unwrap_or_default()).decode_utf8_lossy();
        Some(Self { code, text: message.into_owned() })
    }
}

#[cfg(test)]
mod tests;

//! What answers are, with whatever may be broken in them.

use super::super::wire::{Range, Ranged};
use super::*;
use http_body::Frame;
use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll};

/// `header {revision: 7, raft_term: 2}`, `kvs {key: a, create_revision: 3, mod_revision: 300, version: 2, value: xy,
/// lease: 9}`, `more: true`, `count: 5`.
const PAGE: &[u8] =
    b"\x0a\x04\x18\x07\x20\x02\x12\x10\x0a\x01a\x10\x03\x18\xac\x02\x20\x02\x2a\x02xy\x30\x09\x18\x01\x20\x05";

const GRPC: Fields = &[("content-type", "application/grpc")];
const WELL: Fields = &[("grpc-status", "0"), ("grpc-message", "")];

type Fields = &'static [(&'static str, &'static str)];

/// An answer that comes in parts.
struct Parts(VecDeque<Frame<Bytes>>);

impl http_body::Body for Parts {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        Poll::Ready(self.0.pop_front().map(Ok))
    }
}

fn map(fields: Fields) -> HeaderMap {
    fields.iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value))).collect()
}

fn answer(status: u16, head: Fields, parts: &[&[u8]], end: Fields) -> Response<Body> {
    let mut frames: VecDeque<_> = parts.iter().map(|part| Frame::data(Bytes::copy_from_slice(part))).collect();
    if !end.is_empty() {
        frames.push_back(Frame::trailers(map(end)));
    }
    let mut response = Response::new(Body::stream(Parts(frames)));
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    *response.headers_mut() = map(head);
    response
}

fn framed(flag: u8, length: usize, message: &[u8]) -> Vec<u8> {
    [&[flag][..], &(length as u32).to_be_bytes(), message].concat()
}

#[tokio::test]
async fn an_answer_is_a_message_with_a_good_status_behind_it() {
    let whole = framed(0, PAGE.len(), PAGE);
    let (refused, denied): (Fields, Fields) = (
        &[("content-type", "application/grpc"), ("grpc-status", "16"), ("grpc-message", "no%20such%3A user")],
        &[("grpc-status", "8")],
    );
    let cut = &PAGE[..12];
    let cases: [(&str, Response<Body>, &str); 16] = [
        ("whole", answer(200, GRPC, &[&whole], WELL), "page"),
        ("in parts", answer(200, GRPC, &[&whole[..3], &whole[3..9], &whole[9..]], WELL), "page"),
        ("with a longer type", answer(200, &[("content-type", "application/grpc+proto")], &[&whole], WELL), "page"),
        (
            "nothing found",
            answer(200, GRPC, &[&framed(0, 0, b"")], WELL),
            "Ok(Ranged { header: Header { revision: 0 }, kvs: [], more: false })",
        ),
        (
            "another status",
            answer(503, GRPC, &[&whole], WELL),
            "Err(NotSpoken(\"it answers 503 Service Unavailable in another form\"))",
        ),
        (
            "another type",
            answer(200, &[("content-type", "text/html")], &[b"x"], &[]),
            "Err(NotSpoken(\"it answers 200 OK in another form\"))",
        ),
        ("no type", answer(200, &[], &[], WELL), "Err(NotSpoken(\"it answers 200 OK in another form\"))"),
        ("refused at once", answer(200, refused, &[], &[]), "Err(Refused(\"no such: user\", 16))"),
        ("refused behind a message", answer(200, GRPC, &[&whole], denied), "Err(Refused(\"\", 8))"),
        (
            "not known",
            answer(200, GRPC, &[], &[("grpc-status", "12"), ("grpc-message", "who?")]),
            "Err(NotSpoken(\"who?\"))",
        ),
        ("without status", answer(200, GRPC, &[&whole], &[]), "Err(Broken(\"the answer ended without a status\"))"),
        ("without message", answer(200, GRPC, &[], WELL), "Err(Strange(\"there is no message\"))"),
        (
            "compressed",
            answer(200, GRPC, &[&framed(1, PAGE.len(), PAGE)], WELL),
            "Err(Strange(\"the message is compressed, which was not asked for\"))",
        ),
        (
            "cut",
            answer(200, GRPC, &[&framed(0, PAGE.len(), cut)], WELL),
            "Err(Strange(\"the message has another length than it says\"))",
        ),
        (
            "two",
            answer(200, GRPC, &[&whole, &whole], WELL),
            "Err(Strange(\"the message has another length than it says\"))",
        ),
        (
            "too large",
            answer(200, GRPC, &[&framed(0, 2000, &[0; 2000])], WELL),
            "Err(Refused(\"the answer is larger than 1000 bytes\", 8))",
        ),
    ];
    let page = format!("{:?}", Ok::<_, NoMessage>(Ranged::decode(PAGE).unwrap()));
    for (what, response, expected) in cases {
        let expected = if expected == "page" { &page } else { expected };
        assert_eq!(format!("{:?}", message::<Ranged>(response, 1000).await), expected, "{what}");
    }
}

#[test]
fn a_page_is_read_and_what_is_broken_in_it_is_told() {
    let page = Ranged::decode(Bytes::from_static(PAGE)).unwrap();
    assert_eq!((page.header.revision, page.more, page.kvs.len()), (7, true, 1));
    let kv = page.kvs[0].clone();
    assert_eq!((&kv.key[..], kv.mod_revision), (&b"a"[..], 300));
    let document = kv.document("routes/a".to_owned());
    assert_eq!((&document.bytes[..], document.created.0, document.modified.0), (&b"xy"[..], 3, 300));
    let cases: [(&str, &[u8], bool); 7] = [
        ("an unknown field", b"\x18\x01\x9a\x06\x03abc", true),
        ("a key without value", b"\x12\x03\x0a\x01a", true),
        ("a number of eleven bytes", b"\x0a\x0c\x18\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", false),
        ("a length beyond the end", b"\x12\x7f\x0a\x01a", false),
        ("another form than the field has", b"\x0a\x02\x1a\x00", false),
        ("a form that is none", b"\x0f", false),
        ("a field 0", b"\x02\x00", false),
    ];
    for (what, bytes, good) in cases {
        assert_eq!(Ranged::decode(bytes).is_ok(), good, "{what}");
    }
    for end in 0..PAGE.len() {
        let _ = Ranged::decode(&PAGE[..end]); // wherever it is cut, nothing panics
    }
}

#[test]
fn values_are_parts_of_what_came() {
    let bytes = Bytes::from(PAGE.to_vec());
    let kv = Ranged::decode(bytes.clone()).unwrap().kvs.remove(0);
    let value = kv.document(String::new()).bytes;
    assert!(bytes.as_ptr_range().contains(&value.as_ptr()));
}

#[tokio::test]
async fn a_question_stands_behind_its_length() {
    let range = Range { from: "a".into(), to: "b".into(), limit: 300, revision: 0 };
    let request = request("/etcdserverpb.KV/Range", &HeaderValue::from_static("etcd:1"), &range).unwrap();
    assert_eq!(request.headers().get("te").unwrap(), "trailers");
    let body = request.into_body().hold(100).await.unwrap();
    assert_eq!(body, &b"\x00\x00\x00\x00\x09\x0a\x01a\x12\x01b\x18\xac\x02"[..]);
}

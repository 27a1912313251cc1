//! Cases of `compress`.

use super::*;
use crate::exchange::testing;
use bytes::Bytes;
use http_body::Frame;
use http_body_util::BodyExt;
use model::policy::BrotliMode;
use std::io::Read;
use std::pin::Pin;
use std::task::{Context, Poll};

const GZIP: Encoding = Encoding::Gzip { level: 1 };
const BROTLI: Encoding = Encoding::Brotli { quality: 4, window: 18, block: 0, mode: BrotliMode::Any };

fn data() -> Data {
    let types = Some(vec!["text/html".to_owned()]);
    Data { encodings: vec![BROTLI, GZIP], types, least: 20, http_1_0: false, vary: true }
}

fn text() -> String {
    "a line that comes again and again\n".repeat(99)
}

fn decoded(encoding: &str, bytes: &[u8]) -> String {
    let mut text = String::new();
    match encoding {
        "gzip" => flate2::read::GzDecoder::new(bytes).read_to_string(&mut text).unwrap(),
        "br" => brotli::Decompressor::new(bytes, 4096).read_to_string(&mut text).unwrap(),
        _ => {
            text.push_str(std::str::from_utf8(bytes).unwrap());
            0
        }
    };
    text
}

/// The encoding of the response, and its header.
async fn run(data: Data, request: http::request::Builder, response: http::response::Builder) -> (String, HeaderMap) {
    let mut exchange = testing::of(request);
    exchange.response = Some(response.body(text().into()).unwrap());
    let outcome = Compress(data).run(&mut exchange).done();
    assert!(matches!(outcome, Outcome::Continue));
    let (head, body) = exchange.response.unwrap().into_parts();
    let bytes = body.hold(1 << 20).await.unwrap();
    let encoding = head.headers.get(CONTENT_ENCODING).map_or("", |value| value.to_str().unwrap()).to_owned();
    if encoding != "other" {
        assert_eq!(decoded(&encoding, &bytes), text(), "{encoding}");
    }
    (encoding, head.headers)
}

fn html() -> http::response::Builder {
    http::Response::builder().header("content-type", "text/html; charset=utf-8")
}

#[tokio::test]
async fn clients_get_what_they_like_most() {
    for (accept, expected) in [
        (None, ""),
        (Some("gzip"), "gzip"),
        (Some("gzip, br"), "br"),
        (Some("gzip, br;q=0.5"), "gzip"),
        (Some("br;q=0, gzip;q=0.1"), "gzip"),
        (Some("*"), "br"),
        (Some("br;q=0, *"), "gzip"),
        (Some("identity"), ""),
        (Some("gzip;q=0"), ""),
        (Some("GZIP"), "gzip"),
    ] {
        let request = http::Request::get("/");
        let request = if let Some(accept) = accept { request.header("accept-encoding", accept) } else { request };
        assert_eq!(run(data(), request, html()).await.0, expected, "{accept:?}");
    }
}

#[tokio::test]
async fn only_what_may_be_encoded_is() {
    let get = || http::Request::get("/").header("accept-encoding", "gzip");
    let bare = http::Response::builder;
    let old = get().version(http::Version::HTTP_10);
    let any = Data { types: None, ..data() };
    let length = text().len() as u64;
    for (data, request, response, expected) in [
        (data(), get(), html(), "gzip"),
        (data(), get(), bare(), ""),
        (data(), get(), bare().header("content-type", "image/png"), ""),
        (any.clone(), get(), bare().header("content-type", "image/png"), "gzip"),
        (any, get(), bare(), ""),
        (Data { least: length + 1, ..data() }, get(), html(), ""),
        (Data { least: length, ..data() }, get(), html(), "gzip"),
        (data(), get(), html().header("content-encoding", "other"), "other"),
        (data(), get(), html().header("content-range", "bytes 0-1/9"), ""),
        (data(), get(), html().header("cache-control", "No-Transform"), ""),
        (data(), get(), html().status(206), ""),
        (data(), get(), html().status(404), "gzip"),
        (data(), http::Request::head("/").header("accept-encoding", "gzip"), html(), ""),
        (data(), old, html(), ""),
        (Data { http_1_0: true, ..data() }, get().version(http::Version::HTTP_10), html(), "gzip"),
    ] {
        let shown = format!("{data:?} {request:?} {response:?}");
        assert_eq!(run(data, request, response).await.0, expected, "{shown}");
    }
}

#[tokio::test]
async fn what_is_empty_or_known_to_be_short_stays() {
    for (body, length, encoded) in [
        (Body::Empty, None, false),
        (Body::stream(Slow(vec![Frame::data("a".into())], false)), Some(19), false),
        (Body::stream(Slow(vec![Frame::data("a".into())], false)), Some(20), true),
        (Body::stream(Slow(vec![Frame::data("a".into())], false)), None, true),
    ] {
        let mut exchange = testing::of(http::Request::get("/").header("accept-encoding", "gzip"));
        let response = if let Some(length) = length { html().header("content-length", length) } else { html() };
        exchange.response = Some(response.body(body).unwrap());
        Compress(data()).run(&mut exchange).done();
        let headers = exchange.response.unwrap().into_parts().0.headers;
        assert_eq!(headers.contains_key(CONTENT_ENCODING), encoded, "{length:?}");
    }
}

#[tokio::test]
async fn the_header_tells_of_other_bytes() {
    let get = || http::Request::get("/").header("accept-encoding", "br");
    let response = || html().header("etag", "\"e\"").header("content-length", 999).header("vary", "Origin");
    let (_, headers) = run(data(), get(), response()).await;
    assert_eq!(headers["etag"], "W/\"e\"");
    let vary: Vec<_> = headers.get_all("vary").iter().map(|value| value.to_str().unwrap()).collect();
    assert_eq!(vary, ["Origin", "Accept-Encoding"]);
    assert_ne!(headers["content-length"], "999");
    let (_, headers) = run(Data { vary: false, ..data() }, get(), response()).await;
    assert_eq!(headers.get_all("vary").iter().count(), 1);
}

/// A body whose parts come one by one, with a pause before each.
struct Slow(Vec<Frame<Bytes>>, bool);

impl http_body::Body for Slow {
    type Data = Bytes;
    type Error = net::BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, net::BodyError>>> {
        self.1 = !self.1;
        if self.1 {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let next = if self.0.is_empty() { None } else { Some(Ok(self.0.remove(0))) };
        Poll::Ready(next)
    }
}

#[tokio::test]
async fn each_part_of_a_stream_can_be_read_before_the_next_comes() {
    let mut trailers = HeaderMap::new();
    trailers.insert("x-end", HeaderValue::from_static("1"));
    for encoding in [GZIP, BROTLI] {
        let parts = [Frame::data("first ".into()), Frame::data("second".into()), Frame::trailers(trailers.clone())];
        let mut body = Encoded::new(Body::stream(Slow(parts.into(), false)), Encoder::new(encoding));
        let mut bytes = Vec::new();
        let mut seen = Vec::new();
        let mut ended = false;
        while let Some(frame) = body.frame().await {
            match frame.unwrap().into_data() {
                Ok(data) => bytes.extend_from_slice(&data),
                Err(frame) => ended = frame.into_trailers().unwrap() == trailers,
            }
            // what has arrived is read as far as it goes
            let mut read = vec![0; 99];
            let count = match encoding {
                Encoding::Gzip { .. } => flate2::read::GzDecoder::new(&bytes[..]).read(&mut read).unwrap_or(0),
                Encoding::Brotli { .. } => brotli::Decompressor::new(&bytes[..], 4096).read(&mut read).unwrap_or(0),
            };
            seen.push(String::from_utf8(read[..count].to_vec()).unwrap());
        }
        assert!(seen.iter().any(|text| text == "first "), "{encoding:?}: {seen:?}");
        assert_eq!(decoded(name(encoding), &bytes), "first second");
        assert!(ended, "trailers follow");
    }
}

#[tokio::test]
async fn long_bodies_are_encoded_piece_by_piece() {
    let long = text().repeat(60);
    for encoding in [GZIP, BROTLI] {
        let body = Body::stream(Encoded::new(long.clone().into(), Encoder::new(encoding)));
        let bytes = body.hold(1 << 20).await.unwrap();
        assert!(bytes.len() < long.len() / 10);
        assert_eq!(decoded(name(encoding), &bytes), long);
    }
}

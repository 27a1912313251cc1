//! `InvokeWithResponseStream`, read with AWS's own decoder.

use super::site::{Ask, Site, Told};
use super::streams::{raw, resident_mb};
use aws_smithy_eventstream::frame::{DecodedFrame, MessageFrameDecoder};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::{Buf, Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpStream;

fn ask(site: &Site, name: &str, body: &'static str) -> Ask {
    site.request("POST", &format!("/2021-11-15/functions/{name}/response-streaming-invocations"), body)
}

/// What one frame says.
enum Said {
    Piece(Bytes),
    End(Value),
}

/// The next frame, if all of it is there.
fn next(decoder: &mut MessageFrameDecoder, rest: impl Buf) -> Option<Said> {
    let DecodedFrame::Complete(message) = decoder.decode_frame(rest).unwrap() else { return None };
    let header = |name: &str| {
        let found = message.headers().iter().find(|header| header.name().as_str() == name).unwrap();
        found.value().as_string().unwrap().as_str().to_owned()
    };
    let [event, content_type, kind] = [":event-type", ":content-type", ":message-type"].map(header);
    match (&*event, &*content_type, &*kind) {
        ("PayloadChunk", "application/octet-stream", "event") => Some(Said::Piece(message.payload().clone())),
        ("InvokeComplete", "application/json", "event") => {
            Some(Said::End(serde_json::from_slice(message.payload()).unwrap()))
        }
        other => panic!("{other:?}"),
    }
}

/// Payload, number of chunks, and the members of `InvokeComplete`.
fn decode(told: &Told) -> (Vec<u8>, usize, Value) {
    assert_eq!((told.status, told.header("content-type")), (200, Some("application/vnd.amazon.eventstream")));
    let (mut decoder, mut rest) = (MessageFrameDecoder::new(), &told.body[..]);
    let (mut payload, mut chunks) = (Vec::new(), 0);
    loop {
        match next(&mut decoder, &mut rest).expect("a whole frame") {
            Said::Piece(piece) => payload.extend_from_slice(&piece),
            Said::End(end) => {
                assert!(rest.is_empty());
                return (payload, chunks, end);
            }
        }
        chunks += 1;
    }
}

async fn streaming(body: &str) -> Site {
    let site = Site::start().await;
    let text =
        format!("export const handler = awslambda.streamifyResponse(async (event, stream) => {{\n{body}\n}});\n");
    site.write("f/index.mjs", &text);
    site
}

#[tokio::test]
async fn an_answer_comes_in_chunks_and_ends() {
    let site = streaming("  stream.write('a'.repeat(event.n)); stream.end('b');").await;
    let told = ask(&site, "f", r#"{"n":1000000}"#).send().await;
    assert_eq!(told.header("x-amz-executed-version"), Some("$LATEST"));
    let (payload, chunks, end) = decode(&told);
    assert!(payload.len() == 1_000_001 && chunks > 1, "{chunks}");
    assert_eq!(end, json!({}));
    site.stop().await;
}

#[tokio::test]
async fn an_answer_that_comes_whole_is_cut_into_chunks() {
    let site = Site::python("    return 'x' * event").await;
    let (payload, chunks, end) = decode(&ask(&site, "f", "1000000").send().await);
    assert_eq!((payload.len(), chunks, end), (1_000_002, 4, json!({})));
    let (payload, chunks, _) = decode(&ask(&site, "f", "0").send().await);
    assert_eq!((&payload[..], chunks), (&b"\"\""[..], 1));
    site.stop().await;
}

#[tokio::test]
async fn errors_stand_in_the_end_and_the_log_too_if_asked_for() {
    for (body, sent) in
        [("throw new RangeError('early');", ""), ("stream.write('some'); throw new RangeError('late');", "some")]
    {
        let site = streaming(&format!("  await 0; {body}")).await;
        let told = ask(&site, "f", "{}").header("x-amz-log-type", "Tail").send().await;
        let (payload, _, end) = decode(&told);
        assert_eq!((String::from_utf8(payload).unwrap().as_str(), &end["ErrorCode"]), (sent, &json!("RangeError")));
        let details: Value = serde_json::from_str(end["ErrorDetails"].as_str().unwrap()).unwrap();
        assert_eq!(details["errorType"], "RangeError");
        let log = BASE64_STANDARD.decode(end["LogResult"].as_str().unwrap()).unwrap();
        let log = String::from_utf8(log).unwrap();
        assert!(log.starts_with("START ") && log.contains("\nREPORT "), "{log}");
        site.stop().await;
    }
}

#[tokio::test]
async fn a_request_that_cannot_be_streamed_is_refused_by_its_status() {
    let site = streaming("  stream.end();").await;
    site.write("g/function.yaml", "faults: { throttle: {} }");
    site.write("g/index.mjs", "");
    let event = |ask: Ask| ask.header("x-amz-invocation-type", "Event");
    let dry = |ask: Ask| ask.header("x-amz-invocation-type", "DryRun");
    for (ask, status, kind) in [
        (event(ask(&site, "f", "{}")), 400, Some("ValidationException")),
        (dry(ask(&site, "f", "{}")), 204, None),
        (ask(&site, "f:x", "{}"), 404, Some("ResourceNotFoundException")),
        (ask(&site, "g", "{}"), 429, Some("TooManyRequestsException")),
        (ask(&site, "f", "{"), 400, Some("InvalidRequestContentException")),
        (Ask { secret_key: "wrong", ..ask(&site, "f", "{}") }, 403, Some("InvalidSignatureException")),
        (Ask { method: "GET", ..ask(&site, "f", "{}") }, 404, Some("UnknownOperationException")),
    ] {
        let told = ask.send().await;
        assert_eq!((told.status, told.header("x-amzn-errortype")), (status, kind), "{told:?}");
    }
    site.stop().await;
}

#[tokio::test]
async fn two_hundred_megabytes_arrive_in_constant_memory_and_no_more() {
    for (megabytes, error) in [(200, json!(null)), (201, json!("Function.ResponseSizeTooLarge"))] {
        let site = Site::start().await;
        site.write("f/function.yaml", "timeout: 120");
        let body = format!(
            "    say(head())\n    for _ in range({megabytes}): say(chunk(b'x' * 1048576))\n    say(b'0\\r\\n\\r\\n')"
        );
        site.write("f/bootstrap", &raw(&body));
        let stream = TcpStream::connect(site.emulator.address()).await.unwrap();
        let (mut client, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        let before = resident_mb();
        let mut body = client.send_request(ask(&site, "f", "{}").signed()).await.unwrap().into_body();
        let (mut decoder, mut rest) = (MessageFrameDecoder::new(), BytesMut::new());
        let (mut size, mut most, mut end) = (0, 0, None);
        while let Some(frame) = body.frame().await {
            rest.extend_from_slice(&frame.unwrap().into_data().unwrap());
            while let Some(said) = next(&mut decoder, &mut rest) {
                match said {
                    Said::Piece(piece) => size += piece.len(),
                    Said::End(value) => end = Some(value),
                }
            }
            most = most.max(resident_mb().saturating_sub(before));
        }
        assert_eq!((size, &end.unwrap()["ErrorCode"]), (200 << 20, &error));
        // Other tests run beside this one: their memory counts too, but is far from that of the answer.
        assert!(most < 100, "{most} MB");
        site.stop().await;
    }
}

//! Answers that flow: in pieces, with late errors, broken off, in constant memory.

use super::site::Site;
use crate::answer::Stream;
use crate::call::{self, Call};
use crate::caller::Caller;
use crate::instance::Invocation;
use crate::version::LATEST;
use bytes::Bytes;
use serde_json::{Value, json};
use std::fs;

/// What a caller has seen of a stream that is over.
#[derive(Debug)]
struct Seen {
    content_type: String,
    bytes: Vec<u8>,
    error: Option<(String, Value)>,
    tail: String,
}

async fn begin(site: &Site, event: &str) -> Stream {
    let host = site.emulator.host.clone();
    let function = host.functions.find("f").unwrap();
    let invocation = Invocation {
        request_id: "2b1c0f7e-0000-4000-8000-000000000000".into(),
        event: Bytes::copy_from_slice(event.as_bytes()),
        function_arn: "arn".into(),
        trace_id: "Root=1".into(),
        client_context: None,
        caller: Caller::Api,
        tenant_id: Some("blue".into()),
    };
    let Ok(turn) = function.turn() else { panic!("no turn") };
    call::stream(host, turn, Call { function, version: LATEST.into(), invocation, tail: true, status: 200 }).await
}

async fn see(mut stream: Stream) -> Seen {
    let mut bytes = Vec::new();
    while let Some(piece) = stream.pieces.recv().await {
        bytes.extend_from_slice(&piece);
    }
    let end = stream.end.await.unwrap();
    let error = end.error.map(|late| (late.code, serde_json::from_str(&late.details).unwrap()));
    let tail = String::from_utf8(end.tail.unwrap()).unwrap();
    Seen { content_type: stream.content_type.to_str().unwrap().to_owned(), bytes, error, tail }
}

/// A site with a streaming Node function `f`; `event`, `stream` and `context` are its arguments.
async fn streaming(body: &str) -> Site {
    let site = Site::start().await;
    let text = format!(
        "export const handler = awslambda.streamifyResponse(async (event, stream, context) => {{\n{body}\n}});\n"
    );
    site.write("f/index.mjs", &text);
    site
}

/// A `bootstrap` that speaks for itself: it has the event in `event`, and answers with the raw bytes it gives to `say`.
pub(super) fn raw(body: &str) -> String {
    format!(
        r#"#!/usr/bin/env python3
import os, socket
host, port = os.environ["AWS_LAMBDA_RUNTIME_API"].split(":")
api = socket.create_connection((host, int(port)))
reader = api.makefile("rb")
def say(data):
    api.sendall(data)
def hear():
    headers = {{}}
    reader.readline()
    while (line := reader.readline().strip()):
        name, _, value = line.decode().partition(":")
        headers[name.lower()] = value.strip()
    return headers, reader.read(int(headers.get("content-length", 0)))
def head(more=""):
    return (f"POST /2018-06-01/runtime/invocation/{{id}}/response HTTP/1.1\r\nHost: x\r\n"
        f"Lambda-Runtime-Function-Response-Mode: streaming\r\nTransfer-Encoding: chunked\r\n{{more}}\r\n").encode()
def chunk(data):
    return b"%x\r\n%s\r\n" % (len(data), data)
while True:
    say(b"GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: x\r\n\r\n")
    headers, event = hear()
    id = headers["lambda-runtime-aws-request-id"]
{body}
    hear()
"#
    )
}

#[tokio::test]
async fn node_streams_pieces_with_their_content_type() {
    let site = streaming(
        "  stream.setContentType('text/event-stream');
  stream.write('a'); stream.write(Buffer.from('b')); stream.write({ n: 1 });
  await new Promise((done) => setTimeout(done, 5));
  stream.end(context.tenantId);",
    )
    .await;
    for _ in 0..2 {
        let seen = see(begin(&site, "{}").await).await;
        assert_eq!((&*seen.content_type, &*seen.bytes), ("text/event-stream", &br#"ab{"n":1}blue"#[..]));
        assert_eq!(seen.error, None);
        assert!(seen.tail.starts_with("START ") && seen.tail.contains("\nREPORT "), "{seen:?}");
    }
    site.stop().await;
}

#[tokio::test]
async fn a_prelude_goes_in_front_of_the_body() {
    for (body, expected) in [
        ("stream.write('body'); stream.end();", "body"),
        ("stream.end('body');", "body"),
        ("stream.end();", ""),
        ("const { pipeline } = await import('node:stream/promises'); await pipeline(['bo', 'dy'], stream);", "body"),
    ] {
        let metadata = "{ statusCode: 201, cookies: ['a=b'] }";
        let body = format!("stream = awslambda.HttpResponseStream.from(stream, {metadata});\n{body}");
        let site = streaming(&body).await;
        let seen = see(begin(&site, "{}").await).await;
        assert_eq!(seen.content_type, "application/vnd.awslambda.http-integration-response");
        let wanted = format!("{{\"statusCode\":201,\"cookies\":[\"a=b\"]}}\0\0\0\0\0\0\0\0{expected}");
        assert_eq!(String::from_utf8(seen.bytes).unwrap(), wanted, "{body}");
        site.stop().await;
    }
}

#[tokio::test]
async fn errors_come_instead_of_an_answer_or_behind_what_was_sent() {
    let long = "x".repeat(100_000);
    for (body, bytes, kind, message) in [
        ("throw new RangeError('early');", "", "RangeError", "early"),
        ("stream.write('some'); throw new RangeError('late');", "some", "RangeError", "late"),
        ("stream.write('so'); stream.write('me'); throw new RangeError('late');", "some", "RangeError", "late"),
        ("stream.write('some'); stream.destroy(new TypeError('broken'));", "some", "TypeError", "broken"),
        (
            "stream.write('some'); setTimeout(() => { throw new RangeError('beside'); }); await new Promise(() => {});",
            "some",
            "RangeError",
            "beside",
        ),
        ("await new Promise(() => {});", "", "Error", "The response stream was never ended."),
        (&format!("stream.write('some'); throw new Error('{long}');"), "some", "Error", &long[..1024]),
    ] {
        let mut site = streaming(&format!("  await 0; {body}")).await;
        for _ in 0..2 {
            let seen = see(begin(&site, "{}").await).await;
            let (code, details) = seen.error.unwrap_or_else(|| panic!("no error: {body}"));
            assert_eq!((String::from_utf8(seen.bytes).unwrap().as_str(), code.as_str()), (bytes, kind), "{body}");
            assert_eq!((&details["errorType"], &details["errorMessage"]), (&json!(kind), &json!(message)), "{body}");
            let report = site.reports.recv().await.unwrap();
            assert_eq!(report.error, Some(format!("{kind}: {message}")));
        }
        site.stop().await;
    }
}

#[tokio::test]
async fn what_a_runtime_breaks_off_is_told() {
    let exit = "RequestId: 2b1c0f7e-0000-4000-8000-000000000000 Error: Runtime exited with error: ";
    let trailers = "Lambda-Runtime-Function-Error-Type: My.Late\\r\\n";
    for (body, error) in [
        ("    say(head() + chunk(b'some') + b'0\\r\\n\\r\\n')", None),
        (
            &format!("    say(head('Trailer: x\\r\\n') + chunk(b'some') + b'0\\r\\n{trailers}\\r\\n')"),
            Some(("My.Late", String::new())),
        ),
        ("    say(head() + chunk(b'some')); os._exit(3)", Some(("Runtime.ExitError", format!("{exit}exit status 3")))),
        (
            "    say(head() + chunk(b'some') + b'ff\\r\\nnot so much'); os.kill(os.getpid(), 9)",
            Some(("Runtime.ExitError", format!("{exit}signal: killed"))),
        ),
        ("    say(head() + chunk(b'some') + b'0\\r\\n\\r\\n'); os._exit(0)", None),
        (
            "    say(head() + chunk(b'some')); api.shutdown(2); api.close(); import time; time.sleep(60)",
            Some((
                "Runtime.TruncatedResponse",
                "RequestId: 2b1c0f7e-0000-4000-8000-000000000000 Error: Response was cut off".to_owned(),
            )),
        ),
    ] {
        let site = Site::start().await;
        site.write("f/bootstrap", &raw(body));
        let seen = see(begin(&site, "{}").await).await;
        assert!(seen.bytes.starts_with(b"some"), "{body}");
        assert_eq!(seen.content_type, "application/octet-stream");
        let told = seen.error.map(|(code, details)| (code, details["errorMessage"].as_str().unwrap().to_owned()));
        assert_eq!(told, error.map(|(kind, message)| (kind.to_owned(), message)), "{body}");
        site.stop().await;
    }
}

#[tokio::test]
async fn time_runs_out_in_the_middle_of_a_stream() {
    let site = streaming("  stream.write('some'); console.log(process.pid); setInterval(() => {}, 1000);").await;
    site.write("f/function.yaml", "timeout: 500ms");
    let seen = see(begin(&site, "{}").await).await;
    let (code, details) = seen.error.unwrap();
    assert_eq!((&*seen.bytes, &*code), (&b"some"[..], "Sandbox.Timedout"));
    assert!(details["errorMessage"].as_str().unwrap().ends_with("Task timed out after 0.50 seconds"));
    assert!(seen.tail.trim_end().ends_with("\tStatus: timeout"), "{}", seen.tail);
    let process: i64 = seen.tail.lines().find_map(|line| line.rsplit_once('\t')?.1.parse().ok()).unwrap();
    site.expect_end_of(process);
    site.stop().await;
}

#[tokio::test]
async fn a_whole_answer_is_one_piece_and_its_error_none() {
    let site = Site::python("    return 1 / event").await;
    let seen = see(begin(&site, "2").await).await;
    assert_eq!((&*seen.content_type, &*seen.bytes, seen.error), ("application/json", &b"0.5"[..], None));
    let seen = see(begin(&site, "0").await).await;
    assert_eq!((&*seen.bytes, seen.error.unwrap().0.as_str()), (&b""[..], "ZeroDivisionError"));
    site.stop().await;
}

#[tokio::test]
async fn a_stream_is_held_whole_for_a_caller_who_takes_it_only_so() {
    let site = streaming("  if (event.n > 7e6) console.log('large'); stream.end('x'.repeat(event.n));").await;
    assert_eq!(site.call(r#"{"n":100000}"#).await.body.len(), 100_000);
    let (kind, message) = site.call(r#"{"n":7000000}"#).await.function_error();
    assert_eq!(kind, "Function.ResponseSizeTooLarge");
    assert!(message.starts_with("Response payload size (7000000 bytes)"), "{message}");
    site.stop().await;
    let site = streaming("  stream.write('some'); throw new RangeError('late');").await;
    assert_eq!(site.call("{}").await.function_error(), ("RangeError".into(), "late".into()));
    site.stop().await;
}

#[tokio::test]
async fn a_caller_who_leaves_does_not_end_a_stream() {
    let mut site = streaming("  for (let i = 0; i < 200; i++) stream.write('x'.repeat(10000)); stream.end();").await;
    drop(begin(&site, "{}").await);
    let report = site.reports.recv().await.unwrap();
    assert_eq!((report.status, report.error), (200, None));
    site.stop().await;
}

#[tokio::test]
async fn pieces_come_before_the_answer_is_complete_and_a_slow_caller_slows_the_function_down() {
    let body = "    say(head())
    for number in range(64):
        open('sent', 'w').write(str(number))
        say(chunk(b'x' * 1048576))
    say(b'0\\r\\n\\r\\n')";
    let site = Site::start().await;
    site.write("f/bootstrap", &raw(body));
    site.write("f/function.yaml", "timeout: 60");
    let mut stream = begin(&site, "{}").await;
    let mut size = stream.pieces.recv().await.unwrap().len();
    // The rest cannot have been sent: it fits into no buffer on the way.
    let sent: usize = fs::read_to_string(site.folder.join("f/sent")).unwrap().parse().unwrap_or(0);
    assert!(sent < 60, "{sent}");
    while let Some(piece) = stream.pieces.recv().await {
        size += piece.len();
    }
    assert_eq!(size, 64 << 20);
    assert!(stream.end.await.unwrap().error.is_none());
    site.stop().await;
}

#[tokio::test]
async fn two_hundred_megabytes_take_constant_memory_and_more_is_refused() {
    for (megabytes, error) in [(200, None), (201, Some("Function.ResponseSizeTooLarge"))] {
        let body = format!(
            "    say(head())\n    for _ in range({megabytes}): say(chunk(b'x' * 1048576))\n    say(b'0\\r\\n\\r\\n')"
        );
        let site = Site::start().await;
        site.write("f/bootstrap", &raw(&body));
        site.write("f/function.yaml", "timeout: 120");
        let before = resident_mb();
        let mut stream = begin(&site, "{}").await;
        let (mut size, mut most) = (0, 0);
        while let Some(piece) = stream.pieces.recv().await {
            size += piece.len();
            most = most.max(resident_mb().saturating_sub(before));
        }
        assert_eq!(size, 200 << 20);
        // Other tests run beside this one: their memory counts too, but is far from that of the answer.
        assert!(most < 100, "{most} MB");
        assert_eq!(stream.end.await.unwrap().error.map(|late| late.code).as_deref(), error);
        site.stop().await;
    }
}

pub(super) fn resident_mb() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().strip_suffix(" kB").unwrap().parse::<u64>().unwrap() / 1024
}

//! Cases of `reply`.

mod ordered;
mod partial;

use super::*;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use model::answer::FailureKind;
use model::call::{MirrorRules, ReplyRules};
use proptest::prelude::*;

fn invoked(status: u16, headers: &[(&'static str, &str)], body: impl Into<Body>) -> Invoked {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
    }
    Invoked {
        status: StatusCode::from_u16(status).unwrap(),
        log_tail: map.get("x-amz-log-result").map(|tail| tail.to_str().unwrap().to_owned()),
        headers: map,
        function_error: None,
        aws_request_id: Some("id-1".to_owned()),
        version: None,
        body: body.into(),
    }
}

/// A response: status, fields in order, body.
type Seen = (u16, Vec<(String, String)>, Bytes);

async fn seen(reply: &Reply, invoked: Invoked, expose_log: bool) -> Result<Seen, CallError> {
    let (head, body) = read(reply, invoked, expose_log).await?.into_parts();
    let text = |value: &HeaderValue| String::from_utf8(value.as_bytes().to_vec()).unwrap();
    let headers = head.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect();
    Ok((head.status.as_u16(), headers, body.hold(1 << 30).await.unwrap()))
}

fn fields(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn proxy() -> Reply {
    Reply::Proxy(ReplyRules::default())
}

const JSON: (&str, &str) = ("content-type", "application/json");

/// Checks a payload read as a proxy reply.
async fn check(payload: &str, status: u16, headers: &[(&str, &str)], body: &[u8]) {
    let mut found =
        seen(&proxy(), invoked(200, &[], payload.to_owned()), true).await.unwrap_or_else(|e| panic!("{payload}: {e}"));
    let mut expected = fields(headers);
    found.1.sort_by(|one, other| one.0.cmp(&other.0)); // stable: values of one name stay in order
    expected.sort_by(|one, other| one.0.cmp(&other.0));
    assert_eq!(found, (status, expected, Bytes::copy_from_slice(body)), "{payload}");
}

#[tokio::test]
async fn proxy_replies_are_the_union_of_both_versions() {
    check(r#"{"statusCode":201,"body":"made"}"#, 201, &[JSON], b"made").await;
    check(r#"{"statusCode":200.0}"#, 200, &[JSON], b"").await;
    check(r#"{"statusCode":"404","body":null}"#, 404, &[JSON], b"").await;
    check(r#"{"statusCode":204,"body":"gone"}"#, 204, &[], b"").await;
    check(r#"{"statusCode":200,"unknown":{"a":[1]},"statusDescription":"200 OK","body":"x"}"#, 200, &[JSON], b"x")
        .await;
    check(r#"{"body":"caf\u00e9 \"q\"","statusCode":200}"#, 200, &[JSON], "caf\u{e9} \"q\"".as_bytes()).await;
    let headers = r#"{"statusCode":200,"headers":{"Content-Type":"text/plain","x-number":5,"x-float":1.5,"x-flag":true,"x-none":null,"X-Empty":""}}"#;
    let expected =
        [("content-type", "text/plain"), ("x-number", "5"), ("x-float", "1.5"), ("x-flag", "true"), ("x-empty", "")];
    check(headers, 200, &expected, b"").await;
    let both = r#"{"statusCode":200,"headers":{"X-One":"a"},"multiValueHeaders":{"x-one":["a","b",3],"x-two":["c"],"x-three":"d","x-none":null}}"#;
    check(both, 200, &[JSON, ("x-one", "a"), ("x-one", "b"), ("x-one", "3"), ("x-two", "c"), ("x-three", "d")], b"")
        .await;
    let cookies = r#"{"statusCode":200,"headers":{"set-cookie":"c=3"},"cookies":["a=1; Path=/","b=2"]}"#;
    check(cookies, 200, &[JSON, ("set-cookie", "a=1; Path=/"), ("set-cookie", "b=2"), ("set-cookie", "c=3")], b"")
        .await;
    check(
        r#"{"statusCode":200,"headers":null,"multiValueHeaders":null,"cookies":null,"isBase64Encoded":null}"#,
        200,
        &[JSON],
        b"",
    )
    .await;
}

#[tokio::test]
async fn base64_is_decoded_when_flagged_with_or_without_padding() {
    for (text, flag, expected) in [
        ("AP+A", "\"isBase64Encoded\":true", &b"\x00\xff\x80"[..]),
        ("eA==", "\"base64Encoded\":true", b"x"),
        ("eA", "\"isBase64Encoded\":true", b"x"),
        ("eHk=", "\"isBase64Encoded\":true,\"base64Encoded\":false", b"xy"),
        ("", "\"isBase64Encoded\":true", b""),
        ("eA==", "\"isBase64Encoded\":false", b"eA=="),
    ] {
        check(&format!(r#"{{"statusCode":200,"body":"{text}",{flag}}}"#), 200, &[JSON], expected).await;
    }
}

#[tokio::test]
async fn without_status_code_the_payload_is_the_body() {
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(5000), "]".repeat(5000));
    for payload in [r#"{"message": "hi"}"#, r#""text""#, "7", "null", "[1,2]", r#"{"headers":5}"#, &deep] {
        check(payload, 200, &[JSON], payload.as_bytes()).await;
    }
    // a URL's refusal stays one
    let refused = invoked(403, &[], r#"{"message":"Forbidden"}"#);
    assert_eq!(seen(&proxy(), refused, false).await.unwrap().0, 403);
}

#[tokio::test]
async fn calls_that_have_no_reply_keep_their_status() {
    for status in [202, 204] {
        for reply in [proxy(), Reply::Raw, Reply::Mirror(MirrorRules::default())] {
            let found = seen(&reply, invoked(status, &[], Body::Empty), false).await.unwrap();
            assert_eq!(found, (status, Vec::new(), Bytes::new()), "{reply:?}");
        }
    }
}

#[tokio::test]
async fn fields_that_are_not_the_functions_to_set_do_not_pass() {
    let payload = r#"{"statusCode":200,"headers":{"Connection":"close","Keep-Alive":"1","Transfer-Encoding":"chunked",
        "Content-Length":"999","X-Amz-Anything":"1","x-amzn-RequestId":"1","Upgrade":"h2c","TE":"x","Trailer":"x",
        "x-amz-log-result":"forged","x-own":"1"},"multiValueHeaders":{"content-length":["1"],"X-Amzn-Trace-Id":["1"]}}"#;
    check(payload, 200, &[JSON, ("x-own", "1")], b"").await;
}

#[tokio::test]
async fn a_malformed_reply_is_told_with_place_and_remedy() {
    let strict = Reply::Proxy(ReplyRules { infer: false, ..ReplyRules::default() });
    for (reply, payload, place, remedy) in [
        (&proxy(), "", "not JSON", "statusCode"),
        (&proxy(), "{\"statusCode\":200", "not JSON", "statusCode"),
        (&strict, r#"{"body":"x"}"#, "statusCode is missing", "return an object"),
        (&strict, r#""text""#, "not an object", "return an object"),
        (&proxy(), r#"{"statusCode":"many"}"#, "statusCode is \"many\"", "200 to 599"),
        (&proxy(), r#"{"statusCode":200.5}"#, "statusCode is 200.5", "200 to 599"),
        (&proxy(), r#"{"statusCode":99}"#, "statusCode is 99", "200 to 599"),
        (&proxy(), r#"{"statusCode":100}"#, "statusCode is 100", "200 to 599"),
        (&proxy(), r#"{"statusCode":600}"#, "statusCode is 600", "200 to 599"),
        (&proxy(), r#"{"statusCode":-200}"#, "statusCode is -200", "200 to 599"),
        (&proxy(), r#"{"statusCode":null}"#, "statusCode is null", "200 to 599"),
        (&proxy(), r#"{"statusCode":[200]}"#, "statusCode is a list", "200 to 599"),
        (&proxy(), r#"{"statusCode":200,"body":{"a":1}}"#, "body is an object", "JSON.stringify"),
        (&proxy(), r#"{"statusCode":200,"body":7}"#, "body is 7", "json.dumps"),
        (
            &proxy(),
            r#"{"statusCode":200,"body":"%%%","isBase64Encoded":true}"#,
            "body is not base64",
            "isBase64Encoded",
        ),
        (&proxy(), r#"{"statusCode":200,"isBase64Encoded":"yes"}"#, "isBase64Encoded is \"yes\"", "true or false"),
        (&proxy(), r#"{"statusCode":200,"headers":"x"}"#, "headers is \"x\"", "object"),
        (&proxy(), r#"{"statusCode":200,"headers":{"x":["a"]}}"#, "headers[\"x\"] is a list", "multiValueHeaders"),
        (&proxy(), r#"{"statusCode":200,"headers":{"a b":"c"}}"#, "headers[\"a b\"]", "no header name"),
        (&proxy(), r#"{"statusCode":200,"headers":{"":"c"}}"#, "headers[\"\"]", "no header name"),
        (&proxy(), r#"{"statusCode":200,"headers":{"x":"a\r\nset-cookie: b=1"}}"#, "headers[\"x\"]", "line breaks"),
        (
            &proxy(),
            r#"{"statusCode":200,"multiValueHeaders":{"x":[{}]}}"#,
            "multiValueHeaders[\"x\"] has an object",
            "list of strings",
        ),
        (&proxy(), r#"{"statusCode":200,"multiValueHeaders":["x"]}"#, "multiValueHeaders is a list", "object"),
        (&proxy(), r#"{"statusCode":200,"cookies":"a=1"}"#, "cookies is \"a=1\"", "list of strings"),
        (&proxy(), r#"{"statusCode":200,"cookies":[1]}"#, "cookies[0] is 1", "string"),
        (&proxy(), r#"{"statusCode":200,"cookies":["a=1","b=\nx"]}"#, "cookies[1]", "line breaks"),
    ] {
        let error = seen(reply, invoked(200, &[], payload), false).await.unwrap_err();
        assert_eq!((error.kind, error.blame), (FailureKind::MalformedReply, crate::error::Blame::Function));
        assert_eq!((error.nothing_ran, error.aws_request_id.as_deref()), (false, Some("id-1")));
        assert!(error.detail.contains(place) && error.detail.contains(remedy), "{payload}: {}", error.detail);
    }
}

#[tokio::test]
async fn a_reply_beyond_lambdas_limit_is_too_large() {
    let body = |length: usize| format!("\"{}\"", "x".repeat(length - 2));
    let limit = crate::event::LIMIT as usize;
    assert_eq!(seen(&proxy(), invoked(200, &[], body(limit)), false).await.unwrap().2.len(), limit);
    let error = seen(&proxy(), invoked(200, &[], body(limit + 1)), false).await.unwrap_err();
    assert_eq!((error.kind, error.nothing_ran), (FailureKind::ReplyTooLarge, false));
}

#[tokio::test]
async fn a_text_body_is_not_copied() {
    let payload = Bytes::from(r#"{"statusCode":200,"body":"plain text"}"#);
    let body = seen(&proxy(), invoked(200, &[], payload.clone()), false).await.unwrap().2;
    assert_eq!(body.as_ptr(), payload[payload.len() - 12..].as_ptr());
}

#[tokio::test]
async fn a_raw_reply_is_the_payload_as_it_came() {
    let aws = [("content-type", "text/html"), ("x-amzn-requestid", "1"), ("x-amz-log-result", "bG9n")];
    let found = seen(&Reply::Raw, invoked(200, &aws, "{}"), false).await.unwrap();
    assert_eq!(found, (200, fields(&[("content-type", "text/html")]), Bytes::from("{}")));
    let found = seen(&Reply::Raw, invoked(200, &aws[1..], "{}"), true).await.unwrap();
    assert_eq!(found.1, fields(&[JSON, ("x-amz-log-result", "bG9n")]));
}

#[tokio::test]
async fn a_mirror_shows_all_but_what_is_about_the_connection() {
    let aws = [
        ("content-type", "text/html"),
        ("x-amzn-requestid", "1"),
        ("connection", "close, x-hop"),
        ("x-hop", "1"),
        ("keep-alive", "1"),
        ("transfer-encoding", "chunked"),
        ("content-length", "2"),
        ("set-cookie", "a=1"),
        ("set-cookie", "b=2"),
        ("x-amz-log-result", "bG9n"),
    ];
    let kept = [("content-type", "text/html"), ("x-amzn-requestid", "1"), ("set-cookie", "a=1"), ("set-cookie", "b=2")];
    let found = seen(&Reply::Mirror(MirrorRules::default()), invoked(418, &aws, "no"), false).await.unwrap();
    assert_eq!(found, (418, fields(&kept), Bytes::from("no")));
    let exposed = seen(&Reply::Mirror(MirrorRules::default()), invoked(200, &aws, "no"), true).await.unwrap();
    assert!(exposed.1.contains(&("x-amz-log-result".to_owned(), "bG9n".to_owned())));
    let head =
        seen(&Reply::Mirror(MirrorRules::default()), invoked(200, &[("content-length", "7")], Body::Empty), false)
            .await
            .unwrap();
    assert_eq!(head.1, fields(&[("content-length", "7")]));
}

#[tokio::test]
async fn raw_and_mirror_pass_the_body_on_unread() {
    struct Untouched;
    impl hyper::body::Body for Untouched {
        type Data = Bytes;
        type Error = net::BodyError;

        fn poll_frame(
            self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Result<hyper::body::Frame<Bytes>, net::BodyError>>> {
            panic!("the body is read")
        }
    }
    for reply in [Reply::Raw, Reply::Mirror(MirrorRules::default())] {
        read(&reply, invoked(200, &[], Body::stream(Untouched)), false).await.unwrap();
    }
}

proptest! {
    #[test]
    fn no_payload_makes_it_panic(payload in "([{}\\[\\],:\"0-9eE. -]|\"statusCode\":|\"body\":|\"headers\":|200|true|null|\\PC){0,20}") {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let _ = runtime.block_on(seen(&proxy(), invoked(200, &[], payload), true));
    }
}

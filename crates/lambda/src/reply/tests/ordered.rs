//! Proxy replies checked one member after the other.

use super::*;
use model::call::ReplyChecks;

fn ordered() -> Reply {
    Reply::Proxy(ReplyRules {
        infer: false,
        default_content_type: None,
        call_headers: true,
        nested: true,
        checks: ReplyChecks::Ordered,
    })
}

fn call(body: &str) -> Invoked {
    let fields =
        [("content-type", "application/json"), ("x-amzn-requestid", "id-1"), ("connection", "x-hop"), ("x-hop", "1")];
    invoked(200, &fields, body.to_owned())
}

/// What the client is told of a reply that is wrong.
async fn reason(reply: &str) -> String {
    let error = seen(&ordered(), call(reply), false).await.expect_err(reply);
    assert_eq!(error.kind, FailureKind::MalformedReply, "{reply}");
    assert!(error.detail.starts_with("the function's reply is malformed: "), "{}", error.detail);
    error.reason.unwrap().into_string()
}

#[tokio::test]
async fn checks_come_in_order_and_are_told_in_few_words() {
    let cases = [
        ("5", "proxy response must be json format"),
        ("true", "proxy response must be json format"),
        ("false", "proxy response must be json format"),
        ("null", "proxy response must be json format"),
        ("\"5\"", "proxy response must be json format"),
        ("", "Expected value but found T_END at character 1"),
        ("\"s\"", "Expected value but found invalid token at character 1"),
        ("{bad", "Expected object key string but found invalid token at character 2"),
        ("[]", "statusCode validation failed"),
        ("{}", "statusCode validation failed"),
        (r#"{"errorMessage":"boom","errorType":"E"}"#, "statusCode validation failed"),
        (r#"{"statusCode":"hello"}"#, "statusCode validation failed"),
        (r#"{"statusCode":null}"#, "statusCode validation failed"),
        (r#"{"statusCode":true}"#, "statusCode validation failed"),
        (r#"{"statusCode":99}"#, "statusCode validation failed"),
        (r#"{"statusCode":600,"headers":null}"#, "statusCode validation failed"),
        (r#"{"statusCode":200,"headers":null,"body":null}"#, "headers must be a table"),
        (r#"{"statusCode":200,"headers":"x"}"#, "headers must be a table"),
        (r#"{"statusCode":200,"body":null,"isBase64Encoded":1}"#, "body must be a string"),
        (r#"{"statusCode":200,"body":{"a":1}}"#, "body must be a string"),
        (r#"{"statusCode":200,"isBase64Encoded":null}"#, "isBase64Encoded must be a boolean"),
        (r#"{"statusCode":200,"isBase64Encoded":"true"}"#, "isBase64Encoded must be a boolean"),
        (r#"{"statusCode":200,"isBase64Encoded":true,"body":"%"}"#, "body must be base64"),
        (r#"{"statusCode":200,"headers":{"x":null}}"#, "headers must be strings"),
        (r#"{"statusCode":200,"headers":{"x":"a\nb"}}"#, "headers must be strings"),
        (r#"{"statusCode":200,"multiValueHeaders":{"x":[["a"]]}}"#, "headers must be strings"),
        (r#"{"statusCode":200,"multiValueHeaders":"x"}"#, "multiValueHeaders must be a table"),
    ];
    for (reply, expected) in cases {
        assert_eq!(reason(reply).await, expected, "{reply}");
    }
}

#[tokio::test]
async fn the_log_is_told_what_to_do() {
    let error = seen(&ordered(), call(r#"{"statusCode":200,"body":{"a":1}}"#), false).await.unwrap_err();
    assert!(error.detail.contains("body is an object; it must be a string: turn it into text"), "{}", error.detail);
}

/// Checks a reply that is right; fields in order of their names.
async fn check(reply: &str, status: u16, headers: &[(&str, &str)], body: &str) {
    let mut found = seen(&ordered(), call(reply), false).await.unwrap_or_else(|e| panic!("{reply}: {e}"));
    found.1.sort_by(|one, other| one.0.cmp(&other.0));
    assert_eq!(found, (status, fields(headers), Bytes::copy_from_slice(body.as_bytes())), "{reply}");
}

#[tokio::test]
async fn the_functions_fields_stand_over_those_of_the_call() {
    const ID: (&str, &str) = ("x-amzn-requestid", "id-1");
    const PLAIN: (&str, &str) = ("content-type", "text/plain");
    check(r#"{"statusCode":201}"#, 201, &[JSON, ID], "").await;
    check(r#"{"statusCode":" 201 ","body":"ok","headers":[]}"#, 201, &[JSON, ID], "ok").await;
    check(r#"{"statusCode":200.5,"multiValueHeaders":null}"#, 200, &[JSON, ID], "").await;
    check(r#"{"statusCode":200,"headers":{"Content-Type":"text/plain"}}"#, 200, &[PLAIN, ID], "").await;
    let both = r#"{"statusCode":200,"headers":{"X-A":"1"},"multiValueHeaders":{"x-a":["2",3],"X-B":"4"}}"#;
    check(both, 200, &[JSON, ("x-a", "2"), ("x-a", "3"), ID, ("x-b", "4")], "").await;
    let cookies = r#"{"statusCode":200,"cookies":["no=1"],"multiValueHeaders":{"Set-Cookie":["a=1; Path=/","b=2"]}}"#;
    check(cookies, 200, &[JSON, ("set-cookie", "a=1; Path=/"), ("set-cookie", "b=2"), ID], "").await;
    let kept = r#"{"statusCode":200,"headers":{"Transfer-Encoding":"chunked","Content-Length":"9","X-N":5,"X-T":true,"X-Z":""}}"#;
    check(kept, 200, &[JSON, ID, ("x-n", "5"), ("x-t", "true"), ("x-z", "")], "").await;
    check(r#""{\"statusCode\": 202, \"body\": \"twice\"}""#, 202, &[JSON, ID], "twice").await;
    check(r#"{"statusCode":200,"body":"dGVzdA=","isBase64Encoded":true}"#, 200, &[JSON, ID], "test").await;
    check(r#"{"statusCode":204,"body":"gone"}"#, 204, &[JSON, ID], "").await;
}

#[tokio::test]
async fn a_queued_call_has_no_reply_to_check() {
    let found = seen(&ordered(), invoked(202, &[("x-amzn-requestid", "id-1")], Body::Empty), false).await.unwrap();
    assert_eq!(found, (202, fields(&[("x-amzn-requestid", "id-1")]), Bytes::new()));
}

#[tokio::test]
async fn fields_of_the_call_may_stand_under_those_of_a_reply_in_any_shape() {
    let rules = ReplyRules { call_headers: true, nested: true, ..ReplyRules::default() };
    let reply = r#"{"statusCode":200,"headers":{"Content-Type":"text/plain"},"multiValueHeaders":{"x-own":["1"]}}"#;
    let given = seen(&Reply::Proxy(rules.clone()), call(reply), false).await.unwrap();
    let names: Vec<_> = given.1.iter().filter(|(name, _)| name == "content-type").collect();
    assert_eq!(names, [&("content-type".to_owned(), "text/plain".to_owned())]);
    let nested = seen(&Reply::Proxy(rules), call(r#""{\"statusCode\":203}""#), false).await.unwrap();
    assert_eq!(nested.0, 203);
}

#[tokio::test]
async fn empty_arrays_become_objects_in_json_alone() {
    let rules = Reply::Mirror(MirrorRules { empty_arrays_as_objects: true });
    for (media, body, expected) in [
        ("application/json", "{\"a\":[]}", "{\"a\":{}}"),
        ("Application/Problem+JSON; x=1", "[]", "{}"),
        ("text/json", "[]", "[]"),
        ("text/plain", "[]", "[]"),
        ("application/json", "1.50", "1.50"),
        ("application/json", "\"text\"", "\"text\""),
        ("application/json", "null", "null"),
    ] {
        let found = seen(&rules, invoked(200, &[("content-type", media)], body), false).await.unwrap();
        assert_eq!(found.2, expected, "{media} {body}");
    }
}

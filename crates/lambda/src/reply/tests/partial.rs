//! Replies whose members stand over what the call gave.

use super::*;
use model::call::ReplyChecks;

const PLAIN: (&str, &str) = ("content-type", "text/plain");

/// Status, fields, body.
type Made = Option<(u16, &'static [(&'static str, &'static str)], &'static str)>;

#[tokio::test]
async fn members_stand_over_the_call() {
    let rules = ReplyRules {
        default_content_type: Some("text/plain".to_owned()),
        checks: ReplyChecks::Partial,
        ..ReplyRules::default()
    };
    let fields_of = [("x-call", "1"), ("content-type", "application/json")];
    // payload, what comes of it: status, fields, body
    let cases: [(&str, Made); 11] = [
        (r#"{"ready":true}"#, Some((202, &[PLAIN], r#"{"ready":true}"#))),
        (r#"{"statusCode":201,"headers":{"x-a":1},"body":"hi"}"#, Some((201, &[("x-a", "1"), PLAIN], "hi"))),
        (r#"{"body":{"a":[1]}}"#, Some((202, &[PLAIN], "{\"a\":[1]}\n"))),
        (r#"{"statusCode":null,"headers":null,"body":false}"#, Some((202, &[PLAIN], "false"))),
        (r#"{"headers":{"set-cookie":["a","b"],"connection":"x"},"body":""}"#, {
            Some((202, &[("set-cookie", "a"), ("set-cookie", "b"), PLAIN], ""))
        }),
        (r#"{"statusCode":404,"headers":{"content-type":"a/b"}}"#, {
            Some((404, &[("content-type", "a/b")], r#"{"statusCode":404,"headers":{"content-type":"a/b"}}"#))
        }),
        ("[1]", Some((202, &[PLAIN], "[1]"))),
        ("\"text\"", Some((202, &[PLAIN], "\"text\""))),
        ("no json", None),
        (r#"{"statusCode":99}"#, None),
        (r#"{"headers":{"a b":"c"}}"#, None),
    ];
    for (payload, expected) in cases {
        let found = seen(&Reply::Proxy(rules.clone()), invoked(202, &fields_of, payload.to_owned()), false).await;
        let expected = expected.map(|(status, headers, body)| (status, fields(headers), Bytes::from(body)));
        assert_eq!(found.ok(), expected, "{payload}");
    }
}

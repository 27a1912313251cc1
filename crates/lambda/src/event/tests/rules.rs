//! Events by other rules than AWS's own: merged arguments, limits, a lean context.

use super::*;
use model::call::{Arguments, BodyReading, ContextForm, EmptyBody, EventPath, LargeBody, Winner};

fn merging() -> Arguments {
    Arguments {
        most: Some(100),
        winner: Winner::Body,
        bodies: BodyReading::ByPrefix,
        bare_is_true: true,
        ..Arguments::default()
    }
}

fn lean() -> EventRules {
    EventRules {
        duplicates: Duplicates::First,
        empty_map: EmptyMap::Object,
        body: BodyEncoding::Base64,
        empty_body: EmptyBody::Base64,
        arguments: merging(),
        path: EventPath::Forwarded,
        context: ContextForm::Lean,
        ..EventRules::default()
    }
}

fn merged() -> Payload {
    Payload::Fields(Fields { rules: lean(), ..Fields::default() })
}

fn whole_body(rules: EventRules) -> Payload {
    let types = ["text/plain", "text/html"].map(str::to_owned).to_vec();
    Payload::Fields(Fields {
        body: true,
        rules: EventRules { body: BodyEncoding::TextTypes(types), ..rules },
        ..Fields::default()
    })
}

#[test]
fn query_and_body_are_merged_and_the_body_wins() {
    let json = "application/json";
    let form = "application/x-www-form-urlencoded";
    let cases = [
        ("/?a=1&b=2", "", "", json!({"a": "1", "b": "2"})),
        ("/?k=q", json, r#"{"k":7,"n":null,"e":[]}"#, json!({"k": 7, "n": null, "e": []})),
        ("/?k=q&x", form, "k=f&y=1&y=2", json!({"k": "f", "x": true, "y": ["1", "2"]})),
        ("/", json, "[1,{},[]]", json!([1, {}, []])),
        ("/?q=1", json, "[1,{}]", json!({"1": 1, "2": {}, "q": "1"})),
        ("/?1=q", json, "[7]", json!({"1": 7})),
        ("/?q=1", json, "42", json!({"q": "1"})),
        ("/", json, "\"text\"", json!({})),
        ("/?q=1", json, "{bad", json!({"q": "1"})),
        ("/", "application/json-patch+json", "[1]", json!([1])),
        ("/", "application/problem+json", "{\"a\":1}", json!({})),
        ("/", "APPLICATION/JSON; charset=x", "{\"a\":1}", json!({"a": 1})),
        ("/?a=1", "text/plain", "b=2", json!({"a": "1"})),
        (
            "/?f1=q",
            "multipart/form-data; boundary=X",
            "--X\r\ncontent-disposition: form-data; name=\"f1\"\r\n\r\nv1\r\n--X\r\ncontent-disposition: form-data; \
             name=\"f2\"; filename=\"x.txt\"\r\n\r\nfile\r\n--X--\r\n",
            json!({"f1": "v1", "f2": "file"}),
        ),
    ];
    for (target, media, body, expected) in cases {
        let event = Case::new("GET", target).body(media, body).event(&merged());
        assert_eq!(event, expected, "{target} {media} {body}");
    }
    let repeated = Case::new("POST", "/").body(json, r#"{"a":1,"a":2}"#).build(&merged()).unwrap();
    assert_eq!(repeated, r#"{"a":2}"#, "of equal names the last stays, once");
}

#[test]
fn a_body_stands_beside_its_arguments() {
    let json = "application/json";
    let cases = [
        (json, "{\"a\":1}", json!({"request_body": "{\"a\":1}", "request_body_args": {"a": 1}})),
        (json, "{bad", json!({"request_body": "{bad"})),
        (json, "", json!({})),
        ("application/x-www-form-urlencoded", "", json!({"request_body_args": {}})),
        ("text/plain", "hi", json!({"request_body": "hi", "request_body_args": {}})),
        (
            "text/plain; charset=utf-8",
            "hi",
            json!({"request_body": "aGk=", "request_body_args": {}, "request_body_base64": true}),
        ),
        ("", "hi", json!({"request_body": "aGk=", "request_body_args": {}, "request_body_base64": true})),
        ("", "", json!({"request_body": "", "request_body_args": {}, "request_body_base64": true})),
    ];
    for (media, body, expected) in cases {
        assert_eq!(Case::new("POST", "/").body(media, body).event(&whole_body(lean())), expected, "{media} {body}");
    }
    let omit = EventRules { empty_body: EmptyBody::Omit, ..lean() };
    assert_eq!(Case::new("GET", "/").event(&whole_body(omit)), json!({"request_body_args": {}}));
    let binary = b"--X\r\ncontent-disposition: form-data; name=f\r\n\r\n\xff\x00\r\n--X--".to_vec();
    let event = Case::new("POST", "/").body("multipart/form-data; boundary=X", binary).event(&whole_body(lean()));
    assert_eq!(event["request_body_args"], json!({"f": "\u{ff}\u{0}"}));
    assert_eq!(event["request_body_base64"], true, "what JSON cannot hold as text is base64");
}

#[test]
fn so_many_arguments_count_and_more_are_left_out_or_refused() {
    let hundred: String = (0..101).map(|n| format!("a{n}={n}&")).collect();
    let target: &'static str = Box::leak(format!("/?{hundred}").into_boxed_str());
    let event = Case::new("GET", target).event(&merged());
    assert_eq!(event.as_object().unwrap().len(), 100);
    assert!(event.get("a100").is_none());
    let strict = EventRules { arguments: Arguments { refuse_more: true, ..merging() }, ..lean() };
    for payload in [Payload::Fields(Fields { rules: strict.clone(), ..Fields::default() }), Payload::HttpV1(strict)] {
        let refused = Case::new("GET", target).build(&payload).unwrap_err();
        assert_eq!((refused.kind, refused.kind.status()), (FailureKind::UriTooLong, 414));
        assert!(Case::new("GET", "/?a&b").build(&payload).is_ok());
    }
    let form = Case::new("POST", "/").body("application/x-www-form-urlencoded", hundred).event(&merged());
    assert_eq!(form.as_object().unwrap().len(), 100);
}

#[test]
fn a_large_body_is_dropped_or_kept_and_small_ones_are_as_ever() {
    let rules = |kept, arguments| EventRules { large_body: Some(LargeBody { over: 10, kept, arguments }), ..lean() };
    let v1 = |rules, body: &str| {
        let event = Case::new("POST", "/").body("text/plain", body).event(&Payload::HttpV1(rules));
        (event["body"].clone(), event["isBase64Encoded"].clone())
    };
    assert_eq!(v1(rules(false, false), "0123456789"), (json!("MDEyMzQ1Njc4OQ=="), json!(true)));
    assert_eq!(v1(rules(false, false), "0123456789a"), (json!(""), json!(true)));
    assert_eq!(v1(rules(true, false), "0123456789a"), (json!("MDEyMzQ1Njc4OWE="), json!(true)));
    let fields = |rules| Payload::Fields(Fields { rules, ..Fields::default() });
    let large = Case::new("POST", "/?q").body("application/json", "{\"abcdefgh\":1}");
    assert_eq!(large.event(&fields(rules(true, false))), json!({"q": true}), "it is not read");
    assert_eq!(large.event(&fields(rules(true, true))), json!({"q": true, "abcdefgh": 1}));
    assert_eq!(large.event(&whole_body(rules(true, false))), json!({"request_body": "{\"abcdefgh\":1}"}));
    assert_eq!(large.event(&whole_body(rules(false, false))), json!({}));
}

#[test]
fn a_lean_event_holds_what_the_gateway_knows() {
    let case = Case::new("GET", "/lambda/x%20y?a=1&a=2&f")
        .header("x-m", "1")
        .header("x-m", "2")
        .header("user-agent", "curl/8");
    // an argument that is `true` is none for readers with types, so the event is read as plain JSON
    let request: Value = serde_json::from_slice(&case.build(&Payload::HttpV1(lean())).unwrap()).unwrap();
    let context = json!({
        "domainName": "api.example.com", "domainPrefix": "api", "httpMethod": "GET",
        "identity": {"sourceIp": "192.0.2.1", "userAgent": "curl/8"},
        "path": "/lambda/x%20y", "protocol": "HTTP/1.1", "requestId": "0123456789abcdef0123456789abcdef",
        "requestTime": "15/May/2020:06:01:09 +0000", "requestTimeEpoch": 1_589_522_469_337u64,
        "resourcePath": "/lambda/x%20y",
    });
    let expected = json!({
        "version": "1.0", "resource": "/users/{id}", "path": "/lambda/x%20y", "httpMethod": "GET",
        "headers": {"host": "API.example.com:8443", "x-m": "1", "user-agent": "curl/8"},
        "multiValueHeaders": {"host": ["API.example.com:8443"], "x-m": ["1", "2"], "user-agent": ["curl/8"]},
        "queryStringParameters": {"a": "1", "f": true},
        "multiValueQueryStringParameters": {"a": ["1", "2"], "f": [true]},
        "pathParameters": {"id": "7/8"}, "requestContext": context, "body": "", "isBase64Encoded": true,
    });
    assert_eq!(request, expected);
}

#[test]
fn the_forwarded_path_is_shown_where_the_rules_say_so() {
    let mut case = Case::new("GET", "/lambda/x?q=1");
    case.forwarded = Some("/x");
    for payload in [Payload::HttpV1(lean()), Payload::HttpV2(lean())] {
        let event = case.event(&payload);
        let path = event.get("path").or(event.get("rawPath")).unwrap();
        assert_eq!(path, "/x");
    }
    assert_eq!(case.event(&v1())["path"], "/lambda/x");
    let target = Payload::Fields(Fields { uri: true, rules: lean(), ..Fields::default() });
    case.received = Some("/lambda/x?q=1&secret");
    assert_eq!(
        case.event(&target),
        json!({"request_uri": "/lambda/x?q=1&secret", "request_uri_args": {"q": "1"}}),
        "the target as it came, the arguments as steps left them"
    );
}

#[test]
fn escaped_slashes_are_the_same_json() {
    let rules = EventRules { escaped_slashes: true, ..lean() };
    let case = Case::new("POST", "/a/b?c=/").body("text/plain", "x");
    let escaped = case.build(&Payload::HttpV1(rules)).unwrap();
    let text = std::str::from_utf8(&escaped).unwrap();
    assert!(text.contains(r#""path":"\/a\/b""#), "{text}");
    assert_eq!(serde_json::from_slice::<Value>(&escaped).unwrap(), case.event(&Payload::HttpV1(lean())));
}

//! Cases of `event`.

mod rules;

use super::*;
use aws_lambda_events::alb::AlbTargetGroupRequest;
use aws_lambda_events::apigw::{ApiGatewayProxyRequest, ApiGatewayV2httpRequest};
use aws_lambda_events::lambda_function_urls::LambdaFunctionUrlRequest;
use http::{HeaderName, HeaderValue};
use model::call::{BodyEncoding, Duplicates, EmptyMap, EventRules, Fields};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::net::Ipv4Addr;
use std::time::{Duration, UNIX_EPOCH};

/// A request written down.
struct Case {
    method: Method,
    target: &'static str,
    headers: Vec<(&'static str, &'static [u8])>,
    host: &'static str,
    template: &'static str,
    params: Vec<(Arc<str>, String)>,
    consumer: Option<&'static str>,
    claims: Option<Value>,
    body: Vec<u8>,
    version: Version,
    https: bool,
    forwarded: Option<&'static str>,
    received: Option<&'static str>,
}

impl Case {
    fn new(method: &str, target: &'static str) -> Self {
        Self {
            method: method.parse().unwrap(),
            target,
            headers: Vec::new(),
            host: "API.example.com:8443",
            template: "/users/{id}",
            params: vec![("id".into(), "7/8".to_owned())],
            consumer: None,
            claims: None,
            body: Vec::new(),
            version: Version::HTTP_11,
            https: true,
            forwarded: None,
            received: None,
        }
    }

    fn header(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.push((name, value.as_bytes()));
        self
    }

    fn body(mut self, media: &'static str, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        if media.is_empty() { self } else { self.header("content-type", media) }
    }

    fn build(&self, payload: &Payload) -> Result<Bytes, CallError> {
        let mut headers = HeaderMap::new();
        for (name, value) in &self.headers {
            headers.append(HeaderName::from_static(name), HeaderValue::from_bytes(value).unwrap());
        }
        let (path, query) = match self.target.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (self.target, None),
        };
        let request = EventRequest {
            method: &self.method,
            version: self.version,
            https: self.https,
            path,
            forwarded_path: self.forwarded,
            received: self.received,
            query,
            headers: &headers,
            host: self.host,
            template: self.template,
            params: &self.params,
            source_ip: IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)),
            request_id: "0123456789abcdef0123456789abcdef",
            time: UNIX_EPOCH + Duration::from_millis(1_589_522_469_337),
            consumer: self.consumer,
            claims: self.claims.as_ref().and_then(Value::as_object),
            body: &self.body,
        };
        build(payload, &request)
    }

    /// The event; it is read by the types of the functions' side, too.
    fn event(&self, payload: &Payload) -> Value {
        let event = self.build(payload).unwrap();
        reads(payload, &event);
        serde_json::from_slice(&event).unwrap()
    }
}

fn reads(payload: &Payload, event: &[u8]) {
    let told = || String::from_utf8_lossy(event).into_owned();
    match payload {
        Payload::HttpV1(_) => {
            serde_json::from_slice::<ApiGatewayProxyRequest>(event).unwrap_or_else(|e| panic!("{e}: {}", told()));
        }
        Payload::HttpV2(_) => {
            serde_json::from_slice::<ApiGatewayV2httpRequest>(event).unwrap_or_else(|e| panic!("{e}: {}", told()));
            serde_json::from_slice::<LambdaFunctionUrlRequest>(event).unwrap_or_else(|e| panic!("{e}: {}", told()));
        }
        Payload::Alb(_) => {
            serde_json::from_slice::<AlbTargetGroupRequest>(event).unwrap_or_else(|e| panic!("{e}: {}", told()));
        }
        Payload::Fields(_) | Payload::Raw | Payload::Template(_) => {}
    }
}

fn v1() -> Payload {
    Payload::HttpV1(EventRules::default())
}

fn v2() -> Payload {
    Payload::HttpV2(EventRules::default())
}

fn alb() -> Payload {
    Payload::Alb(EventRules::default())
}

fn busy() -> Case {
    let mut case = Case::new("POST", "/users/7%2F8?b=2&a=1+%C3%BC&a=3%2C4&flag")
        .header("accept", "text/html")
        .header("cookie", "k=v; l=w")
        .header("cookie", "m=x")
        .header("x-twice", "one")
        .header("x-amz-meta", "data")
        .header("x-twice", "two")
        .header("user-agent", "probe/1")
        .body("application/json; charset=utf-8", "{\"n\":1}");
    case.consumer = Some("alice");
    case
}

#[test]
fn version_2_is_written_as_aws_documents_it() {
    let expected = json!({
        "version": "2.0", "routeKey": "POST /users/{id}", "rawPath": "/users/7%2F8",
        "rawQueryString": "b=2&a=1+%C3%BC&a=3%2C4&flag",
        "cookies": ["k=v", "l=w", "m=x"],
        "headers": {
            "host": "API.example.com:8443", "accept": "text/html", "x-twice": "one,two", "x-amz-meta": "data",
            "user-agent": "probe/1", "content-type": "application/json; charset=utf-8",
        },
        "queryStringParameters": {"a": "1 \u{fc},3,4", "b": "2", "flag": ""},
        "requestContext": {
            "accountId": "000000000000", "apiId": "lambdagate",
            "authorizer": {"lambda": {"principalId": "alice"}},
            "domainName": "api.example.com", "domainPrefix": "api",
            "http": {
                "method": "POST", "path": "/users/7%2F8", "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1",
                "userAgent": "probe/1",
            },
            "requestId": "0123456789abcdef0123456789abcdef", "routeKey": "POST /users/{id}", "stage": "$default",
            "time": "15/May/2020:06:01:09 +0000", "timeEpoch": 1_589_522_469_337_u64,
        },
        "pathParameters": {"id": "7/8"},
        "body": "{\"n\":1}", "isBase64Encoded": false,
    });
    assert_eq!(busy().event(&v2()), expected);
}

#[test]
fn what_a_token_claims_is_told_as_text() {
    let mut case = busy();
    case.claims = Some(json!({
        "sub": "ada", "exp": 1_700_000_000_u64, "admin": true, "aud": ["a", "b"], "scope": "read write", "ext": {"x": 1},
    }));
    let claims = json!({
        "sub": "ada", "exp": "1700000000", "admin": "true", "aud": "[a b]", "scope": "read write", "ext": "{\"x\":1}",
    });
    let scopes = json!(["read", "write"]);
    let of = |case: &Case, payload| case.event(&payload)["requestContext"]["authorizer"].clone();
    let lambda = json!({"principalId": "alice"});
    assert_eq!(of(&case, v2()), json!({"jwt": {"claims": claims, "scopes": scopes}, "lambda": lambda}));
    assert_eq!(of(&case, v1()), json!({"claims": claims, "scopes": scopes, "principalId": "alice"}));
    case.consumer = None;
    case.claims = Some(json!({"sub": "ada"}));
    assert_eq!(of(&case, v2()), json!({"jwt": {"claims": {"sub": "ada"}, "scopes": null}}));
    assert_eq!(of(&case, v1()), json!({"claims": {"sub": "ada"}, "scopes": null}));
}

#[test]
fn version_1_is_written_as_aws_documents_it() {
    let expected = json!({
        "version": "1.0", "resource": "/users/{id}", "path": "/users/7%2F8", "httpMethod": "POST",
        "headers": {
            "host": "API.example.com:8443", "accept": "text/html", "cookie": "k=v; l=w; m=x", "x-twice": "two",
            "x-amz-meta": "data", "user-agent": "probe/1", "content-type": "application/json; charset=utf-8",
        },
        "multiValueHeaders": {
            "host": ["API.example.com:8443"], "accept": ["text/html"], "cookie": ["k=v; l=w; m=x"],
            "x-twice": ["one", "two"], "x-amz-meta": ["data"], "user-agent": ["probe/1"],
            "content-type": ["application/json; charset=utf-8"],
        },
        "queryStringParameters": {"a": "3,4", "b": "2", "flag": ""},
        "multiValueQueryStringParameters": {"a": ["1 \u{fc}", "3,4"], "b": ["2"], "flag": [""]},
        "pathParameters": {"id": "7/8"}, "stageVariables": null,
        "requestContext": {
            "accountId": "000000000000", "apiId": "lambdagate", "authorizer": {"principalId": "alice"},
            "domainName": "api.example.com", "domainPrefix": "api",
            "extendedRequestId": "0123456789abcdef0123456789abcdef", "httpMethod": "POST",
            "identity": {
                "accessKey": null, "accountId": null, "caller": null, "cognitoAuthenticationProvider": null,
                "cognitoAuthenticationType": null, "cognitoIdentityId": null, "cognitoIdentityPoolId": null,
                "principalOrgId": null, "user": null, "userArn": null,
                "sourceIp": "192.0.2.1", "userAgent": "probe/1",
            },
            "path": "/users/7%2F8", "protocol": "HTTP/1.1", "requestId": "0123456789abcdef0123456789abcdef",
            "requestTime": "15/May/2020:06:01:09 +0000", "requestTimeEpoch": 1_589_522_469_337_u64,
            "resourceId": "/users/{id}", "resourcePath": "/users/{id}", "stage": "$default",
        },
        "body": "{\"n\":1}", "isBase64Encoded": false,
    });
    assert_eq!(busy().event(&v1()), expected);
}

#[test]
fn a_balancers_event_has_its_own_fields() {
    let case = busy().header("x-forwarded-for", "198.51.100.7").header("x-forwarded-proto", "gopher");
    let expected = json!({
        "requestContext": {"elb": {"targetGroupArn": TARGET_GROUP_ARN}},
        "httpMethod": "POST", "path": "/users/7%2F8",
        "queryStringParameters": {"a": "3%2C4", "b": "2", "flag": ""},
        "headers": {
            "host": "API.example.com:8443", "accept": "text/html", "cookie": "k=v; l=w; m=x", "x-twice": "two",
            "x-amz-meta": "data", "user-agent": "probe/1", "content-type": "application/json; charset=utf-8",
            "x-amzn-trace-id": "Root=1-5ebe3025-0123456789abcdef01234567",
            "x-forwarded-for": "198.51.100.7, 192.0.2.1", "x-forwarded-port": "8443", "x-forwarded-proto": "https",
        },
        "body": "{\"n\":1}", "isBase64Encoded": false,
    });
    assert_eq!(case.event(&alb()), expected);

    let multi = Payload::Alb(EventRules { multi_value: true, ..EventRules::default() });
    let event = case.header("x-amzn-trace-id", "Root=1-x").event(&multi);
    assert_eq!(event["multiValueQueryStringParameters"], json!({"a": ["1+%C3%BC", "3%2C4"], "b": ["2"], "flag": [""]}));
    assert_eq!(event["multiValueHeaders"]["x-twice"], json!(["one", "two"]));
    assert_eq!(event["multiValueHeaders"]["x-amzn-trace-id"], json!(["Root=1-x"]));
    assert!(event.get("headers").is_none() && event.get("queryStringParameters").is_none());
}

/// Checks one member, by its JSON pointer; `None`: it is not there.
#[track_caller]
fn check(case: &Case, payload: &Payload, pointer: &str, expected: Option<Value>) {
    let event = case.event(payload);
    assert_eq!(event.pointer(pointer), expected.as_ref(), "{pointer} in {event}");
}

#[test]
fn a_bare_request_has_what_each_shape_says_of_nothing() {
    let mut bare = Case::new("GET", "/");
    (bare.template, bare.params) = ("", Vec::new());
    for member in ["cookies", "queryStringParameters", "pathParameters", "stageVariables", "body"] {
        check(&bare, &v2(), &format!("/{member}"), None);
    }
    check(&bare, &v2(), "/routeKey", Some(json!("$default")));
    check(&bare, &v2(), "/requestContext/authorizer", None);
    check(&bare, &v2(), "/requestContext/http/userAgent", Some(json!("")));
    check(&bare, &v2(), "/rawQueryString", Some(json!("")));
    for member in
        ["queryStringParameters", "multiValueQueryStringParameters", "pathParameters", "stageVariables", "body"]
    {
        check(&bare, &v1(), &format!("/{member}"), Some(Value::Null));
    }
    check(&bare, &v1(), "/resource", Some(json!("$default")));
    check(&bare, &v1(), "/requestContext/identity/userAgent", Some(Value::Null));
    check(&bare, &alb(), "/queryStringParameters", Some(json!({})));
    check(&bare, &alb(), "/body", Some(json!("")));
}

#[test]
fn rules_decide_what_differs() {
    let bare = Case::new("GET", "/?a=1&a=2");
    let with = |change: fn(&mut EventRules)| {
        let mut rules = EventRules::default();
        change(&mut rules);
        rules
    };
    let first = with(|rules| rules.duplicates = Duplicates::First);
    check(&bare, &Payload::HttpV1(first.clone()), "/queryStringParameters/a", Some(json!("1")));
    check(&bare, &Payload::Alb(first), "/queryStringParameters/a", Some(json!("1")));
    let object = with(|rules| rules.empty_map = EmptyMap::Object);
    check(&bare, &Payload::HttpV1(object.clone()), "/stageVariables", Some(json!({})));
    check(&bare, &Payload::HttpV2(object), "/stageVariables", Some(json!({})));
    let omit = with(|rules| rules.empty_map = EmptyMap::Omit);
    check(&bare, &Payload::HttpV1(omit.clone()), "/stageVariables", None);
    check(&Case::new("GET", "/"), &Payload::Alb(omit), "/queryStringParameters", None);
    let stage = with(|rules| {
        rules.stage = "prod".to_owned();
        rules.stage_variables.insert("color".to_owned(), "blue".to_owned());
    });
    for payload in [Payload::HttpV1(stage.clone()), Payload::HttpV2(stage)] {
        check(&bare, &payload, "/requestContext/stage", Some(json!("prod")));
        check(&bare, &payload, "/stageVariables", Some(json!({"color": "blue"})));
    }
}

#[test]
fn a_body_is_text_or_base64() {
    use BodyEncoding::{Base64, BinaryTypes, ByMediaType, Utf8};
    let images = || BinaryTypes(vec!["image/*".to_owned()]);
    let all = || BinaryTypes(vec!["*/*".to_owned()]);
    let cases: [(BodyEncoding, &str, &[u8], bool); 18] = [
        (ByMediaType, "text/plain", b"x", false),
        (ByMediaType, "Text/CSV; header=yes", b"x", false),
        (ByMediaType, "application/json", b"{}", false),
        (ByMediaType, "APPLICATION/XML;charset=utf-8", b"<a/>", false),
        (ByMediaType, "application/javascript", b"1", false),
        (ByMediaType, "application/problem+json", b"{}", true),
        (ByMediaType, "application/x-www-form-urlencoded", b"a=1", true),
        (ByMediaType, "", b"x", true),
        (ByMediaType, "text/plain", b"\xff", true),
        (ByMediaType, "image/png", b"x", true),
        (images(), "image/png", b"x", true),
        (images(), "text/plain", b"x", false),
        (images(), "", b"x", false),
        (all(), "", b"x", true),
        (Base64, "text/plain", b"x", true),
        (Utf8, "image/png", b"x", false),
        (Utf8, "text/plain", b"\xc3", true),
        (BinaryTypes(Vec::new()), "text/plain", b"\xc3", true),
    ];
    for (body, media, bytes, is_base64) in cases {
        let case = Case::new("POST", "/").body(media, bytes);
        let rules = EventRules { body: body.clone(), ..EventRules::default() };
        for payload in [Payload::HttpV1(rules.clone()), Payload::HttpV2(rules.clone()), Payload::Alb(rules)] {
            let event = case.event(&payload);
            assert_eq!(event["isBase64Encoded"], is_base64, "{media} by {body:?}");
            let text = event["body"].as_str().unwrap();
            let found =
                if is_base64 { base64_simd::STANDARD.decode_to_vec(text).unwrap() } else { text.as_bytes().to_vec() };
            assert_eq!(found, bytes, "{media} by {body:?}");
        }
    }
    let packed = Case::new("POST", "/").header("content-encoding", "gzip").body("text/plain", "x");
    check(&packed, &v2(), "/isBase64Encoded", Some(json!(true)));
}

#[test]
fn host_and_protocol_come_from_any_version_of_http() {
    let mut case = Case::new("GET", "/");
    case.version = Version::HTTP_2;
    check(&case, &v2(), "/headers/host", Some(json!("API.example.com:8443")));
    check(&case, &v2(), "/requestContext/http/protocol", Some(json!("HTTP/2")));
    let given = Case::new("GET", "/").header("host", "other");
    check(&given, &v2(), "/headers/host", Some(json!("other")));
    for (host, name, port) in [
        ("127.0.0.1:80", "127.0.0.1", "80"),
        ("[::1]:8000", "[::1]", "8000"),
        ("[::1]", "[::1]", "443"),
        ("plain", "plain", "443"),
    ] {
        case.host = host;
        check(&case, &v2(), "/requestContext/domainName", Some(json!(name)));
        check(&case, &alb(), "/headers/x-forwarded-port", Some(json!(port)));
    }
}

#[test]
fn arguments_merge_into_one_object() {
    let plain = Payload::Fields(Fields::default());
    let form = "application/x-www-form-urlencoded";
    for (target, media, body, expected) in [
        ("/", "", "", json!({})),
        ("/?a=1&b&c=&a=2", "", "", json!({"a": ["1", "2"], "b": true, "c": ""})),
        ("/?a=q", form, "a=f&d=x%20y+z", json!({"a": "q", "d": "x y z"})),
        (
            "/?a=q",
            "application/json",
            "{\"a\":1,\"d\":{\"e\":[1.50, null]}}",
            json!({"a": "q", "d": {"e": [1.5, null]}}),
        ),
        ("/", "application/json", "{\"a\":1,\"a\":2,\"\\u0062\":\"\\u00fc\"}", json!({"a": 2, "b": "\u{fc}"})),
        ("/?a=q", "application/json", "[1]", json!({"a": "q"})),
        ("/?a=q", "application/json", "{broken", json!({"a": "q"})),
        ("/?a=q", "text/plain", "b=1", json!({"a": "q"})),
    ] {
        assert_eq!(Case::new("POST", target).body(media, body).event(&plain), expected, "{target} {body}");
    }
}

#[test]
fn chosen_parts_of_a_request_stand_by_name() {
    let fields = |method, uri, headers, body| {
        Payload::Fields(Fields { method, uri, headers, body, rules: EventRules::default() })
    };
    let case = Case::new("PUT", "/p%20q?a=1&a=2&b")
        .header("x-one", "1")
        .header("x-two", "a")
        .header("x-two", "b")
        .body("application/json", "{\"n\":[]}");
    assert_eq!(case.event(&fields(true, false, false, false)), json!({"request_method": "PUT"}));
    let uri = json!({"request_uri": "/p%20q?a=1&a=2&b", "request_uri_args": {"a": ["1", "2"], "b": true}});
    assert_eq!(case.event(&fields(false, true, false, false)), uri);
    let headers = json!({"request_headers": {
        "host": "API.example.com:8443", "x-one": "1", "x-two": ["a", "b"], "content-type": "application/json"
    }});
    assert_eq!(case.event(&fields(false, false, true, false)), headers);
    for (media, body, expected) in [
        ("application/json", &b"{\"n\":[]}"[..], json!({"request_body": "{\"n\":[]}", "request_body_args": {"n": []}})),
        ("application/json", b"{n", json!({"request_body": "{n"})),
        ("application/json", b"7", json!({"request_body": "7"})),
        (
            "application/x-www-form-urlencoded",
            b"a=1&b",
            json!({
                "request_body": "a=1&b", "request_body_args": {"a": "1", "b": true}
            }),
        ),
        ("text/plain", b"hello", json!({"request_body": "hello", "request_body_args": {}})),
        (
            "image/png",
            b"\x89P",
            json!({
                "request_body": "iVA=", "request_body_args": {}, "request_body_base64": true
            }),
        ),
        ("", b"", json!({"request_body": "", "request_body_args": {}})),
    ] {
        let case = Case::new("PUT", "/").body(media, body);
        assert_eq!(case.event(&fields(false, false, false, true)), expected, "{media}");
    }
}

#[test]
fn a_raw_payload_is_the_body() {
    for body in [&b""[..], b"{}", b"\xff\x00"] {
        assert_eq!(Case::new("POST", "/").body("", body).build(&Payload::Raw).unwrap(), body);
    }
}

#[test]
fn events_have_lambdas_limit_to_the_byte() {
    let payload = Payload::HttpV2(EventRules { body: BodyEncoding::Utf8, ..EventRules::default() });
    let frame = Case::new("POST", "/").body("", "x").build(&payload).unwrap().len() - 1;
    let fits = LIMIT as usize - frame;
    assert_eq!(Case::new("POST", "/").body("", vec![b'x'; fits]).build(&payload).unwrap().len() as u64, LIMIT);
    for (payload, length) in
        [(&payload, fits + 1), (&v2(), 4_800_000), (&v1(), LIMIT as usize + 1), (&Payload::Raw, LIMIT as usize + 1)]
    {
        let error = Case::new("POST", "/").body("", vec![b'x'; length]).build(payload).unwrap_err();
        assert_eq!((error.kind, error.blame, error.nothing_ran), (FailureKind::EventTooLarge, Blame::Client, true));
        for size in [length, LIMIT as usize] {
            assert!(error.detail.contains(&size.to_string()), "{}", error.detail);
        }
    }
}

#[test]
fn header_bytes_that_are_not_utf_8_are_latin_1() {
    let mut case = Case::new("GET", "/");
    case.headers = vec![("x-old", b"gr\xfcn"), ("user-agent", b"\xe9")];
    for payload in [v1(), v2(), alb()] {
        check(&case, &payload, "/headers/x-old", Some(json!("gr\u{fc}n")));
    }
    check(&case, &v2(), "/requestContext/http/userAgent", Some(json!("\u{e9}")));
}

proptest! {
    #[test]
    fn every_request_makes_an_event_that_functions_can_read(
        query in "[!-~]{0,30}",
        values in proptest::collection::vec("[ -~\u{e9}\u{4e2d}]{0,20}", 0..4),
        body in proptest::collection::vec(any::<u8>(), 0..40),
        media in prop_oneof![Just(""), Just("text/plain"), Just("application/json"), Just("\"")],
        multi_value: bool,
    ) {
        let leak = |text: String| -> &'static str { text.leak() };
        let mut case = Case::new("GET", leak(format!("/users/1?{query}"))).body(media, body);
        for value in values {
            case = case.header("x-value", leak(value.trim().to_owned())).header("cookie", "a=b");
        }
        let rules = EventRules { multi_value, ..EventRules::default() };
        let all = Fields { method: true, uri: true, headers: true, body: true, rules: rules.clone() };
        for payload in [v1(), v2(), Payload::Alb(rules), Payload::Fields(all), Payload::Fields(Fields::default())] {
            case.event(&payload);
        }
    }
}

//! Function URLs: addresses, events, answers whole and streamed, signatures.

use super::site::{Ask, Site, Told, python, send};
use bytes::Bytes;
use http_body_util::BodyExt;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpStream;

async fn open(ask: &Ask) -> Told {
    send(ask.address, ask.unsigned()).await
}

/// The event that a function with this URL is given.
async fn event(site: &Site, ask: &Ask) -> Value {
    site.write("f/lambda_function.py", &python("    return event"));
    let told = ask.send().await;
    assert_eq!((told.status, told.header("content-type")), (200, Some("application/json")), "{told:?}");
    told.json()
}

#[tokio::test]
async fn a_url_gives_its_function_awss_event() {
    let site = Site::start().await;
    let port = site.emulator.address().port();
    let by_path = site.request("PUT", "/url/f/a%20b/c?x=1&x=2&y", "text");
    let mut by_host = site.request("PUT", "/a%20b/c?x=1&x=2&y", "text");
    by_host.host = format!("F.lambda-url.localhost:{port}");
    for ask in [by_path, by_host] {
        let ask =
            ask.header("content-type", "text/plain").header("x-forwarded-for", "10.0.0.1").header("cookie", "k=v");
        let event = event(&site, &ask).await;
        for (pointer, expected) in [
            ("/version", json!("2.0")),
            ("/routeKey", json!("$default")),
            ("/rawPath", json!("/a%20b/c")),
            ("/rawQueryString", json!("x=1&x=2&y")),
            ("/queryStringParameters", json!({ "x": "1,2", "y": "" })),
            ("/cookies", json!(["k=v"])),
            ("/headers/content-type", json!("text/plain")),
            ("/headers/x-forwarded-for", json!("10.0.0.1, 127.0.0.1")),
            ("/headers/x-forwarded-proto", json!("http")),
            ("/headers/x-forwarded-port", json!(port.to_string())),
            ("/body", json!("text")),
            ("/isBase64Encoded", json!(false)),
            ("/requestContext/accountId", json!("anonymous")),
            ("/requestContext/apiId", json!("f")),
            ("/requestContext/domainName", json!("f.lambda-url.localhost")),
            ("/requestContext/domainPrefix", json!("f")),
            ("/requestContext/stage", json!("$default")),
            ("/requestContext/http/method", json!("PUT")),
            ("/requestContext/http/path", json!("/a%20b/c")),
            ("/requestContext/http/sourceIp", json!("127.0.0.1")),
        ] {
            assert_eq!(event.pointer(pointer), Some(&expected), "{pointer} {event}");
        }
        let trace = event["headers"]["x-amzn-trace-id"].as_str().unwrap();
        assert!(trace.starts_with("Root=1-"), "{trace}");
    }
    assert_eq!(event(&site, &site.request("GET", "/url/f", "")).await["rawPath"], "/");
    site.stop().await;
}

#[tokio::test]
async fn a_reply_becomes_a_response() {
    for (body, status, content_type, text) in [
        ("    return {'statusCode': 201, 'headers': {'Content-Type': 'a/b'}, 'body': 'x'}", 201, Some("a/b"), "x"),
        (
            "    return {'statusCode': 200, 'body': 'aGk=', 'isBase64Encoded': True}",
            200,
            Some("application/json"),
            "hi",
        ),
        ("    return {'statusCode': '404'}", 404, Some("application/json"), ""),
        ("    return [1]", 200, Some("application/json"), "[1]"),
        ("    return {'statusCode': 99}", 502, Some("application/json"), "Internal Server Error"),
        ("    return {'statusCode': 200, 'body': {}}", 502, Some("application/json"), "Internal Server Error"),
        ("    raise ValueError", 502, Some("application/json"), "Internal Server Error"),
    ] {
        let site = Site::python(body).await;
        let told = open(&site.request("GET", "/url/f/", "")).await;
        assert_eq!(
            (told.status, told.header("content-type"), &*told.body),
            (status, content_type, text.as_bytes()),
            "{body}"
        );
        assert!(told.header("x-amzn-requestid").is_some());
        site.stop().await;
    }
    let site = Site::python("    return {'statusCode': 200, 'cookies': ['a=1', 'b=2']}").await;
    let told = open(&site.request("GET", "/url/f/", "")).await;
    assert_eq!(told.headers.get_all("set-cookie").iter().collect::<Vec<_>>(), ["a=1", "b=2"]);
    site.stop().await;
}

#[tokio::test]
async fn a_url_that_wants_a_signature_refuses_as_aws_does() {
    let site = Site::start().await;
    site.write("f/function.yaml", "url: { auth: AWS_IAM }");
    let ask = site.request("POST", "/url/f/a?b=c", "text");
    let event = event(&site, &ask).await;
    let account = "000000000000";
    assert_eq!(event["requestContext"]["accountId"], account);
    let identity = &event["requestContext"]["authorizer"]["iam"];
    assert_eq!((&identity["accessKey"], &identity["accountId"]), (&json!("local"), &json!(account)));
    assert_eq!(identity["userArn"], "arn:aws:iam::000000000000:user/local");

    let told = open(&ask).await;
    assert_eq!((told.status, told.header("x-amzn-errortype")), (403, Some("AccessDeniedException")));
    assert!(told.json()["Message"].as_str().unwrap().starts_with("Forbidden"));
    for (ask, kind) in [
        (Ask { secret_key: "wrong", ..ask.clone() }, "InvalidSignatureException"),
        (Ask { service: "execute-api", ..ask.clone() }, "InvalidSignatureException"),
        (Ask { access_key: "stranger", ..ask.clone() }, "UnrecognizedClientException"),
    ] {
        let told = ask.send().await;
        assert_eq!((told.status, told.header("x-amzn-errortype")), (403, Some(kind)));
        assert!(told.json()["message"].is_string());
    }
    site.stop().await;
}

#[tokio::test]
async fn what_a_url_cannot_serve_has_awss_status() {
    let site = Site::python("    pass").await;
    site.write("t/lambda_function.py", &python("    pass"));
    site.write("t/function.yaml", "faults: { throttle: { reason: CallerRateLimitExceeded } }");
    let large = vec![b'x'; 6_291_557];
    for (ask, status, kind) in [
        (site.request("GET", "/url/absent/", ""), 404, "ResourceNotFoundException"),
        (site.request("GET", "/url/..%2f/", ""), 404, "ResourceNotFoundException"),
        (site.request("GET", "/url//", ""), 404, "ResourceNotFoundException"),
        (site.request("GET", "/url/t/", ""), 429, "TooManyRequestsException"),
        (site.request("POST", "/url/f/", large.clone()), 413, "RequestTooLargeException"),
        // Fits, but not as base64.
        (site.request("POST", "/url/f/", large[..6_000_000].to_vec()), 413, "RequestTooLargeException"),
    ] {
        let told = open(&ask).await;
        assert_eq!((told.status, told.header("x-amzn-errortype")), (status, Some(kind)), "{}", ask.path);
    }
    assert_eq!(open(&site.request("GET", "/url/absent/", "")).await.json(), json!({ "Message": null }));
    assert_eq!(open(&site.request("GET", "/url/t/", "")).await.json()["Reason"], "CallerRateLimitExceeded");
    site.stop().await;
}

async fn streaming(body: &str) -> Site {
    let site = Site::start().await;
    let text =
        format!("export const handler = awslambda.streamifyResponse(async (event, stream) => {{\n{body}\n}});\n");
    site.write("f/index.mjs", &text);
    site.write("f/function.yaml", "url: { auth: NONE, mode: RESPONSE_STREAM }");
    site
}

#[tokio::test]
async fn a_streamed_answer_flows_behind_its_head() {
    let prelude = "stream = awslambda.HttpResponseStream.from(stream, \
        { statusCode: 201, headers: { 'content-type': 'text/event-stream', 'x-a': 'b' }, cookies: ['c=d'] });";
    for (body, status, content_type, text) in [
        (format!("{prelude} stream.write('one'); stream.end('two');"), 201, "text/event-stream", "onetwo"),
        (format!("{prelude} stream.end();"), 201, "text/event-stream", ""),
        ("stream.setContentType('text/html'); stream.end('page');".to_owned(), 200, "text/html", "page"),
        ("stream.end();".to_owned(), 200, "application/octet-stream", ""),
        ("throw new Error('early');".to_owned(), 502, "application/json", "Internal Server Error"),
        (
            "stream.setContentType('application/vnd.awslambda.http-integration-response'); stream.end('{}');"
                .to_owned(),
            502,
            "application/json",
            "Internal Server Error",
        ),
    ] {
        let site = streaming(&format!("  await 0; {body}")).await;
        let told = open(&site.request("GET", "/url/f/", "")).await;
        let seen = (told.status, told.header("content-type"), &*told.body);
        assert_eq!(seen, (status, Some(content_type), text.as_bytes()), "{body}");
        if status == 201 {
            assert_eq!((told.header("x-a"), told.header("set-cookie")), (Some("b"), Some("c=d")));
        }
        site.stop().await;
    }
}

#[tokio::test]
async fn pieces_come_as_they_are_sent_and_a_late_error_breaks_the_answer_off() {
    let site = streaming("  stream.write('begun'); return new Promise(() => setInterval(() => {}, 1000));").await;
    site.write("f/function.yaml", "url: { auth: NONE, mode: RESPONSE_STREAM }\ntimeout: 1");
    let stream = TcpStream::connect(site.emulator.address()).await.unwrap();
    let (mut client, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let request = site.request("GET", "/url/f/", "").unsigned();
    let mut body = client.send_request(request).await.unwrap().into_body();
    // The function ends by its time limit only: what it wrote came before.
    assert_eq!(body.frame().await.unwrap().unwrap().into_data().unwrap(), Bytes::from("begun"));
    match body.frame().await {
        Some(Err(_)) => {}
        other => panic!("an answer that broke off looks as if it had ended: {other:?}"),
    }
    site.stop().await;
}

#[tokio::test]
async fn a_streaming_url_passes_on_what_a_function_answers_whole() {
    let site = Site::python("    return {'statusCode': 201, 'body': 'x'}").await;
    site.write("f/function.yaml", "url: { auth: NONE, mode: RESPONSE_STREAM }");
    let told = open(&site.request("GET", "/url/f/", "")).await;
    assert_eq!((told.status, told.json()), (200, json!({ "statusCode": 201, "body": "x" })));
    site.stop().await;
}

#[tokio::test]
async fn preflights_of_a_url_are_answered_without_its_function() {
    let body = "    return {'statusCode': 200, 'headers': {'access-control-allow-origin': 'mine'}}";
    let rules = "allow_methods: [GET, POST], allow_headers: [x-one], expose_headers: [x-two], max_age: 1m";
    for (origins, origin, expected) in [
        ("['*']", "https://a.example", Some("*")),
        ("[https://a.example]", "https://a.example", Some("https://a.example")),
        ("[https://a.example]", "https://b.example", None),
        ("['*'], allow_credentials: true", "https://a.example", Some("https://a.example")),
    ] {
        let mut site = Site::python(body).await;
        let yaml = format!("url: {{ auth: AWS_IAM, cors: {{ allow_origins: {origins}, {rules} }} }}");
        site.write("f/function.yaml", &yaml);
        let ask = site.request("OPTIONS", "/url/f/x", "").header("origin", origin);
        let told = open(&ask.header("access-control-request-method", "GET")).await;
        let field = |name: &str| told.header(&format!("access-control-{name}")).map(str::to_owned);
        assert_eq!((told.status, field("allow-origin").as_deref()), (200, expected), "{yaml}");
        let rest = [field("allow-methods"), field("allow-headers"), field("max-age")];
        assert_eq!(rest.map(|field| field.is_some()), [expected.is_some(); 3], "{told:?}");
        assert_eq!(field("allow-credentials").is_some(), yaml.contains("credentials"));
        assert!(site.reports.try_recv().is_err(), "the function was called");
        // What the function says is kept beside what is configured; what went wrong can be read too.
        let told = site.request("GET", "/url/f/x", "").header("origin", origin).send().await;
        let all: Vec<_> =
            told.headers.get_all("access-control-allow-origin").iter().map(|v| v.to_str().unwrap()).collect();
        assert_eq!(all, [Some("mine"), expected].into_iter().flatten().collect::<Vec<_>>());
        assert_eq!(told.header("access-control-expose-headers").is_some(), expected.is_some());
        let refused = open(&site.request("GET", "/url/f/x", "").header("origin", origin)).await;
        assert_eq!((refused.status, refused.header("access-control-allow-origin")), (403, expected));
        site.stop().await;
    }
    let site = Site::python(body).await;
    let plain = site.request("OPTIONS", "/url/f/x", "").header("origin", "https://a.example");
    let told = open(&plain.header("access-control-request-method", "GET")).await;
    assert_eq!(told.header("access-control-allow-origin"), Some("mine"), "without rules the function answers");
    site.stop().await;
}

//! Cases of `invoke`.

use super::*;
use crate::error::Blame;
use aws_credential_types::Credentials as SdkCredentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Request, Response};
use http_body_util::BodyExt;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use model::Secret;
use model::answer::FailureKind;
use model::aws::{Aws, Credentials};
use model::call::{Invocation, UrlAuth, UrlPath, UrlRelay};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

type Asked = Request<Bytes>;

/// A server on loopback that keeps what it was asked, and answers by a script.
struct Server {
    port: u16,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Server {
    /// `answer` is given the request and how many came before.
    async fn start(answer: impl Fn(&Asked, usize) -> Response<Body> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let (kept, answer) = (asked.clone(), Arc::new(answer));
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (kept, answer) = (kept.clone(), answer.clone());
                let service = service_fn(move |request: Request<hyper::body::Incoming>| {
                    let (kept, answer) = (kept.clone(), answer.clone());
                    async move {
                        let (head, body) = request.into_parts();
                        let request = Request::from_parts(head, body.collect().await?.to_bytes());
                        let mut kept = kept.lock().unwrap();
                        let response = answer(&request, kept.len());
                        kept.push(request);
                        Ok::<_, hyper::Error>(response)
                    }
                });
                tokio::spawn(
                    hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service),
                );
            }
        });
        Self { port, asked }
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn asked(&self) -> Vec<Asked> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }
}

fn answer(status: u16, headers: &[(&'static str, &str)], body: impl Into<Body>) -> Response<Body> {
    let mut response = Response::new(body.into());
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    for (name, value) in headers {
        response.headers_mut().append(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
    }
    response
}

fn lambda() -> Lambda {
    Lambda::with(Box::new(|_| None))
}

fn aws(endpoint: &str) -> Aws {
    Aws {
        region: Some("eu-west-1".to_owned()),
        endpoint: Some(endpoint.to_owned()),
        credentials: Credentials::keys("AKID", Secret::new("secret"), Some(Secret::new("token"))),
        ..Aws::default()
    }
}

fn target(endpoint: &str) -> FunctionTarget {
    FunctionTarget {
        function: "users".to_owned(),
        qualifier: None,
        invocation: Invocation::RequestResponse,
        log_tail: false,
        aws: aws(endpoint),
    }
}

fn ready(endpoint: &str) -> Arc<Function> {
    lambda().function(&target(endpoint), CallTimeouts::default()).unwrap_or_else(|e| panic!("{e}"))
}

async fn fails(function: &Function) -> CallError {
    match function.invoke(Bytes::from("{}")).await {
        Ok(invoked) => panic!("{}", invoked.status),
        Err(error) => error,
    }
}

/// Signs what the server got anew with AWS's own signer; the signatures must be equal.
#[track_caller]
fn is_well_signed(asked: &Asked, service: &str, scheme_and_host: &str) {
    let text = |name: &str| asked.headers()[name].to_str().unwrap();
    let authorization = text("authorization");
    let names = authorization.split("SignedHeaders=").nth(1).unwrap().split(',').next().unwrap();
    for needed in ["host", "x-amz-date", "x-amz-security-token"] {
        assert!(names.split(';').any(|name| name == needed), "{needed} is not signed: {names}");
    }
    let date: Vec<i64> = [0..4, 4..6, 6..8, 9..11, 11..13, 13..15]
        .into_iter()
        .map(|part| text("x-amz-date")[part].parse().unwrap())
        .collect();
    let civil = jiff::civil::DateTime::new(
        date[0] as i16,
        date[1] as i8,
        date[2] as i8,
        date[3] as i8,
        date[4] as i8,
        date[5] as i8,
        0,
    );
    let second = civil.unwrap().to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp().as_second();
    let identity = SdkCredentials::new("AKID", "secret", Some("token".to_owned()), None, "test").into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region("eu-west-1")
        .name(service)
        .time(UNIX_EPOCH + Duration::from_secs(second as u64))
        .settings(SigningSettings::default())
        .build()
        .unwrap()
        .into();
    let own = ["x-amz-date", "x-amz-security-token"];
    let headers = names.split(';').filter(|name| !own.contains(name)).map(|name| (name, text(name)));
    let uri = format!("{scheme_and_host}{}", asked.uri());
    let signable = SignableRequest::new(asked.method().as_str(), uri, headers, SignableBody::Bytes(asked.body()));
    let (instructions, _) = sign(signable.unwrap(), &params).unwrap().into_parts();
    let mut oracle = Request::new(());
    instructions.apply_to_request_http1x(&mut oracle);
    assert_eq!(oracle.headers()["authorization"], authorization);
}

#[tokio::test]
async fn a_call_is_signed_and_has_lambdas_form() {
    let server = Server::start(|_, _| answer(200, &[], "{}")).await;
    let arn = "arn:aws:lambda:eu-west-1:123456789012:function:users";
    for (function, qualifier, invocation, log_tail, path, headers) in [
        (
            "users",
            None,
            Invocation::RequestResponse,
            false,
            "/2015-03-31/functions/users/invocations",
            &["RequestResponse", "None"][..],
        ),
        (
            "users",
            Some("$LATEST"),
            Invocation::RequestResponse,
            true,
            "/2015-03-31/functions/users/invocations?Qualifier=%24LATEST",
            &["RequestResponse", "Tail"],
        ),
        (
            arn,
            Some("live"),
            Invocation::Event,
            true,
            "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aeu-west-1%3A123456789012%3Afunction%3Ausers/invocations?Qualifier=live",
            &["Event", "None"],
        ),
        (
            "users:live",
            None,
            Invocation::DryRun,
            false,
            "/2015-03-31/functions/users%3Alive/invocations",
            &["DryRun", "None"],
        ),
    ] {
        let target = FunctionTarget {
            function: function.to_owned(),
            qualifier: qualifier.map(str::to_owned),
            invocation,
            log_tail,
            ..target(&server.url())
        };
        let function = lambda().function(&target, CallTimeouts::default()).unwrap_or_else(|e| panic!("{e}"));
        for payload in ["{\"a\":1}", ""] {
            function.invoke(Bytes::from(payload)).await.unwrap_or_else(|e| panic!("{e}"));
            let asked = server.asked().pop().unwrap();
            assert_eq!((asked.method(), asked.uri().to_string().as_str()), (&Method::POST, path));
            assert_eq!(asked.body(), payload);
            assert_eq!(asked.headers()["content-length"], payload.len().to_string());
            assert_eq!(asked.headers()["host"], format!("127.0.0.1:{}", server.port));
            let said: Vec<&str> = ["x-amz-invocation-type", "x-amz-log-type"]
                .iter()
                .filter_map(|name| asked.headers().get(*name))
                .map(|value| value.to_str().unwrap())
                .collect();
            assert_eq!(said, headers);
            is_well_signed(&asked, "lambda", &server.url());
        }
    }
}

#[tokio::test]
async fn a_reply_comes_with_what_aws_says_of_it() {
    let server = Server::start(|_, _| {
        let headers = [
            ("x-amz-function-error", "Unhandled"),
            ("x-amzn-requestid", "id-1"),
            ("x-amz-executed-version", "7"),
            ("x-amz-log-result", "bG9n"),
            ("content-type", "application/json"),
        ];
        answer(200, &headers, "{\"errorType\":\"E\"}")
    })
    .await;
    let invoked = ready(&server.url()).invoke(Bytes::new()).await.unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(invoked.status, 200);
    assert_eq!(invoked.function_error.as_deref(), Some("Unhandled"));
    assert_eq!(invoked.aws_request_id.as_deref(), Some("id-1"));
    assert_eq!(invoked.version.as_deref(), Some("7"));
    assert_eq!(invoked.log_tail.as_deref(), Some("bG9n"));
    assert_eq!(invoked.body.hold(100).await.unwrap(), "{\"errorType\":\"E\"}");
}

#[tokio::test]
async fn a_refusal_is_an_error_and_is_not_repeated() {
    let server = Server::start(|_, _| {
        let headers =
            [("x-amzn-errortype", "TooManyRequestsException"), ("retry-after", "3"), ("x-amzn-requestid", "id-2")];
        answer(429, &headers, "{\"Reason\":\"CallerRateLimitExceeded\",\"message\":\"Rate Exceeded.\"}")
    })
    .await;
    let error = fails(&ready(&server.url())).await;
    assert_eq!((error.kind, error.blame, error.nothing_ran), (FailureKind::Throttled, Blame::Aws, true));
    assert_eq!((error.retry_after, error.status, error.aws_request_id.as_deref()), (Some(3), Some(429), Some("id-2")));
    assert!(error.detail.contains("CallerRateLimitExceeded"), "{}", error.detail);
    assert_eq!(server.asked().len(), 1);
}

fn imf(time: SystemTime) -> String {
    let second = time.duration_since(UNIX_EPOCH).unwrap().as_secs() as i64;
    let zoned = jiff::Timestamp::from_second(second).unwrap().to_zoned(jiff::tz::TimeZone::UTC);
    jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&zoned.timestamp()).unwrap()
}

#[tokio::test]
async fn a_wrong_clock_is_set_right_once() {
    for (class, ahead, times) in [
        ("InvalidSignatureException", 3600_u64, 2),
        ("RequestExpired", 3600, 2),
        ("InvalidSignatureException", 60, 1), // the key is wrong, not the clock
        ("AccessDeniedException", 3600, 1),
    ] {
        let server = Server::start(move |_, _| {
            let date = imf(SystemTime::now() + Duration::from_secs(ahead));
            answer(403, &[("x-amzn-errortype", class), ("date", &date)], "{\"message\":\"no\"}")
        })
        .await;
        let error = fails(&ready(&server.url())).await;
        assert_eq!(error.kind, FailureKind::Denied);
        let asked = server.asked();
        assert_eq!(asked.len(), times, "{class} {ahead}");
        asked.iter().for_each(|asked| is_well_signed(asked, "lambda", &server.url()));
        assert_eq!(times == 2, asked[0].headers()["x-amz-date"] != asked[times - 1].headers()["x-amz-date"]);
    }
}

#[tokio::test]
async fn the_right_clock_is_kept() {
    let server = Server::start(|_, before| match before {
        0 => {
            let date = imf(SystemTime::now() + Duration::from_secs(86_400));
            answer(403, &[("x-amzn-errortype", "InvalidSignatureException"), ("date", &date)], "")
        }
        _ => answer(200, &[], "{}"),
    })
    .await;
    let function = ready(&server.url());
    for _ in 0..2 {
        function.invoke(Bytes::new()).await.unwrap_or_else(|e| panic!("{e}"));
    }
    let dates: Vec<_> =
        server.asked().iter().map(|asked| asked.headers()["x-amz-date"].to_str().unwrap()[..8].to_owned()).collect();
    assert_eq!(dates.len(), 3);
    assert!(dates[0] < dates[1] && dates[1] == dates[2], "{dates:?}");
}

/// A peer that reads a request and then does `then`; it tells how often it was connected to.
async fn peer(then: &'static [u8], stays: bool) -> (String, Arc<Mutex<usize>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let count = Arc::new(Mutex::new(0));
    let counted = count.clone();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            *counted.lock().unwrap() += 1;
            tokio::spawn(async move {
                let mut read = vec![0; 65536];
                let _ = stream.read(&mut read).await;
                stream.write_all(then).await.unwrap();
                if stays {
                    std::future::pending::<()>().await;
                }
            });
        }
    });
    (url, count)
}

#[tokio::test]
async fn what_may_have_run_is_not_sent_again() {
    for then in [&b""[..], b"SMTP ready\r\n\r\n", b"HTTP/1.1 200 OK\r\ncontent-le"] {
        let (url, count) = peer(then, false).await;
        let error = fails(&ready(&url)).await;
        assert_eq!((error.kind, error.blame, error.nothing_ran), (FailureKind::Interrupted, Blame::Aws, false));
        assert!(error.detail.contains("not repeated"), "{}", error.detail);
        assert_eq!(*count.lock().unwrap(), 1);
    }
}

#[tokio::test]
async fn where_nobody_listens_nothing_ran() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let error = fails(&ready(&url)).await;
    assert_eq!((error.kind, error.blame, error.nothing_ran), (FailureKind::Unreachable, Blame::Aws, true));
}

#[tokio::test]
async fn a_call_ends_when_its_time_is_over() {
    let timeouts = CallTimeouts { connect: Duration::from_secs(30), total: Duration::from_millis(50) };
    let began = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"be";
    let large = Bytes::from(vec![b' '; 1_000_000]);
    for (then, payload) in [(&b""[..], Bytes::from("{}")), (began, Bytes::from("{}")), (b"", large)] {
        let (url, count) = peer(then, true).await;
        let function = lambda().function(&target(&url), timeouts).unwrap_or_else(|e| panic!("{e}"));
        let error = match function.invoke(payload).await {
            Ok(invoked) => {
                let reply = model::call::Reply::Proxy(model::call::ReplyRules::default());
                crate::reply::read(&reply, invoked, false).await.map(|response| response.status()).unwrap_err()
            }
            Err(error) => error,
        };
        assert_eq!((error.kind, error.nothing_ran), (FailureKind::CallTimeout, false), "{}", error.detail);
        assert_eq!(*count.lock().unwrap(), 1);
    }
}

#[tokio::test]
async fn sizes_have_lambdas_limit() {
    use crate::event::LIMIT;
    let server = Server::start(|asked, _| {
        let length: usize = asked.headers()["x-amz-log-type"].to_str().map_or(0, |_| LIMIT as usize);
        answer(200, &[], vec![b'1'; length + asked.body().len().min(1)])
    })
    .await;
    let target = FunctionTarget { log_tail: true, ..target(&server.url()) };
    let function = lambda().function(&target, CallTimeouts::default()).unwrap_or_else(|e| panic!("{e}"));
    let invoked = function.invoke(Bytes::new()).await.unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(invoked.body.hold(LIMIT).await.unwrap().len() as u64, LIMIT);
    let error = fails(&function).await;
    assert_eq!((error.kind, error.blame, error.nothing_ran), (FailureKind::ReplyTooLarge, Blame::Function, false));
    let asked = server.asked().len();
    let error = function.invoke(vec![b' '; LIMIT as usize + 1].into()).await.map(|_| ()).unwrap_err();
    assert_eq!((error.kind, error.nothing_ran, server.asked().len()), (FailureKind::EventTooLarge, true, asked - 2));
}

#[tokio::test]
async fn a_reply_of_unknown_length_is_cut_at_the_limit() {
    for (length, fits) in [(10, true), (11, false)] {
        let stream = http_body_util::Full::new(Bytes::from(vec![0; length])).map_err(|never| match never {});
        let deadline = tokio::time::Instant::now() + Duration::from_secs(60);
        match bounded::bounded(Body::stream(stream), deadline, 10).hold(100).await {
            Ok(bytes) => assert!(fits && bytes.len() == length),
            Err(error) => assert!(!fits && matches!(error, net::BodyError::TooLarge { limit: 10 })),
        }
    }
}

#[tokio::test]
async fn names_that_cannot_be_are_refused_and_a_missing_region_is_told_by_each_call() {
    for (function, qualifier) in [("", None), ("a b", None), ("a/b", None), ("f", Some("")), ("f", Some("a:b"))] {
        let target = FunctionTarget {
            function: function.to_owned(),
            qualifier: qualifier.map(str::to_owned),
            ..target("http://127.0.0.1:1")
        };
        let error = lambda().function(&target, CallTimeouts::default()).map(|_| ()).unwrap_err();
        assert_eq!((error.kind, error.blame), (FailureKind::Rejected, Blame::Config), "{function} {qualifier:?}");
    }
    let nowhere = FunctionTarget { aws: Aws::default(), ..target("") };
    let function = lambda().function(&nowhere, CallTimeouts::default()).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(&**function.name(), "users");
    for _ in 0..2 {
        let error = fails(&function).await;
        assert_eq!((error.kind, error.blame, error.nothing_ran), (FailureKind::NoRegion, Blame::Config, true));
        assert!(error.detail.contains("no region or host specified"), "{}", error.detail);
    }
}

#[test]
fn equal_targets_share_connections_and_credentials_while_they_are_used() {
    let lambda = lambda();
    let counts = || {
        let registry = &lambda.registry;
        (registry.endpoints.lock().unwrap().len(), registry.credentials.lock().unwrap().len())
    };
    let make = |url: &str| lambda.function(&target(url), CallTimeouts::default()).unwrap_or_else(|e| panic!("{e}"));
    let (first, _second) = (make("http://127.0.0.1:1/one"), make("http://127.0.0.1:1"));
    assert_eq!(counts(), (1, 1));
    let third = make("http://127.0.0.1:2");
    assert_eq!(counts(), (2, 1));
    drop((first, third));
    let _fourth = make("http://127.0.0.1:3");
    assert_eq!(counts(), (2, 1), "the second port is forgotten");
}

fn url_target(url: String, auth: UrlAuth) -> UrlTarget {
    let aws = Aws { endpoint: None, ..aws("") };
    UrlTarget { url, path: UrlPath::Append, auth, aws }
}

fn client_headers() -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("host", "gateway"),
        ("connection", "keep-alive, x-hop"),
        ("x-hop", "1"),
        ("te", "trailers"),
        ("proxy-authorization", "p"),
        ("authorization", "Bearer t"),
        ("x-amz-date", "forged"),
        ("x-amz-tenant-id", "forged"),
        ("x-api-key", "forged"),
        ("x-amzn-trace-id", "Root=1"),
        ("x-twice", "a"),
        ("x-twice", "b"),
        ("content-type", "text/plain"),
        ("content-length", "999"),
    ] {
        headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    headers
}

/// Calls the URL with `POST /p%20q?…` and gives what the server got.
async fn call_url(server: &Server, base: &str, auth: UrlAuth, query: Option<&str>) -> Asked {
    let target = url_target(format!("{}{base}", server.url()), auth);
    let url = lambda().url(&target, CallTimeouts::default()).unwrap_or_else(|e| panic!("{e}"));
    let headers = client_headers();
    let body = Bytes::from("body");
    let request = UrlRequest { method: &Method::POST, path: "/p%20q", query, headers: &headers, body };
    url.call(request).await.unwrap_or_else(|e| panic!("{e}"));
    let asked = server.asked().pop().unwrap();
    for gone in ["connection", "x-hop", "te", "proxy-authorization"] {
        assert!(!asked.headers().contains_key(gone), "{gone}");
    }
    assert_eq!(asked.headers()["host"], format!("127.0.0.1:{}", server.port));
    assert_eq!(asked.headers()["content-length"], "4");
    assert_eq!(asked.headers().get_all("x-twice").iter().collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!((asked.method(), asked.body().as_ref()), (&Method::POST, &b"body"[..]));
    asked
}

#[tokio::test]
async fn a_url_is_called_with_the_clients_request() {
    let server = Server::start(|_, _| answer(200, &[], "")).await;
    let asked = call_url(&server, "/prod/", UrlAuth::None, Some("a=1+2&b=%2B")).await;
    assert_eq!(asked.uri(), "/prod/p%20q?a=1+2&b=%2B");
    assert_eq!(asked.headers()["authorization"], "Bearer t");
    assert_eq!(asked.headers()["x-api-key"], "forged", "nothing of ours is at stake");

    let asked = call_url(&server, "", UrlAuth::ApiKey(Secret::new("key")), None).await;
    assert_eq!(
        (asked.uri().to_string().as_str(), &asked.headers()["x-api-key"]),
        ("/p%20q", &HeaderValue::from_static("key"))
    );
    assert!(!asked.headers().contains_key("authorization") && !asked.headers().contains_key("x-amz-tenant-id"));
}

#[tokio::test]
async fn a_url_is_signed_without_what_the_client_forged() {
    let server = Server::start(|_, _| answer(200, &[], "")).await;
    for service in ["lambda", "execute-api"] {
        let sign = UrlAuth::Sign(service.to_owned());
        let target = url_target(server.url(), sign);
        let url = lambda().url(&target, CallTimeouts::default()).unwrap_or_else(|e| panic!("{e}"));
        let mut headers = client_headers();
        headers.remove("x-twice"); // the oracle takes one value for each name
        let query = Some("z=1+2&a=%zz&a&b=%2B");
        let body = Bytes::from("body");
        let request = UrlRequest { method: &Method::PUT, path: "/a//../p%20q(1)", query, headers: &headers, body };
        url.call(request).await.unwrap_or_else(|e| panic!("{e}"));
        let asked = server.asked().pop().unwrap();
        assert_eq!(asked.uri(), "/a//../p%20q(1)?z=1%202&a=%25zz&a&b=%2B");
        for forged in ["x-amz-tenant-id", "x-api-key"] {
            assert!(!asked.headers().contains_key(forged), "{forged}");
        }
        assert_eq!(asked.headers()["x-amzn-trace-id"], "Root=1");
        is_well_signed(&asked, service, &server.url());
    }
    call_url(&server, "/base", UrlAuth::Sign("lambda".to_owned()), Some("x")).await;
}

#[tokio::test]
async fn whatever_a_url_answers_is_a_reply() {
    for status in [200, 301, 404, 403, 429, 500, 503] {
        let server = Server::start(move |_, _| answer(status, &[("x-own", "1")], "text")).await;
        let target = url_target(server.url(), UrlAuth::Sign("lambda".to_owned()));
        let url = lambda().url(&target, CallTimeouts::default()).unwrap_or_else(|e| panic!("{e}"));
        let headers = HeaderMap::new();
        let request = UrlRequest { method: &Method::GET, path: "", query: None, headers: &headers, body: Bytes::new() };
        let invoked = url.call(request).await.unwrap_or_else(|e| panic!("{e}"));
        assert_eq!((invoked.status.as_u16(), &invoked.headers["x-own"]), (status, &HeaderValue::from_static("1")));
        assert_eq!(invoked.body.hold(100).await.unwrap(), "text");
        assert_eq!(server.asked().len(), 1);
    }
}

#[tokio::test]
async fn a_signed_url_sets_the_clock_right_once() {
    let server = Server::start(|_, before| match before {
        0 => {
            let date = imf(SystemTime::now() + Duration::from_secs(3600));
            answer(403, &[("x-amzn-errortype", "InvalidSignatureException"), ("date", &date)], "")
        }
        _ => answer(200, &[], ""),
    })
    .await;
    let asked = call_url(&server, "", UrlAuth::Sign("lambda".to_owned()), None).await;
    assert!(asked.headers().contains_key("authorization"));
}

#[tokio::test]
async fn the_region_of_the_instance_is_found_in_the_background() {
    let metadata = Server::start(|asked, _| match asked.uri().path() {
        "/latest/api/token" => answer(200, &[], "a-token"),
        "/latest/meta-data/placement/region" => answer(200, &[], "eu-west-3"),
        _ => answer(404, &[], ""),
    })
    .await;
    let url = metadata.url();
    let lambda = Lambda::with(Box::new(move |name| match name {
        "AWS_EC2_METADATA_SERVICE_ENDPOINT" => Some(url.clone()),
        "HOME" => Some("/nonexistent".to_owned()),
        _ => None,
    }));
    let keys = model::aws::Credentials::keys("AKID", Secret::new("secret"), None);
    let target = FunctionTarget { aws: Aws { credentials: keys, ..Aws::default() }, ..target("") };
    let function = lambda.function(&target, CallTimeouts::default()).unwrap_or_else(|e| panic!("{e}"));
    let error = fails(&function).await;
    assert_eq!(error.kind, FailureKind::NoRegion);
    assert!(error.detail.starts_with("no region or host specified: set the region"), "{}", error.detail);
    assert!(metadata.asked().is_empty(), "a request asks nobody for the region");
    lambda.find_region().await;
    let place = lambda.place(&target).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!((place.region.as_str(), place.region_from), ("eu-west-3", "metadata"));
    assert_eq!(place.url, "https://lambda.eu-west-3.amazonaws.com");
    lambda.find_region().await;
    assert_eq!(metadata.asked().len(), 2, "it is asked once");
}

/// Which of the client's fields decide, and what of authorization the server gets: key, signature, the client's own.
#[tokio::test]
async fn a_relay_yields_to_the_clients_own_authorization() {
    let server = Server::start(|_, _| answer(200, &[], "{}")).await;
    let relay = |unless: &str, sign: bool| UrlRelay {
        fields: vec![("x-api-key".to_owned(), Secret::new("ours"))],
        unless: vec![unless.to_owned()],
        sign: sign.then(|| "lambda".to_owned()),
        ..UrlRelay::default()
    };
    let none = UrlRelay::default();
    let signs = |authorization: &str| authorization.starts_with("AWS4-HMAC-SHA256");
    let cases = [
        (relay("x-other", true), "ours", "Bearer t", "/p%20q?b=2&a"),
        (relay("x-api-key", true), "forged", "Bearer t", "/p%20q?b=2&a"),
        (none, "forged", "Bearer t", "/p%20q?b=2&a"),
    ];
    for (relay, key, authorization, target) in cases {
        let asked = call_url(&server, "", UrlAuth::Relay(Box::new(relay)), Some("b=2&a")).await;
        assert_eq!(asked.headers()["x-api-key"], key);
        assert_eq!(asked.headers()["authorization"], authorization);
        assert_eq!(asked.uri().path_and_query().unwrap().as_str(), target);
        assert!(!signs(asked.headers()["authorization"].to_str().unwrap()));
    }
    let auth = UrlAuth::Relay(Box::new(relay("x-api-key", true)));
    let url = lambda().url(&url_target(server.url(), auth), CallTimeouts::default()).unwrap_or_else(|e| panic!("{e}"));
    let mut headers = client_headers();
    headers.remove("authorization");
    let request =
        UrlRequest { method: &Method::GET, path: "/p", query: Some("b=2&a"), headers: &headers, body: Bytes::new() };
    url.call(request).await.unwrap_or_else(|e| panic!("{e}"));
    let asked = server.asked().pop().unwrap();
    assert!(signs(asked.headers()["authorization"].to_str().unwrap()));
    assert_eq!(
        (&asked.headers()["x-api-key"], &asked.headers()["x-amz-tenant-id"]),
        (&HeaderValue::from_static("forged"), &HeaderValue::from_static("forged"))
    );
    assert_ne!(asked.headers()["x-amz-date"], "forged");
    assert_eq!(asked.uri().path_and_query().unwrap().as_str(), "/p?a=&b=2");
}

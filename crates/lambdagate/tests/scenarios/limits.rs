//! Limits of size and time, each with its status.

use crate::client::Client;
use crate::gate::Gate;
use crate::site::Site;

const CONFIG: &str = "
listen:
  address: 127.0.0.1:0
  limits: { header_bytes: 8KiB, header_count: 20, body_bytes: 8MiB, header_time: 300ms, request_time: 300ms, idle_time: 300ms }
routes:
  - match: { path: /size }
    function: { name: size, event: raw, reply: raw }
  - match: { path: /make }
    function: { name: make, reply: raw }
";

/// Lambda's limit on a request or a buffered response, in bytes of JSON.
const LAMBDA_LIMIT: usize = 6_291_556;

fn site() -> Site {
    Site::new(CONFIG)
        .python("size", "return len(event)")
        .settings("size", "timeout: 30\n")
        .python("make", "return 'x' * (int(event['queryStringParameters']['bytes']) - 2)")
        .settings("make", "timeout: 30\n")
}

#[test]
fn lambdas_limit_holds_to_the_byte() {
    let site = site();
    let gate = Gate::dev(&site);
    let text = |bytes: usize| format!("\"{}\"", "x".repeat(bytes - 2)).into_bytes();

    let fits = gate.request("POST", "/size", &[], &text(LAMBDA_LIMIT));
    assert_eq!((fits.status, fits.text()), (200, (LAMBDA_LIMIT - 2).to_string()));
    let over = gate.request("POST", "/size", &[], &text(LAMBDA_LIMIT + 1));
    assert_eq!((over.status, over.json()["code"].as_str()), (413, Some("event_too_large")), "{}", over.text());

    let fits = gate.get(&format!("/make?bytes={LAMBDA_LIMIT}"));
    assert_eq!((fits.status, fits.body.len()), (200, LAMBDA_LIMIT));
    let over = gate.get(&format!("/make?bytes={}", LAMBDA_LIMIT + 1));
    assert_eq!((over.status, over.json()["code"].as_str()), (502, Some("reply_too_large")), "{}", over.text());
}

#[test]
fn what_is_larger_than_the_listener_allows_is_refused() {
    let site = site();
    let gate = Gate::dev(&site);
    let announced = gate.request("POST", "/size", &[("content-length", "8388609"), ("expect", "100-continue")], b"");
    assert_eq!((announced.status, announced.json()["code"].as_str()), (413, Some("body_too_large")));

    let mut chunked = gate.client();
    chunked.send(b"POST /size HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n900000\r\n").unwrap();
    let _ = chunked.send(&vec![b'x'; 0x90_0000]); // the gateway may close before all of it is written
    assert_eq!(chunked.read(false).unwrap().status, 413);

    let long = "x".repeat(10_000);
    assert_eq!(gate.request("GET", "/size", &[("x-long", &long)], b"").status, 431);
    let many: Vec<(String, &str)> = (0..30).map(|at| (format!("x-{at}"), "1")).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    assert_eq!(gate.request("GET", "/size", &many, b"").status, 431);
}

#[test]
fn a_client_that_is_slow_is_told_so() {
    let site = site();
    let gate = Gate::dev(&site);
    let mut header = gate.client();
    header.send(b"GET /size HTTP/1.1\r\nhost: a\r\nx-unfinished: ").unwrap();
    assert_eq!(header.read(false).unwrap().status, 408);

    let mut body = gate.client();
    body.send(b"POST /size HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\nhalf").unwrap();
    let answer = body.read(false).unwrap();
    assert_eq!((answer.status, answer.json()["code"].as_str()), (408, Some("request_timeout")));
}

#[test]
fn a_connection_without_requests_is_closed_without_a_word() {
    let site = site();
    let gate = Gate::dev(&site);
    let mut used = gate.client();
    assert_eq!(used.request("POST", "/size", &[], b"\"1\"").unwrap().status, 200);
    let mut fresh = Client::connect(gate.address()).unwrap();
    assert!(used.read(false).is_err(), "kept alive too long");
    assert!(fresh.read(false).is_err(), "never used");
}

#[test]
fn a_client_that_leaves_is_logged_and_harms_nobody() {
    let config = "listen: 127.0.0.1:0\nroutes: [{ match: { path: /wait }, function: wait }, { match: { path: /ping }, respond: { status: 204 } }]";
    let site = Site::new(config).python("wait", "open('../../entered', 'w').close()\ntime.sleep(0.05)\nreturn 'done'");
    let gate = Gate::start(&site, &["dev", ".", "--lambda", "127.0.0.1:0", "--access-log", "stdout"]);
    let mut leaver = gate.client();
    leaver.send(b"GET /wait HTTP/1.1\r\nhost: a\r\n\r\n").unwrap();
    while !site.path().join("entered").exists() {
        std::thread::yield_now();
    }
    drop(leaver);
    gate.logged(&["/wait", "499"]);
    assert_eq!(gate.get("/ping").status, 204);
    assert_eq!(gate.get("/wait").status, 200);
}

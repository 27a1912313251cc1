//! Cases of `marks`.

use super::*;
use http::{Request, Response};
use model::answer::FailureKind;
use net::Body;
use policy::Failure;
use policy::exchange::{CallFacts, Client, UpstreamFacts};
use policy::failure::Blame;
use std::net::SocketAddr;

fn exchange() -> Exchange {
    let (head, ()) = Request::get("/").body(()).unwrap().into_parts();
    let peer = SocketAddr::from(([127, 0, 0, 1], 4000));
    let client = Client::plain(peer);
    let mut exchange = Exchange::new(head, Body::Empty, client, 1 << 20);
    exchange.id = "0123456789abcdef0123456789abcdef".into();
    let mut response = Response::new(Body::Empty);
    response.headers_mut().insert("server", HeaderValue::from_static("origin"));
    response.headers_mut().insert("via", HeaderValue::from_static("1.0 x"));
    exchange.response = Some(response);
    exchange
}

fn marks() -> Marks {
    let said = |text: &str| Some(text.to_owned());
    Marks {
        server: said("gate/1"),
        via_call: said("2 gate/1"),
        via_upstream: said("1.1 gate/1"),
        request_id: said("X-Request-Mark"),
        own_latency: said("X-Own"),
        proxy_latency: said("X-Proxy"),
        upstream_latency: said("X-Upstream"),
        upstream_status: said("X-Status"),
        ..Marks::default()
    }
}

/// The fields `server`, `via`, `x-request-mark`, and which of the others are there.
fn shown(marks: &Marks, mut exchange: Exchange) -> (String, String, bool, Vec<&'static str>) {
    ReadyMarks::new(marks).put(&mut exchange);
    let headers = exchange.response.unwrap().into_parts().0.headers;
    let text = |name: &str| headers.get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
    let there = ["x-own", "x-proxy", "x-upstream", "x-status"].into_iter().filter(|name| headers.contains_key(*name));
    (text("server"), text("via"), headers.contains_key("x-request-mark"), there.collect())
}

fn called(mut exchange: Exchange) -> Exchange {
    exchange.call = Some(CallFacts::of("f".into()));
    exchange
}

fn forwarded(mut exchange: Exchange) -> Exchange {
    let (began, duration) = (exchange.started, Duration::from_millis(7));
    exchange.upstream = Some(UpstreamFacts { node: "n:1".into(), began, duration, status: Some(200) });
    exchange
}

fn failed(mut exchange: Exchange) -> Exchange {
    exchange.failure = Some(Failure::new(FailureKind::UpstreamTimeout, Blame::Upstream, "slow"));
    exchange
}

#[test]
fn each_kind_of_response_shows_its_own_marks() {
    let cases = [
        (exchange(), ("gate/1", "1.0 x", vec!["x-own"])),
        (called(exchange()), ("gate/1", "1.0 x, 2 gate/1", vec!["x-own"])),
        (failed(called(exchange())), ("gate/1", "1.0 x", vec!["x-own"])),
        (forwarded(exchange()), ("origin", "1.0 x, 1.1 gate/1", vec!["x-proxy", "x-upstream", "x-status"])),
        (failed(forwarded(exchange())), ("gate/1", "1.0 x, 1.1 gate/1", vec!["x-proxy", "x-upstream"])),
    ];
    for (at, (exchange, (server, via, others))) in cases.into_iter().enumerate() {
        assert_eq!(shown(&marks(), exchange), (server.to_owned(), via.to_owned(), true, others), "case {at}");
    }
}

#[test]
fn what_is_not_wanted_is_not_written() {
    let none = Marks::default();
    assert_eq!(shown(&none, called(exchange())), ("origin".to_owned(), "1.0 x".to_owned(), false, vec![]));
    let only = Marks { request_id: Some("x-request-mark".into()), ..Marks::default() };
    assert_eq!(shown(&only, forwarded(exchange())), ("origin".to_owned(), "1.0 x".to_owned(), true, vec![]));
}

#[test]
fn the_wait_for_an_upstream_is_told_in_milliseconds() {
    let mut exchange = forwarded(exchange());
    ReadyMarks::new(&marks()).put(&mut exchange);
    let headers = exchange.response.unwrap().into_parts().0.headers;
    assert_eq!((&headers["x-upstream"], &headers["x-proxy"]), (&HeaderValue::from(7), &HeaderValue::from(0)));
    assert_eq!(headers["x-status"], "200");
}

#[test]
fn texts_are_sent_with_a_character_set() {
    let charset = Charset { name: "utf-8".into(), media_types: vec!["text/plain".into()] };
    let marks = Marks { charset: Some(charset), ..Marks::default() };
    let cases = [
        ("text/plain", "text/plain; charset=utf-8"),
        ("Text/Plain; x=y", "Text/Plain; x=y; charset=utf-8"),
        ("text/plain; charset=latin1", "text/plain; charset=latin1"),
        ("application/json", "application/json"),
    ];
    for (written, expected) in cases {
        let mut exchange = exchange();
        let response = exchange.response.as_mut().unwrap();
        response.headers_mut().insert("content-type", HeaderValue::from_static(written));
        ReadyMarks::new(&marks).put(&mut exchange);
        assert_eq!(exchange.response.unwrap().headers()["content-type"], expected);
    }
}

#[test]
fn what_went_wrong_behind_is_told_and_the_gateway_stands_everywhere() {
    let marks = Marks {
        server: Some("gate/1".into()),
        server_everywhere: true,
        upstream_error: Some("x-status".into()),
        ..Marks::default()
    };
    for (exchange, status) in [(forwarded(exchange()), None), (failed(forwarded(exchange())), Some("200"))] {
        let (mut exchange, told) = (exchange, status);
        ReadyMarks::new(&marks).put(&mut exchange);
        let headers = exchange.response.unwrap().into_parts().0.headers;
        assert_eq!(headers.get("x-status").map(|value| value.to_str().unwrap()), told);
        assert_eq!(headers["server"], "gate/1");
    }
}

//! Cases of `choice`.

use super::super::upstream::ReadyUpstream;
use super::*;
use http::Request;
use model::endpoint::{Keepalive, Upstream, UpstreamTimeouts};
use model::id::ConsumerId;
use net::Body;
use policy::exchange::{Client, Identity};
use std::net::SocketAddr;
use std::time::Duration;

fn exchange(target: &str) -> Exchange {
    of(Request::get(target).header("host", "Api.test:80"))
}

fn of(request: http::request::Builder) -> Exchange {
    let (head, ()) = request.body(()).unwrap().into_parts();
    let peer = SocketAddr::from(([192, 0, 2, 7], 4000));
    let client = Client::plain(peer);
    Exchange::new(head, Body::Empty, client, 1 << 20)
}

fn upstream(balance: Balance, weights: &[u32]) -> ReadyUpstream {
    let node = |(at, weight): (usize, &u32)| Node { host: format!("n{at}"), port: 80, weight: *weight };
    ReadyUpstream::new(Upstream {
        reserves: vec![],
        never_empty: false,
        forward: model::forward::Forward::Direct,
        tls: None,
        http2: false,
        nodes: weights.iter().enumerate().map(node).collect(),
        balance,
        timeouts: UpstreamTimeouts::default(),
        retries: 5,
        keepalive: Keepalive::default(),
        passive_health: None,
        active_health: None,
    })
    .unwrap()
}

fn order(upstream: &ReadyUpstream, exchange: &Exchange) -> Vec<usize> {
    upstream.balancer.order(&upstream.nodes, exchange, &mut None).collect()
}

#[test]
fn the_least_busy_for_its_weight_is_asked() {
    let upstream = upstream(Balance::LeastConnections, &[1, 2, 0, 1]);
    let mut busy = Vec::new();
    let mut take = || {
        let first = order(&upstream, &exchange("/"))[0];
        busy.push(upstream.nodes[first].load.begin());
        first
    };
    assert_eq!(take(), 1, "it has twice the weight");
    let mut next: Vec<usize> = (0..3).map(|_| take()).collect();
    next.sort_unstable();
    assert_eq!(next, [0, 1, 3]);
    assert_eq!(order(&upstream, &exchange("/")).len(), 3, "all of them may be tried");
}

#[test]
fn the_faster_of_two_is_asked() {
    let upstream = upstream(Balance::Latency, &[1, 1]);
    upstream.nodes[0].load.measured(Duration::from_millis(900));
    upstream.nodes[1].load.measured(Duration::from_millis(1));
    for _ in 0..20 {
        assert_eq!(order(&upstream, &exchange("/")), [1, 0]);
    }
}

#[test]
fn the_same_value_leads_to_the_same_node() {
    let by = |key: HashKey| upstream(Balance::Hash(vec![key]), &[1; 50]);
    let with = |name: &str, value: &str| of(Request::get("/p?a=1").header("host", "h").header(name, value));
    let mut known = exchange("/");
    known.identity = Some(Identity {
        consumer: ConsumerId::new("c7"),
        shown_id: None,
        name: "c7".into(),
        custom_id: None,
        groups: Vec::new().into(),
        access: Vec::new().into(),
        credential: None,
        anonymous: false,
        labels: Default::default(),
    });
    let mut param = exchange("/");
    param.params.push(("id".into(), "7".into()));
    let cases = [
        (HashKey::Header("x-key".into()), with("x-key", "1"), with("x-key", "2"), true),
        (HashKey::Cookie { name: "k".into(), set: None }, with("cookie", "a=b; k=1"), with("cookie", "k=2"), true),
        (HashKey::Query("b".into()), exchange("/?b=1"), exchange("/?b=2"), true),
        (HashKey::Consumer, known, exchange("/"), false),
        (HashKey::Param("id".into()), param, exchange("/"), false),
        (HashKey::Path, exchange("/a?x"), exchange("/b?x"), true),
        (HashKey::Target, exchange("/a?x"), exchange("/a?y"), true),
        (HashKey::QueryString, exchange("/a?x"), exchange("/a?y"), true),
    ];
    for (key, one, other, both_hashed) in cases {
        let upstream = by(key.clone());
        assert_eq!(order(&upstream, &one), order(&upstream, &one), "{key:?}");
        assert_ne!(order(&upstream, &one), order(&upstream, &other), "{key:?}");
        let again = order(&upstream, &other) == order(&upstream, &other);
        assert_eq!(again, both_hashed, "{key:?}: without a value nodes are taken in turn");
    }
    let by_address = by(HashKey::Address);
    assert_eq!(order(&by_address, &exchange("/a")), order(&by_address, &exchange("/b")));
    let by_host = by(HashKey::Host);
    assert_eq!(order(&by_host, &exchange("/a")), order(&by_host, &of(Request::get("/").header("host", "api.test"))));
}

#[test]
fn the_first_key_that_has_a_value_decides() {
    let upstream = upstream(Balance::Hash(vec![HashKey::Header("x-key".into()), HashKey::Path]), &[1; 50]);
    let path = order(&upstream, &exchange("/a"));
    assert_eq!(path, order(&upstream, &of(Request::get("/a").header("host", "h").header("x-key", ""))));
    assert_ne!(path, order(&upstream, &of(Request::get("/a").header("host", "h").header("x-key", "1"))));
}

#[test]
fn a_client_without_the_cookie_is_given_one_that_leads_to_its_node() {
    let key = HashKey::Cookie { name: "k".into(), set: Some("/shop".into()) };
    let upstream = upstream(Balance::Hash(vec![key]), &[1; 50]);
    let mut cookie = None;
    let first: Vec<usize> = upstream.balancer.order(&upstream.nodes, &exchange("/"), &mut cookie).collect();
    let cookie = cookie.unwrap();
    let (pair, path) = cookie.to_str().unwrap().split_once("; ").unwrap();
    assert_eq!(path, "Path=/shop");
    let again = of(Request::get("/").header("host", "h").header("cookie", pair));
    let mut none = None;
    assert_eq!(upstream.balancer.order(&upstream.nodes, &again, &mut none).collect::<Vec<_>>(), first);
    assert!(none.is_none());
}

//! Cases of variables.

use super::*;
use crate::exchange::{RouteFacts, testing};
use bytes::Bytes;
use model::id::RouteId;
use std::cell::Cell;
use std::sync::Arc;

fn exchange() -> Exchange {
    let request = http::Request::post("/a%2Fb//c/../%C3%A9?q=1%202&flag&q=3&e=")
        .header("host", "A.test:81")
        .header("x-one", "1")
        .header("x-two", "a")
        .header("x-two", "b")
        .header("under_score", "u")
        .header("content-type", "application/json")
        .header("cookie", "a=1; S=x=y")
        .header("cookie", "b=2");
    let body = Bytes::from_static(br#"{"m":"gpt","n":3,"t":true,"l":[{"r":"u"},{"r":"a"}],"w":["x","y"]}"#);
    let mut exchange = testing::with_body(request, body);
    exchange.identity = Some(testing::identity("jack", &["apis/group/gold"], &[]));
    let mut facts = RouteFacts::plain(RouteId::new("x/route/7"), "/a");
    facts.told.id = Some("7".to_owned());
    facts.told.service = Some("s1".to_owned());
    exchange.route = Some(Arc::new(facts));
    exchange.params.push(("id".into(), "42".to_owned()));
    exchange
}

fn fact(exchange: &Exchange, name: &str) -> Option<String> {
    Asked::of(exchange).fact(&Variable::of(name)).map(|fact| match fact {
        Fact::List(facts) => facts.iter().map(|fact| fact.text().into_owned()).collect::<Vec<_>>().join("|"),
        one => one.text().into_owned(),
    })
}

#[test]
fn variables_say_what_the_exchange_is() {
    let exchange = exchange();
    for (name, expected) in [
        ("uri", Some("/a/b/\u{e9}")),
        ("request_uri", Some("/a%2Fb//c/../%C3%A9?q=1%202&flag&q=3&e=")),
        ("query_string", Some("q=1%202&flag&q=3&e=")),
        ("is_args", Some("?")),
        ("request_method", Some("POST")),
        ("host", Some("a.test")),
        ("scheme", Some("http")),
        ("server_protocol", Some("HTTP/1.1")),
        ("remote_addr", Some("127.0.0.1")),
        ("remote_port", Some("4000")),
        ("server_port", Some("4000")),
        ("ssl_server_name", None),
        ("http_x_one", Some("1")),
        ("http_X-One", Some("1")),
        ("http_x_two", Some("a, b")),
        ("http_under_score", Some("u")),
        ("http_none", None),
        ("content_type", Some("application/json")),
        ("arg_q", Some("1 2")),
        ("arg_flag", Some("true")),
        ("arg_e", Some("")),
        ("arg_none", None),
        ("cookie_S", Some("x=y")),
        ("cookie_b", Some("2")),
        ("cookie_s", None),
        ("post_arg.m", Some("gpt")),
        ("post_arg.n", Some("3")),
        ("post_arg.t", Some("true")),
        ("post_arg.l[*].r", Some("u|a")),
        ("post_arg.l[1].r", Some("a")),
        ("post_arg.w", Some("x|y")),
        ("post_arg.l", Some("")),
        ("post_arg.none.x", None),
        ("post_arg.none[*]", None),
        ("consumer_name", Some("jack")),
        ("consumer_group_id", Some("gold")),
        ("route_id", Some("7")),
        ("route_name", None),
        ("service_id", Some("s1")),
        ("uri_param_id", Some("42")),
        ("status", None),
        ("sent_http_x", None),
        ("upstream_addr", None),
        ("what", None),
    ] {
        assert_eq!(fact(&exchange, name).as_deref(), expected, "{name}");
    }
    assert_eq!(fact(&exchange, "request_id").unwrap(), exchange.id);
}

#[test]
fn a_form_has_its_fields() {
    let request = http::Request::post("/").header("content-type", "application/x-www-form-urlencoded");
    let exchange = testing::with_body(request, "a=x%20y&b=2");
    assert_eq!(fact(&exchange, "post_arg.a").as_deref(), Some("x y"));
    assert_eq!(fact(&exchange, "post_arg.a.b"), None);
}

#[test]
fn the_response_shows_status_and_header() {
    let mut exchange = exchange();
    exchange.response = Some(http::Response::builder().status(418).header("x-a", "1").body(net::Body::Empty).unwrap());
    assert_eq!(fact(&exchange, "status").as_deref(), Some("418"));
    assert_eq!(fact(&exchange, "upstream_http_x_a").as_deref(), Some("1"));
}

#[test]
fn a_body_that_is_not_held_is_asked_for() {
    let mut exchange = exchange();
    exchange.body = net::Body::stream(net::Body::Full("{}".into()));
    let wants = Cell::new(false);
    let asked = Asked { wants_body: Some(&wants), ..Asked::of(&exchange) };
    assert_eq!(asked.fact(&Variable::of("arg_q")), Some(Fact::from("1 2")));
    assert!(!wants.get());
    assert_eq!(asked.fact(&Variable::of("post_arg.m")), None);
    assert!(wants.get());
}

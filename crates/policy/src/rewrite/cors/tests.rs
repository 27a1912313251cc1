//! Cases of `cors`.

use super::*;
use crate::exchange::testing;
use std::time::Duration;

const APP: &str = "https://app.test";

fn open() -> Cors {
    Cors::default()
}

fn strict() -> Cors {
    Cors {
        origins: Origins::List(vec![APP.into()]),
        methods: vec!["GET".into(), "PUT".into()],
        headers: vec!["x-a".into()],
        exposed: vec!["x-b".into(), "x-c".into()],
        credentials: true,
        max_age: Some(Duration::from_secs(60)),
        ..Cors::default()
    }
}

fn preflight(origin: &str) -> http::request::Builder {
    http::Request::options("/")
        .header("origin", origin)
        .header("access-control-request-method", "DELETE")
        .header("access-control-request-headers", "x-z")
}

fn shown(headers: &HeaderMap) -> String {
    let mut lines: Vec<String> = headers
        .iter()
        .map(|(name, value)| format!("{name}={}", value.to_str().unwrap()).replace("access-control-", ""))
        .collect();
    lines.sort();
    lines.join("; ")
}

#[test]
fn preflights_are_answered() {
    let asked = "vary=request-headers; vary=request-method";
    let cases = [
        (open(), preflight(APP), format!("allow-headers=x-z; allow-methods=DELETE; allow-origin=*; {asked}")),
        (
            Cors { credentials: true, ..open() },
            preflight(APP),
            format!(
                "allow-credentials=true; allow-headers=x-z; allow-methods=DELETE; allow-origin={APP}; vary=origin; {asked}"
            ),
        ),
        (
            strict(),
            preflight(APP),
            format!(
                "allow-credentials=true; allow-headers=x-a; allow-methods=GET, PUT; allow-origin={APP}; max-age=60; vary=origin"
            ),
        ),
        (strict(), preflight("https://evil.test"), "vary=origin".to_owned()),
    ];
    for (cors, request, expected) in cases {
        let mut exchange = testing::of(request);
        let rules = Arc::new(Rules::compile(&cors).unwrap());
        let policy = Preflight(rules.clone());
        let Running::Done(Outcome::Respond(response)) = policy.run(&mut exchange) else { panic!("not answered") };
        assert_eq!(response.status(), 204);
        assert_eq!(shown(response.headers()), expected);

        exchange.response = Some(response);
        let _ = Share(rules).run(&mut exchange);
        assert_eq!(shown(exchange.response.unwrap().headers()), expected, "the response side adds nothing");
    }
}

#[test]
fn what_is_no_preflight_goes_on() {
    let cases = [
        http::Request::options("/").header("origin", APP),
        http::Request::options("/").header("access-control-request-method", "GET"),
        http::Request::get("/").header("origin", APP).header("access-control-request-method", "GET"),
    ];
    for request in cases {
        let policy = Preflight(Arc::new(Rules::compile(&open()).unwrap()));
        assert!(matches!(policy.run(&mut testing::of(request)), Running::Done(Outcome::Continue)));
    }
}

#[test]
fn responses_say_who_may_read_them() {
    let get =
        |origin: Option<&str>| origin.map_or(http::Request::get("/"), |o| http::Request::get("/").header("origin", o));
    let behind = "allow-origin=evil; vary=accept, Origin";
    let cases = [
        (open(), get(Some(APP)), "", "allow-origin=*"),
        (open(), get(None), "", "allow-origin=*"),
        (open(), get(Some(APP)), behind, "allow-origin=*; vary=accept, Origin"),
        (
            strict(),
            get(Some(APP)),
            behind,
            "allow-credentials=true; allow-origin=https://app.test; expose-headers=x-b, x-c; vary=accept, Origin",
        ),
        (strict(), get(Some("null")), behind, "vary=accept, Origin"),
        (strict(), get(None), "", "vary=origin"),
        (
            Cors { credentials: true, ..open() },
            get(Some("null")),
            "",
            "allow-credentials=true; allow-origin=null; vary=origin",
        ),
    ];
    for (cors, request, behind, expected) in cases {
        let mut exchange = testing::of(request);
        let mut response = Response::new(Body::Empty);
        for field in behind.split("; ").filter(|field| !field.is_empty()) {
            let (name, value) = field.split_once('=').unwrap();
            let name = if name == "vary" { name.to_owned() } else { format!("access-control-{name}") };
            response.headers_mut().insert(HeaderName::try_from(name).unwrap(), value.parse().unwrap());
        }
        exchange.response = Some(response);
        let _ = Share(Arc::new(Rules::compile(&cors).unwrap())).run(&mut exchange);
        assert_eq!(shown(exchange.response.unwrap().headers()), expected);
    }
}

#[test]
fn values_that_cannot_be_sent_are_told() {
    let cors = Cors { exposed: vec!["a\r\nb".into()], ..open() };
    assert_eq!(Rules::compile(&cors).err().as_deref(), Some("a\r\nb"));
}

/// As one of the originals says it: nothing is said to strangers but what no browser minds.
fn other_manner() -> CorsManner {
    CorsManner {
        preflight_status: 200,
        names_sole_origin: true,
        tells_strangers: true,
        star_without_origin: true,
        needs_origin: false,
        dense: true,
        ..CorsManner::default()
    }
}

#[test]
fn the_manner_is_data() {
    let list = |origins: &[&str]| Origins::List(origins.iter().map(|text| (*text).to_owned()).collect());
    let methods = || vec!["GET".to_owned(), "PUT".to_owned()];
    let with = |origins, credentials| Cors {
        origins,
        credentials,
        methods: methods(),
        exposed: vec!["x-b".into()],
        manner: other_manner(),
        ..Cors::default()
    };
    let other = "https://other.test";
    let matching = Origins::Matching { texts: vec![APP.into()], patterns: vec![r"https://.*\.test".into()] };
    let get =
        |origin: Option<&str>| origin.map_or(http::Request::get("/"), |o| http::Request::get("/").header("origin", o));
    for (cors, request, expected) in [
        (with(list(&[APP]), false), get(None), format!("allow-origin={APP}; expose-headers=x-b; vary=origin")),
        (with(list(&[APP]), false), get(Some(other)), format!("allow-origin={APP}; expose-headers=x-b; vary=origin")),
        (
            with(list(&[APP, "https://b.test"]), true),
            get(Some(other)),
            "allow-credentials=true; expose-headers=x-b; vary=origin".to_owned(),
        ),
        (with(Origins::Any, true), get(None), "allow-origin=*; expose-headers=x-b; vary=origin".to_owned()),
        (
            with(Origins::Any, true),
            get(Some(other)),
            format!("allow-credentials=true; allow-origin={other}; expose-headers=x-b; vary=origin"),
        ),
        (
            with(matching.clone(), false),
            get(Some(other)),
            format!("allow-origin={other}; expose-headers=x-b; vary=origin"),
        ),
        (with(matching, false), get(Some("https://a.test.evil")), "expose-headers=x-b; vary=origin".to_owned()),
    ] {
        let mut exchange = testing::of(request);
        exchange.response = Some(Response::new(Body::Empty));
        let _ = Share(Arc::new(Rules::compile(&cors).unwrap())).run(&mut exchange);
        assert_eq!(shown(exchange.response.unwrap().headers()), expected);
    }
    let rules = Rules::compile(&with(list(&[APP, "https://b.test"]), false)).unwrap();
    let response = rules.preflight(&testing::of(preflight(other)).request);
    assert_eq!(response.status(), 200);
    assert!(shown(response.headers()).contains("allow-methods=GET,PUT"), "a stranger's preflight is answered in full");
}

#[test]
fn preflights_may_go_on_and_private_networks_be_opened() {
    let on = Rules::compile(&Cors { preflight_on: true, ..open() }).unwrap();
    let on = Arc::new(on);
    let mut exchange = testing::of(preflight(APP));
    assert!(matches!(Preflight(on.clone()).run(&mut exchange), Running::Done(Outcome::Continue)));
    exchange.response = Some(Response::new(Body::Empty));
    let _ = Share(on).run(&mut exchange);
    assert_eq!(shown(exchange.response.unwrap().headers()), "");
    for (private_network, asked, told) in [(true, true, true), (true, false, false), (false, true, false)] {
        let rules = Rules::compile(&Cors { private_network, ..open() }).unwrap();
        let mut request = preflight(APP);
        if asked {
            request = request.header("access-control-request-private-network", "true");
        }
        let response = rules.preflight(&testing::of(request).request);
        assert_eq!(response.headers().contains_key("access-control-allow-private-network"), told);
    }
    let silent = CorsManner { needs_origin: true, ..CorsManner::default() };
    let rules = Rules::compile(&Cors { manner: silent, ..open() }).unwrap();
    let mut headers = HeaderMap::new();
    assert!(!rules.share(&testing::get("/").request, &mut headers) && headers.is_empty());
}

#[test]
fn everything_may_be_told_everywhere() {
    let manner =
        CorsManner { preflight_status: 200, dense: true, everywhere: true, keeps: true, ..CorsManner::default() };
    let cors = Cors {
        origins: Origins::List(vec![APP.into()]),
        methods: vec!["GET".into()],
        max_age: Some(Duration::from_secs(5)),
        manner,
        ..Cors::default()
    };
    let rules = Arc::new(Rules::compile(&cors).unwrap());
    let request = |method: Method, origin: &str| {
        let request = http::Request::builder().method(method).uri("/").header("origin", origin);
        testing::of(request.header("access-control-request-headers", "x-a"))
    };
    let mut options = request(Method::OPTIONS, APP);
    assert!(matches!(Preflight(rules.clone()).run(&mut options), Running::Done(Outcome::Respond(_))));
    let told = format!("allow-headers=x-a; allow-methods=GET; allow-origin={APP}; max-age=5; vary=origin");
    for (origin, expected) in [(APP, told.as_str()), ("https://b.test", "allow-origin=theirs; vary=origin")] {
        let mut exchange = request(Method::GET, origin);
        let mut response = Response::new(Body::Empty);
        response.headers_mut().insert("access-control-allow-origin", HeaderValue::from_static("theirs"));
        exchange.response = Some(response);
        let _ = Share(rules.clone()).run(&mut exchange);
        assert_eq!(shown(exchange.response.unwrap().headers()), expected);
    }
}

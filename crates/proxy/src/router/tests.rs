//! What the router promises: tables for each rule, and one property over all of them together.

mod plain;
mod property;

use super::*;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use model::chain::Chain;
use model::endpoint::Endpoint;
use model::id::RouteId;
use model::predicate::{HeaderPattern, HostPattern, PathPattern, PathTemplate, Predicate, QueryPattern, TextPattern};
use model::route::{Match, Rank};
use std::net::IpAddr;

/// A request as the tests write it.
#[derive(Clone, Debug)]
struct Request {
    method: Method,
    host: String,
    path: String,
    query: Option<String>,
    headers: HeaderMap,
    https: bool,
    client: IpAddr,
}

impl Request {
    fn get(host: &str, target: &str) -> Self {
        let (path, query) = target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query.into())));
        Self {
            method: Method::GET,
            host: host.into(),
            path: path.into(),
            query,
            headers: HeaderMap::new(),
            https: false,
            client: IpAddr::from([10, 0, 0, 1]),
        }
    }

    fn header(mut self, name: &'static str, value: &'static [u8]) -> Self {
        let value = HeaderValue::from_bytes(value).unwrap();
        self.headers.append(HeaderName::from_static(name), value);
        self
    }

    fn asked(&self) -> Asked<'_> {
        Asked {
            method: &self.method,
            host: &self.host,
            path: &self.path,
            query: self.query.as_deref(),
            headers: &self.headers,
            https: self.https,
            client: self.client,
            wire: policy::predicate::Wire {
                peer: ([127, 0, 0, 1], 4000).into(),
                local: ([127, 0, 0, 1], 80).into(),
                server_name: None,
            },
            exchange: None,
            wants_body: None,
        }
    }
}

fn route(at: usize, matches: Vec<Match>) -> Arc<Route> {
    let (id, chain) = (RouteId::new(format!("r{at}")), Chain::default());
    Arc::new(Route { id, matches, chain, endpoint: Endpoint::None, path: None, told: Default::default(), around: None })
}

fn ranked(rank: u64, predicate: Predicate) -> Match {
    Match { rank: Rank([rank, 0, 0, 0]), predicate }
}

fn on(path: PathPattern) -> Predicate {
    Predicate { path: Some(path), ..Predicate::default() }
}

fn exact(text: &str) -> PathPattern {
    PathPattern::Exact(text.into())
}

fn prefix(text: &str) -> PathPattern {
    PathPattern::Prefix(text.into())
}

fn template(text: &str) -> PathPattern {
    PathPattern::Template(PathTemplate::parse(text).unwrap())
}

fn regex(text: &str) -> PathPattern {
    PathPattern::Regex(text.into())
}

/// A router of one route for each predicate, ranks as given.
fn router(ranked_predicates: Vec<(u64, Predicate)>) -> Router {
    let routes = ranked_predicates.into_iter().map(|(rank, predicate)| vec![ranked(rank, predicate)]);
    let routes: Vec<Arc<Route>> = routes.enumerate().map(|(at, matches)| route(at, matches)).collect();
    Router::compile(&routes, PathNormalization::default()).unwrap()
}

fn takes(predicate: Predicate, request: &Request) -> bool {
    router(vec![(0, predicate)]).find(&request.asked()).is_some()
}

#[test]
fn the_highest_rank_wins_then_the_earlier_route() {
    let router = router(vec![
        (1, on(prefix("/"))),
        (3, on(template("/a/{x}"))),
        (2, on(exact("/a/b"))),
        (2, on(prefix("/a"))),
        (3, on(regex("/a/c"))),
        (1, on(prefix("/"))),
    ]);
    for (path, expected) in
        [("/a/b", Some(1)), ("/a/c", Some(1)), ("/a/c/d", Some(4)), ("/a", Some(3)), ("/x", Some(0)), ("*", None)]
    {
        let found = router.find(&Request::get("h", path).asked());
        assert_eq!(found.map(|found| found.route), expected, "{path}");
    }
}

#[test]
fn the_next_best_route_takes_what_a_better_one_refuses() {
    let post = Predicate { methods: vec!["POST".into()], ..on(exact("/a")) };
    let router = router(vec![(9, post), (1, on(prefix("/")))]);
    assert_eq!(router.find(&Request::get("h", "/a").asked()).unwrap().route, 1);
}

#[test]
fn any_match_of_a_route_will_do_and_is_named() {
    let routes =
        [route(0, vec![ranked(1, on(prefix("/a"))), ranked(1, on(prefix("/b"))), ranked(2, on(exact("/b/c")))])];
    let router = Router::compile(&routes, PathNormalization::default()).unwrap();
    for (path, expected) in [("/a", Some(0)), ("/b", Some(1)), ("/b/c", Some(2)), ("/c", None)] {
        let found = router.find(&Request::get("h", path).asked());
        assert_eq!(found.map(|found| found.matching), expected, "{path}");
    }
}

#[test]
fn a_route_without_match_takes_nothing() {
    let router = Router::compile(&[route(0, vec![])], PathNormalization::default()).unwrap();
    assert_eq!(router.find(&Request::get("h", "/").asked()), None);
}

#[test]
fn paths_give_parameters_and_say_how_much_they_covered() {
    type Expected = Option<(&'static [(&'static str, &'static str)], &'static str)>;
    let cases: &[(PathPattern, &str, Expected)] = &[
        (exact("/a"), "/a", Some((&[], "/a"))),
        (exact("/a"), "/a/", None),
        (exact("/a"), "/%61", Some((&[], "/%61"))),
        (exact("/caf\u{e9}"), "/caf%c3%a9", Some((&[], "/caf%c3%a9"))),
        (prefix("/a"), "/ab", Some((&[], "/a"))),
        (prefix("/a"), "/%61b", Some((&[], "/%61"))),
        (prefix("/a"), "/a/../secret", None),
        (prefix("/a"), "/x/%2e%2e/a/b", Some((&[], "/x/%2e%2e/a"))),
        (prefix(""), "*", Some((&[], ""))),
        (template("/u/{id}"), "/u/5", Some((&[("id", "5")], "/u/5"))),
        (template("/u/{id}"), "/u/", None),
        (template("/u/{id}"), "/u/5/", None),
        (template("/u/{id}"), "/u/a%2Fb%20c", Some((&[("id", "a/b c")], "/u/a%2Fb%20c"))),
        (template("/u/{id}"), "/u/..%2fx", Some((&[("id", "../x")], "/u/..%2fx"))),
        (template("/u/{id}"), "/u/%ff%2541", Some((&[("id", "\u{fffd}%41")], "/u/%ff%2541"))),
        (template("/u/{id}/x"), "/u/5/./x", Some((&[("id", "5")], "/u/5/./x"))),
        (template("/{a}/{b}"), "/1/2", Some((&[("a", "1"), ("b", "2")], "/1/2"))),
        (template("/f/{rest+}"), "/f/a/b%2Fc/", Some((&[("rest", "a/b/c/")], "/f/a/b%2Fc/"))),
        (template("/f/{rest+}"), "/f//", Some((&[("rest", "/")], "/f//"))),
        (template("/f/{rest+}"), "/f/", None),
        (template("/f/{rest+}"), "/f", None),
        (template("/f/{rest+}"), "/f/a/../../g", None),
        (template("/u/me"), "/u/me", Some((&[], "/u/me"))),
        (regex("/u/(?<id>[^/]+)"), "/u/a%20b/c", Some((&[("id", "a b")], "/u/a%20b"))),
        (regex("/u/(?<a>x)?(?<b>y)?$"), "/u/y", Some((&[("b", "y")], "/u/y"))),
        (regex("/u"), "/x/u", None),
        (regex("/(?i)U"), "/u", Some((&[], "/u"))),
        (regex("x|/u"), "/u", Some((&[], "/u"))),
    ];
    for (pattern, path, expected) in cases {
        let found = router(vec![(0, on(pattern.clone()))]).find(&Request::get("h", path).asked());
        let found = found.as_ref().map(|found| {
            let params: Vec<_> = found.params.iter().map(|(name, value)| (&**name, value.as_str())).collect();
            (params, &path[..found.matched])
        });
        assert_eq!(found, expected.map(|(params, matched)| (params.to_vec(), matched)), "{pattern:?} {path}");
    }
}

#[test]
fn without_normalization_a_path_matches_as_written() {
    let rules = PathNormalization::NONE;
    let routes = [route(0, vec![ranked(0, on(prefix("/a/")))]), route(1, vec![ranked(1, on(exact("/%61")))])];
    let router = Router::compile(&routes, rules).unwrap();
    for (path, expected) in [("/a/../b", Some(0)), ("/%61", Some(1)), ("/%61/", None), ("//a/", None)] {
        let found = router.find(&Request::get("h", path).asked());
        assert_eq!(found.map(|found| found.route), expected, "{path}");
    }
}

#[test]
fn hosts_are_compared_by_label_without_case_port_and_final_dot() {
    let exact = |host: &str| HostPattern::Exact(host.into());
    let suffix = HostPattern::Suffix(".example.com".into());
    let prefix = HostPattern::Prefix("example.".into());
    for (pattern, host, expected) in [
        (exact("Example.com"), "eXample.com.:8080", true),
        (exact("example.com."), "example.com", true),
        (exact("example.com"), "a.example.com", false),
        (exact("[::1]"), "[::1]:80", true),
        (exact("2001:DB8::1"), "[2001:db8::1]", true),
        (suffix.clone(), "a.example.com", true),
        (suffix.clone(), "a.b.EXAMPLE.com:1", true),
        (suffix.clone(), "example.com", false),
        (suffix.clone(), ".example.com", false),
        (suffix.clone(), "aexample.com", false),
        (prefix.clone(), "example.org", true),
        (prefix.clone(), "example.co.uk", true),
        (prefix.clone(), "example", false),
        (prefix.clone(), "example.", false),
        (prefix.clone(), "a.example.org", false),
        (suffix, &format!("{}.example.com", "a.".repeat(200)), false),
    ] {
        let predicate = Predicate { hosts: vec![pattern.clone()], ..Predicate::default() };
        assert_eq!(takes(predicate, &Request::get(host, "/")), expected, "{pattern:?} {host}");
    }
}

#[test]
fn headers_are_asked_with_any_of_their_values() {
    let one_of = TextPattern::OneOf(vec!["1".into(), "2".into()]);
    let request = || Request::get("h", "/");
    for (value, request, expected) in [
        (TextPattern::Present, request(), false),
        (TextPattern::Present, request().header("x-a", b""), true),
        (TextPattern::Absent, request(), true),
        (TextPattern::Absent, request().header("x-a", b""), false),
        (one_of.clone(), request().header("x-a", b"3").header("x-a", b"2"), true),
        (one_of.clone(), request().header("x-a", b"12"), false),
        (one_of, request().header("x-b", b"1"), false),
        (TextPattern::Regex("^b.d".into()), request().header("x-a", b"a").header("x-a", b"bad"), true),
        (TextPattern::Regex("d$".into()), request().header("x-a", b"\xff d"), true),
        (TextPattern::Regex("x".into()), request(), false),
    ] {
        let headers = vec![HeaderPattern { name: "X-A".into(), value: value.clone() }];
        let predicate = Predicate { headers, ..Predicate::default() };
        assert_eq!(takes(predicate, &request), expected, "{value:?} {request:?}");
    }
}

#[test]
fn query_parameters_are_asked_decoded() {
    let one_of = TextPattern::OneOf(vec!["a b".into()]);
    for (value, target, expected) in [
        (TextPattern::Present, "/?q%20x", true),
        (TextPattern::Present, "/?q+x=1", true),
        (TextPattern::Present, "/?other=q%20x", false),
        (TextPattern::Absent, "/", true),
        (TextPattern::Absent, "/?", true),
        (TextPattern::Absent, "/?&q+x&", false),
        (one_of.clone(), "/?q+x=1&q+x=a+b", true),
        (one_of.clone(), "/?q+x=a%20b", true),
        (one_of, "/?q+x=a%2Bb", false),
        (TextPattern::Regex("^\\d+$".into()), "/?q+x=12", true),
        (TextPattern::Regex("^\\d+$".into()), "/?q+x=", false),
    ] {
        let query = vec![QueryPattern { name: "q x".into(), value: value.clone() }];
        let predicate = Predicate { query, ..Predicate::default() };
        assert_eq!(takes(predicate, &Request::get("h", target)), expected, "{value:?} {target}");
    }
}

#[test]
fn methods_schemes_and_clients_are_asked() {
    let get = || Request::get("h", "/");
    let by_tls = Request { https: true, ..get() };
    let mapped = Request { client: "::ffff:10.0.0.9".parse().unwrap(), ..get() };
    let methods = |method: &str| Predicate { methods: vec!["PUT".into(), method.into()], ..Predicate::default() };
    let scheme = |scheme: &str| Predicate { schemes: vec![scheme.into()], ..Predicate::default() };
    let client = |network: &str| Predicate { clients: vec![network.parse().unwrap()], ..Predicate::default() };
    for (predicate, request, expected) in [
        (methods("GET"), get(), true),
        (methods("POST"), get(), false),
        (methods("get"), get(), false),
        (scheme("http"), get(), true),
        (scheme("https"), get(), false),
        (scheme("https"), by_tls.clone(), true),
        (scheme("http"), by_tls, false),
        (client("10.0.0.0/24"), get(), true),
        (client("10.0.1.0/24"), get(), false),
        (client("10.0.0.0/24"), mapped, true),
    ] {
        assert_eq!(takes(predicate.clone(), &request), expected, "{predicate:?} {request:?}");
    }
}

#[test]
fn what_cannot_be_compiled_names_its_route() {
    let header = |name: &str, value| HeaderPattern { name: name.into(), value };
    for (predicate, expected) in [
        (on(regex("/(")), "route r0: the regular expression \"/(\" cannot be read"),
        (
            Predicate { headers: vec![header("a", TextPattern::Regex("[".into()))], ..Predicate::default() },
            "route r0: the regular expression \"[\" cannot be read",
        ),
        (
            Predicate { headers: vec![header("a b", TextPattern::Present)], ..Predicate::default() },
            "route r0: \"a b\" is not the name of a header field",
        ),
    ] {
        let routes = [route(0, vec![ranked(0, predicate)])];
        let error = Router::compile(&routes, PathNormalization::default()).err().unwrap().to_string();
        assert!(error.starts_with(expected), "{error}");
    }
}

#[test]
fn one_hundred_thousand_routes_are_each_found() {
    let patterns = [
        |n: usize| template(&format!("/svc{n}/v1/items/{{id}}")),
        |n: usize| prefix(&format!("/p{n}/")),
        |n: usize| exact(&format!("/e{n}/x")),
        |n: usize| template(&format!("/deep/{{a}}/{n}/{{rest+}}")),
    ];
    let paths = [
        |n: usize| format!("/svc{n}/v1/items/5"),
        |n: usize| format!("/p{n}/x"),
        |n: usize| format!("/e{n}/x"),
        |n: usize| format!("/deep/z/{n}/r"),
    ];
    let router = router((0..100_000).map(|n| (0, on(patterns[n % 4](n)))).collect());
    for n in (0..100_000).step_by(97) {
        let found = router.find(&Request::get("h", &paths[n % 4](n)).asked());
        assert_eq!(found.map(|found| found.route), Some(n));
    }
}

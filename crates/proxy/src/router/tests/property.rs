//! For random routes and requests over small alphabets the router answers what the plain loop answers.

use super::*;
use proptest::collection::vec;
use proptest::option::{of, weighted};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_index_agrees_with_the_plain_loop(routes in routes(), rules in rules(), requests in vec(request(), 1..12)) {
        let router = Router::compile(&routes, rules).unwrap();
        for request in &requests {
            prop_assert_eq!(find(&router, request), plain::find(&routes, rules, request), "{:?}", request);
        }
    }

    #[test]
    fn an_index_that_follows_changes_agrees_as_well(
        before in routes(),
        rules in rules(),
        changes in vec(vec(change(), 25), 1..3),
        requests in vec(request(), 1..6),
    ) {
        let (mut routes, mut router) = (before.clone(), Router::compile(&before, rules).unwrap());
        for changes in changes {
            let before = routes.clone();
            routes = routes.into_iter().zip(changes).flat_map(|(route, change)| changed(route, change)).collect();
            let origin = |route: &Arc<Route>| before.iter().position(|before| Arc::ptr_eq(before, route));
            let origins: Vec<u32> = routes.iter().map(|route| origin(route).map_or(NEW, |at| at as u32)).collect();
            router = router.follow(&routes.iter().cloned().collect(), &origins).unwrap();
            for request in &requests {
                prop_assert_eq!(find(&router, request), plain::find(&routes, rules, request), "{:?}", request);
            }
        }
    }
}

fn find(router: &Router, request: &Request) -> Option<plain::Answer> {
    router.find(&request.asked()).map(|found| {
        let params = found.params.iter().map(|(name, value)| (name.to_string(), value.clone())).collect();
        (found.route, found.matching, params, found.matched)
    })
}

/// What becomes of one route.
#[derive(Clone, Debug)]
enum Change {
    Stays,
    Goes,
    Becomes(Vec<Match>),
    GetsNeighbour(Vec<Match>),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        5 => Just(Change::Stays),
        1 => Just(Change::Goes),
        1 => matches().prop_map(Change::Becomes),
        1 => matches().prop_map(Change::GetsNeighbour),
    ]
}

fn changed(before: Arc<Route>, change: Change) -> Vec<Arc<Route>> {
    match change {
        Change::Stays => vec![before],
        Change::Goes => vec![],
        Change::Becomes(matches) => vec![route(0, matches)],
        Change::GetsNeighbour(matches) => vec![route(0, matches), before],
    }
}

fn matches() -> impl Strategy<Value = Vec<Match>> {
    vec((0..4_u64, predicate()).prop_map(|(rank, predicate)| ranked(rank, predicate)), 0..4)
}

fn routes() -> impl Strategy<Value = Vec<Arc<Route>>> {
    vec(matches(), 0..25).prop_map(|routes| routes.into_iter().enumerate().map(|(at, one)| route(at, one)).collect())
}

fn rules() -> impl Strategy<Value = PathNormalization> {
    any::<[bool; 7]>().prop_map(|[decode_unreserved, decode_all, resolve_dots, merge_slashes, keep, end, cut]| {
        PathNormalization {
            decode_unreserved,
            decode_all,
            resolve_dots,
            merge_slashes,
            keep_escaped_slashes: keep,
            cut_end_slash: end,
            cut_parameters: cut,
        }
    })
}

fn predicate() -> impl Strategy<Value = Predicate> {
    let methods = subsequence(vec!["GET".to_owned(), "POST".to_owned()], 1..=1);
    let schemes = subsequence(vec!["http".to_owned(), "https".to_owned()], 1..=2);
    let clients = vec(select(vec!["10.0.0.0/31".parse().unwrap(), "10.0.0.2/31".parse().unwrap()]), 1..3);
    let headers = vec(text().prop_map(|value| HeaderPattern { name: "x".into(), value }), 1..3);
    let query = vec(text().prop_map(|value| QueryPattern { name: "q".into(), value }), 1..3);
    let rarely = (weighted(0.2, headers), weighted(0.2, query), weighted(0.2, schemes), weighted(0.2, clients));
    (weighted(0.9, path_pattern()), weighted(0.4, vec(host_pattern(), 1..3)), weighted(0.3, methods), rarely).prop_map(
        |(path, hosts, methods, (headers, query, schemes, clients))| Predicate {
            path,
            hosts: hosts.unwrap_or_default(),
            methods: methods.unwrap_or_default(),
            headers: headers.unwrap_or_default(),
            query: query.unwrap_or_default(),
            schemes: schemes.unwrap_or_default(),
            clients: clients.unwrap_or_default(),
            server_names: Vec::new(),
            ..Predicate::default()
        },
    )
}

fn text() -> impl Strategy<Value = TextPattern> {
    select(vec![
        TextPattern::Present,
        TextPattern::Absent,
        TextPattern::OneOf(vec!["1".into(), "2".into()]),
        TextPattern::Regex("1|3".into()),
    ])
}

fn host_pattern() -> impl Strategy<Value = HostPattern> {
    prop_oneof![
        select(vec!["a", "b", "a.b", "b.a", "a.a.b"]).prop_map(|host| HostPattern::Exact(host.into())),
        select(vec![".b", ".a.b", ".a"]).prop_map(|host| HostPattern::Suffix(host.into())),
        select(vec!["a.", "b.", "a.a."]).prop_map(|host| HostPattern::Prefix(host.into())),
    ]
}

/// Mostly a few texts, so that routes and requests meet; now and then one of many.
fn segment(few: &[&'static str], many: &[&'static str]) -> impl Strategy<Value = &'static str> + use<> {
    prop_oneof![4 => select(few.to_vec()), 1 => select(many.to_vec())]
}

fn path_pattern() -> impl Strategy<Value = PathPattern> {
    let many = ["ab", "\u{e9}", "c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8", "c9"];
    let literal = || segment(&["a", "b", ""], &[&many[..], &["%61", "%2f", "."]].concat());
    let literals = || vec(literal(), 0..4).prop_map(|parts| format!("/{}", parts.join("/")));
    let template = (vec(segment(&["a", "b", "", "{}", "{}"], &many), 1..4), any::<bool>());
    let regexes = vec![
        "/a",
        "/(?<x>[ab]+)",
        "/a/(?<x>.*)",
        "^/a|/b",
        "/a?b",
        "/ab*$",
        "(?i)/A",
        "/[ab]/(?<x>b)?",
        "b",
        "",
        "/%2F",
    ];
    prop_oneof![
        literals().prop_map(|text| exact(&text)),
        literals().prop_map(|text| prefix(&text)),
        template.prop_map(|(parts, rest)| {
            let parts = parts.iter().enumerate().map(|(at, part)| part.replace("{}", &format!("{{p{at}}}")));
            let mut parts: Vec<String> = parts.collect();
            parts.extend(rest.then(|| "{rest+}".to_owned()));
            super::template(&format!("/{}", parts.join("/")))
        }),
        select(regexes).prop_map(regex),
    ]
}

fn request() -> impl Strategy<Value = Request> {
    let many = ["ab", ".", "..", "%61", "%2F", "%2e%2E", "%ff", "\u{e9}", "%C3%a9", "c1", "c5", "c8", "c9"];
    let part = segment(&["a", "b", ""], &many);
    let path =
        prop_oneof![20 => vec(part, 1..5).prop_map(|parts| format!("/{}", parts.join("/"))), 1 => Just("*".into())];
    let host = select(vec!["a", "b", "a.b", "B.a", "a.a.b", "c", "a.b:80", "a.b.", "a.a.a.b", ".b", "a.", ""]);
    let query = of(select(vec!["q=1", "q=2&q=3", "%71=%33", "x=1", "q", ""]));
    let header = vec(select(vec!["1", "2", "3"]), 0..3);
    let method = select(vec![Method::GET, Method::POST]);
    (path, host, query, header, method, any::<bool>(), 0..4_u8).prop_map(
        |(path, host, query, values, method, https, client)| Request {
            method,
            host: host.into(),
            path,
            query: query.map(Into::into),
            headers: values.into_iter().map(|v| (HeaderName::from_static("x"), HeaderValue::from_static(v))).collect(),
            https,
            client: IpAddr::from([10, 0, 0, client]),
        },
    )
}

//! What a compilation takes over from the one before.

use super::*;
use model::chain::{Chain, Phase, Step, StepRank};
use model::endpoint::{Balance, HostHeader, HttpEndpoint, Keepalive, Node, PathRule, Upstream, UpstreamTimeouts};
use model::forward::Forward;
use model::id::{ConsumerId, Slot};
use model::policy::{IdForm, Policy, RequestId};
use model::quirk::ForwardMarks;
use telemetry::AccessLog;
use telemetry::access::{Format, Sink};

fn shared() -> Shared {
    let access = AccessLog::open(Sink::Off, Format::Text).unwrap();
    Shared {
        services: Default::default(),
        metrics: Default::default(),
        access,
        upstreams: Default::default(),
        self_made: Default::default(),
    }
}

fn route(name: &str, endpoint: Endpoint) -> Arc<Route> {
    let (id, matches, chain) = (RouteId::new(name), Vec::new(), Chain::default());
    Arc::new(Route { id, matches, chain, endpoint, path: None, told: Default::default(), around: None })
}

fn upstream(port: u16) -> Upstream {
    Upstream {
        tls: None,
        forward: Forward::Direct,
        http2: false,
        nodes: vec![Node { host: "127.0.0.1".into(), port, weight: 1 }],
        reserves: vec![],
        never_empty: false,
        balance: Balance::RoundRobin,
        timeouts: UpstreamTimeouts::default(),
        retries: 0,
        keepalive: Keepalive::default(),
        passive_health: None,
        active_health: None,
    }
}

/// A route that leads nowhere and one that leads to an upstream.
fn gateway() -> Gateway {
    let id = UpstreamId::new("u");
    let (path, host, marks) = (PathRule::KEEP, HostHeader::Client, ForwardMarks::default());
    let http = HttpEndpoint { upstream: id.clone(), path, host, marks, websocket: false };
    let mut table = Table::new(TableId::new("t"));
    table.routes = vec![route("a", Endpoint::None), route("b", Endpoint::Http(http))].into();
    Gateway { tables: vec![table], upstreams: [(id, upstream(1))].into(), ..Gateway::default() }
}

fn request_id() -> Step {
    let (header, form) = ("x-id".to_owned(), IdForm::Own);
    let policy = Policy::RequestId(RequestId { header, trust_client: false, echo: false, form, own: true });
    let rank = StepRank { phase: Phase::Rewrite, order: 0 };
    Step { slot: Slot::new("request-id"), rank, precedence: 0, predicate: None, policy }
}

fn bob() -> Arc<Consumer> {
    Arc::new(Consumer::new(ConsumerId::new("bob"), "bob"))
}

#[test]
fn what_a_change_cannot_touch_is_taken_over() {
    type Change = fn(&mut Gateway);
    let cases: [(&str, Change, [bool; 2]); 6] = [
        ("nothing", |_| {}, [true, true]),
        ("a route", |gateway| gateway.tables[0].routes[0] = route("a", Endpoint::None), [false, true]),
        ("an upstream", |gateway| gateway.upstreams.insert(UpstreamId::new("u"), upstream(2)), [true, false]),
        ("a global step", |gateway| gateway.tables[0].global.push(request_id()), [false, false]),
        ("a consumer", |gateway| gateway.consumers.push(bob()), [false, false]),
        ("the name", |gateway| gateway.tables[0].id = TableId::new("other"), [false, false]),
    ];
    for (what, change, expected) in cases {
        let (shared, mut gateway) = (shared(), gateway());
        let before = compile(&gateway, &shared, None).unwrap();
        change(&mut gateway);
        let after = compile(&gateway, &shared, Some(&before)).unwrap();
        let pairs = before.tables[0].routes.made.iter().zip(&after.tables[0].routes.made);
        let kept: Vec<bool> = pairs.map(|(before, after)| Arc::ptr_eq(before, after)).collect();
        assert_eq!(kept, expected, "{what}");
    }
}

/// Whatever was compiled before, the snapshot is what it would be anew: every route in its place, found by its path, and led
/// to its upstream as that is now.
#[test]
fn very_many_changes_lead_to_what_would_be_compiled_anew() {
    let (shared, mut random) = (shared(), fastrand::Rng::with_seed(5));
    let mut gateway = Gateway { tables: vec![Table::new(TableId::new("t"))], ..Gateway::default() };
    for number in 0..700 {
        put(&mut gateway, number, number as usize, &mut random);
    }
    let mut before = compile(&gateway, &shared, None).unwrap();
    agrees(&before, &gateway);
    for round in 0..60 {
        for _ in 0..random.usize(0..8) {
            let at = random.usize(0..gateway.tables[0].routes.len());
            match random.u8(0..4) {
                0 => drop(gateway.tables[0].routes.remove(at)),
                1 => put(&mut gateway, 1000 + round * 10 + random.u16(0..10), at, &mut random),
                2 => {
                    gateway.tables[0].routes.remove(at);
                    put(&mut gateway, random.u16(0..700), at, &mut random);
                }
                _ => gateway
                    .upstreams
                    .insert(UpstreamId::new(format!("u{}", random.u16(0..9))), upstream(random.u16(1..4))),
            }
        }
        let after = compile(&gateway, &shared, Some(&before)).unwrap();
        agrees(&after, &gateway);
        if random.u8(0..3) > 0 {
            before = after; // else it was only tried
        }
    }
}

/// A route of this path at this position, to one of few upstreams.
fn put(gateway: &mut Gateway, number: u16, at: usize, random: &mut fastrand::Rng) {
    let id = UpstreamId::new(format!("u{}", random.u16(0..9)));
    if gateway.upstreams.get(&id).is_none() {
        gateway.upstreams.insert(id.clone(), upstream(1));
    }
    let (path, host, marks) = (PathRule::KEEP, HostHeader::Client, ForwardMarks::default());
    let endpoint = Endpoint::Http(HttpEndpoint { upstream: id, path, host, marks, websocket: false });
    let mut route = Arc::unwrap_or_clone(route(&format!("r{number}"), endpoint));
    let path = Some(PathPattern::Exact(format!("/{number}")));
    let predicate = model::predicate::Predicate { path, ..Default::default() };
    route.matches = vec![Match { rank: Default::default(), predicate }];
    gateway.tables[0].routes.insert(at, Arc::new(route));
}

fn agrees(snapshot: &Snapshot, gateway: &Gateway) {
    let (table, ready) = (&gateway.tables[0], &snapshot.tables[0]);
    assert_eq!(ready.routes.made.len(), table.routes.len());
    let anew = Router::compile(&table.routes, table.normalization).unwrap();
    for (route, made) in table.routes.iter().zip(&ready.routes.made) {
        assert_eq!(made.model.as_ptr(), Arc::as_ptr(route));
        let Endpoint::Http(http) = &route.endpoint else { panic!("every route leads to an upstream") };
        let running = made.endpoint.upstreams().next().unwrap();
        assert!(Arc::ptr_eq(running, &snapshot.upstreams.made.find(&http.upstream).unwrap().1));
        let (_, model) = gateway.upstreams.list().find(&http.upstream).unwrap();
        assert!(running.is_of(model), "{}", http.upstream);
        let Some(PathPattern::Exact(path)) = &route.matches[0].predicate.path else { panic!("every route has a path") };
        assert_eq!(ready.router.find(&asked(path)), anew.find(&asked(path)), "{path}");
        assert!(anew.find(&asked(path)).is_some());
    }
}

fn asked(path: &str) -> crate::router::Asked<'_> {
    static NONE: std::sync::LazyLock<http::HeaderMap> = std::sync::LazyLock::new(Default::default);
    let local = ([127, 0, 0, 1], 80).into();
    crate::router::Asked {
        method: &http::Method::GET,
        host: "",
        path,
        query: None,
        headers: &NONE,
        https: false,
        client: [127, 0, 0, 1].into(),
        wire: policy::predicate::Wire { peer: local, local, server_name: None },
        exchange: None,
        wants_body: None,
    }
}

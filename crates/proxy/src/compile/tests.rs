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

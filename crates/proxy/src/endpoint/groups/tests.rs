//! Whose turn it is, and how paths meet.

use super::*;
use model::endpoint::{HostHeader, HttpEndpoint, PathRule};
use model::id::UpstreamId;
use model::policy::HeaderEdits;
use model::quirk::ForwardMarks;

fn members(all: &[(u32, bool)]) -> Vec<EndpointMember> {
    let http = |at: usize| HttpEndpoint {
        upstream: UpstreamId::new(at.to_string()),
        path: PathRule::KEEP,
        host: HostHeader::Node,
        marks: ForwardMarks::default(),
        websocket: false,
    };
    let member = |(at, (weight, spare)): (usize, &(u32, bool))| EndpointMember {
        name: at.to_string(),
        weight: *weight,
        spare: *spare,
        http: http(at),
        query: None,
        fields: HeaderEdits::default(),
        other_tls: None,
    };
    all.iter().enumerate().map(member).collect()
}

#[test]
fn those_in_use_and_those_in_reserve_have_their_own_turns() {
    let all = members(&[(2, false), (1, true), (1, false), (0, false), (1, true)]);
    let (usual, spare) = (Turns::of(&all, false), Turns::of(&all, true));
    assert_eq!([usual.in_turn(), usual.in_turn(), usual.in_turn()], [vec![0, 2], vec![2, 0], vec![0, 2]]);
    assert_eq!([spare.in_turn(), spare.in_turn()], [[1, 4], [4, 1]]);
}

#[test]
fn at_random_everybody_with_a_share_comes_first_at_times() {
    let turns = Turns::of(&members(&[(1, false), (3, false), (0, false)]), false);
    let mut first = [0; 3];
    for _ in 0..400 {
        let order = turns.shuffled();
        assert_eq!(order.len(), 2, "one without a share takes none");
        first[order[0]] += 1;
    }
    assert!(first[0] > 20 && first[1] > first[0] && first[2] == 0, "{first:?}");
}

#[test]
fn paths_and_queries_are_joined() {
    for (own, path, expected) in [
        ("/", "/a", "/a"),
        ("/", "", "/"),
        ("/base", "/a", "/base/a"),
        ("/base/", "/a", "/base/a"),
        ("/base/", "a", "/base/a"),
        ("/base", "", "/base"),
        ("", "/a", "/a"),
        ("", "a", "/a"),
        ("", "", "/"),
    ] {
        assert_eq!(joined(own, path), expected, "{own:?} {path:?}");
    }
    assert_eq!(with_queries("/a", [None, Some(""), None]), "/a");
    assert_eq!(with_queries("/a", [Some("x=1"), None, Some("y")]), "/a?x=1&y");
}

fn ready(all: &[(u32, bool)]) -> (ReadyGroups, ReadyUpstreams) {
    let upstream = |port| model::endpoint::Upstream {
        tls: None,
        forward: model::forward::Forward::Direct,
        http2: false,
        nodes: vec![model::endpoint::Node { host: "127.0.0.1".into(), port, weight: 1 }],
        reserves: vec![],
        never_empty: false,
        balance: model::endpoint::Balance::RoundRobin,
        timeouts: Default::default(),
        retries: 0,
        keepalive: Default::default(),
        passive_health: None,
        active_health: None,
    };
    let upstreams = super::super::Upstreams::default();
    let made = (0..all.len()).map(|at| {
        let id = UpstreamId::new(at.to_string());
        let port = u16::try_from(at).unwrap() + 1;
        (id.clone(), upstreams.ready(&id, &std::sync::Arc::new(upstream(port))).unwrap())
    });
    let made: ReadyUpstreams = made.collect();
    let group = EndpointGroup { name: "g".into(), at_random: false, members: members(all) };
    let data = EndpointGroups { groups: vec![group], lead: None, again: None };
    let ready = ReadyGroups::compile(&data, PathNormalization::default(), &made);
    (ready.unwrap_or_else(|_| panic!("no upstream is missing")), made)
}

#[test]
fn those_in_reserve_are_asked_where_no_other_is_well() {
    let (groups, upstreams) = ready(&[(1, true), (1, false), (1, false)]);
    let exchange = exchange();
    let next = || groups.usual(&exchange).map(|member| member.name.clone()).unwrap_or_default();
    assert_eq!([next(), next(), next()], ["1", "2", "1"]);
    let limits = model::endpoint::HealthLimits { any: 1, ..Default::default() };
    for (sick, expected) in [("1", ["2", "2"]), ("2", ["0", "0"]), ("0", ["", ""])] {
        let node = &upstreams.find(&UpstreamId::new(sick)).unwrap().1.nodes[0];
        node.health.failed(&limits, super::super::health::Sign::Broken, None);
        assert_eq!([next(), next()], expected, "once {sick} is left alone");
    }
    assert!(groups.named("1", &exchange).is_err(), "one that is left alone is not asked by its name either");
}

#[test]
fn another_one_is_asked_than_before() {
    let (groups, upstreams) = ready(&[(1, false), (1, false)]);
    let mut exchange = exchange();
    let node = upstreams.find(&UpstreamId::new("0")).unwrap().1.nodes[0].name.clone();
    let (began, duration) = (std::time::Instant::now(), std::time::Duration::ZERO);
    exchange.upstream = Some(policy::exchange::UpstreamFacts { node, began, duration, status: None });
    for _ in 0..4 {
        assert_eq!(groups.usual(&exchange).map(|member| member.name.as_str()).ok(), Some("1"));
    }
}

fn exchange() -> Exchange {
    let (parts, ()) = http::Request::get("/").body(()).unwrap().into_parts();
    let peer = std::net::SocketAddr::from(([127, 0, 0, 1], 4000));
    let client = policy::exchange::Client::plain(peer);
    Exchange::new(parts, net::Body::Empty, client, 1 << 20)
}

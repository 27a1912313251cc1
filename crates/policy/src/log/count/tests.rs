//! What is counted, under which labels, and how much of it strangers can make up.

use super::*;
use crate::exchange::{CallFacts, RouteFacts, UpstreamFacts, testing};
use model::id::RouteId;
use model::route::Told;
use std::sync::atomic::{AtomicU64, Ordering};
use telemetry::book::Page;

fn fact(name: &str, fact: LabelFact) -> (String, LabelValue) {
    (name.to_owned(), LabelValue::Fact(fact))
}

fn data(labels: Vec<(String, LabelValue)>) -> Data {
    let metric = |name: &str, kind| Metric { name: name.into(), help: "Help".into(), kind, labels: labels.clone() };
    let bounds = vec![Duration::from_millis(1), Duration::from_millis(10)];
    Data {
        book: "test".into(),
        metrics: vec![
            metric("n", MetricKind::Counter(Counted::Requests)),
            metric("in", MetricKind::Counter(Counted::RequestBytes)),
            metric("out", MetricKind::Counter(Counted::ResponseBytes)),
            metric("ms", MetricKind::Histogram { of: Timed::Wait, bounds }),
        ],
    }
}

fn ended(mut exchange: Exchange, status: u16) -> Exchange {
    let (until_header, total) = (Duration::from_millis(10), Duration::from_millis(12));
    exchange.sent = Some(Box::new(Sent { status, body_bytes: 5, until_header, total, ..Sent::default() }));
    exchange
}

/// The lines of samples of a page.
fn samples(metrics: &telemetry::Metrics) -> Vec<String> {
    let mut page = Page::default();
    page.book(&metrics.book("test"));
    page.text().lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect()
}

#[test]
fn exchanges_are_counted_by_their_labels() {
    let metrics = telemetry::Metrics::default();
    let answered = LabelValue::Answered { upstream: "service".into(), gateway: "gate".into() };
    let labels = vec![
        fact("route", LabelFact::RouteName),
        fact("code", LabelFact::Status),
        fact("node", LabelFact::Node),
        ("source".to_owned(), answered),
        fact("who", LabelFact::Consumer),
        ("kind".to_owned(), LabelValue::Text("x".into())),
    ];
    let count = Count::build(&data(labels), &metrics);
    let mut called = testing::of(http::Request::get("/p").header("host", "h"));
    called.call = Some(CallFacts { duration: Duration::from_millis(7), ..CallFacts::of("f".into()) });
    called.identity = Some(testing::identity("bob", &[], &[]));
    let told = Told { name: Some("r".into()), ..Told::default() };
    called.route = Some(Arc::new(RouteFacts { told, ..RouteFacts::plain(RouteId::new("x/7"), "/") }));
    let mut forwarded = testing::get("/p");
    let duration = Duration::from_millis(1);
    forwarded.upstream =
        Some(UpstreamFacts { node: "10.0.0.1:80".into(), began: forwarded.started, duration, status: Some(200) });
    let mut called = ended(called, 200);
    for _ in 0..2 {
        count.run(&mut called).done();
    }
    count.run(&mut ended(forwarded, 200)).done();
    count.run(&mut ended(testing::get("/"), 404)).done();
    let called = r#"{route="r",code="200",node="",source="gate",who="bob",kind="x""#;
    let forwarded = r#"{route="",code="200",node="10.0.0.1",source="service",who="",kind="x""#;
    let nobody = r#"{route="",code="404",node="",source="gate",who="",kind="x""#;
    let found = samples(&metrics);
    for line in [
        format!("n{called}}} 2"),
        format!("n{forwarded}}} 1"),
        format!("n{nobody}}} 1"),
        format!("in{called}}} 18"), // host: h and four more, twice
        format!("out{called}}} 10"),
        format!("ms_bucket{called},le=\"10\"}} 2"),
        format!("ms_sum{called}}} 14"),
        format!("ms_bucket{forwarded},le=\"1\"}} 1"),
        format!("ms_count{nobody}}} 0"),
    ] {
        assert!(found.contains(&line), "{line} in\n{}", found.join("\n"));
    }
}

#[test]
fn patterns_of_paths_and_hosts_are_labels() {
    let pattern = |text: &str| (HostPattern::Suffix(format!(".{text}")), format!("*.{text}"));
    for (hosts, host, expected) in [
        (vec![], "a.one", ""),
        (vec![pattern("one")], "a.two", "*.one"),
        (vec![pattern("one"), pattern("two")], "A.two:80", "*.two"),
    ] {
        let mut exchange = testing::of(http::Request::get("/").header("host", host));
        let facts = RouteFacts::plain(RouteId::new("r"), "/");
        exchange.route = Some(Arc::new(RouteFacts { pattern: "/a*".into(), hosts, ..facts }));
        assert_eq!(fact_of(LabelFact::Host, &exchange, ""), (!expected.is_empty()).then_some(expected), "{host}");
        assert_eq!(fact_of(LabelFact::Path, &exchange, ""), Some("/a*"));
    }
}

#[test]
fn strangers_make_up_a_bounded_number_of_series_and_show_no_secret() {
    let metrics = telemetry::Metrics::default();
    let variable = |name: &str| (name.to_owned(), LabelValue::Variable(Variable::of(name)));
    let count = Count::build(&data(vec![variable("http_x"), variable("http_authorization")]), &metrics);
    for at in 0..VARIED + 10 {
        let request = http::Request::get("/").header("x", at).header("authorization", "hush");
        count.run(&mut ended(testing::of(request), 200)).done();
    }
    let found = samples(&metrics);
    let of_n: Vec<_> = found.iter().filter(|line| line.starts_with("n{")).collect();
    assert_eq!(of_n.len(), VARIED + 1);
    assert!(found.contains(&r#"n{http_x="other",http_authorization="other"} 10"#.to_owned()));
    assert!(!found.iter().any(|line| line.contains("hush")));
}

#[test]
fn counting_from_many_threads_loses_nothing() {
    let metrics = telemetry::Metrics::default();
    let count = Count::build(&data(vec![fact("code", LabelFact::Status)]), &metrics);
    let counted = AtomicU64::new(0);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for status in (200..208).cycle().take(800) {
                    count.run(&mut ended(testing::get("/"), status)).done();
                    counted.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    let found = samples(&metrics);
    let all: u64 = found
        .iter()
        .filter(|l| l.starts_with("n{"))
        .map(|l| l.rsplit(' ').next().unwrap().parse::<u64>().unwrap())
        .sum();
    assert_eq!(all, counted.into_inner());
}

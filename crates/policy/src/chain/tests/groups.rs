//! Cases of groups that know of each other, and of routes with answers of their own.

use super::*;
use model::answer::{Keyed, KeyedAnswers};
use model::chain::{Group, GroupSet};
use model::policy::Assign;
use model::predicate::{Condition, PathPattern, Predicate};
use model::text::Text;
use model::world::Around;

fn route(groups: Vec<Group>, answers: Option<Answers>) -> Route {
    Route {
        id: RouteId::new("r"),
        matches: Vec::new(),
        chain: Chain { groups },
        endpoint: Endpoint::None,
        path: None,
        told: Default::default(),
        around: Some(Arc::new(Around { answers, ..Around::default() })),
    }
}

fn on(name: &str, phase: Phase, order: i64, policy: Data) -> Step {
    let (slot, rank) = (Slot::new(format!("{name}{order}")), StepRank { phase, order });
    Step { slot, rank, precedence: 0, predicate: None, policy }
}

/// A group that leaves its name, on both sides.
fn group(name: &str, path: Option<&str>, set: Option<(u16, bool)>) -> Group {
    let leave = |phase, order| {
        let value = Text::Expression(format!("{{#context.attributes['seen'] ?: ''}}{name}"));
        on(name, phase, order, Data::Assign(Assign { attributes: vec![("seen".to_owned(), value)] }))
    };
    let path = path.map(|path| Predicate { path: Some(PathPattern::Prefix(path.to_owned())), ..Predicate::default() });
    let set = set.map(|(number, otherwise)| GroupSet { number, otherwise });
    Group { set, predicate: path, steps: vec![leave(Phase::Access, 0), leave(Phase::Response, 1)], always: false }
}

async fn run(route: &Route, path: &str) -> Exchange {
    let table = Table::new(TableId::new("t"));
    let services = Services::default();
    let chain = ReadyChain::compile(&table, Some(route), &Builder::new(&services, &[])).unwrap();
    let mut exchange = testing::get(path);
    if chain.request(&mut exchange).await == Next::Endpoint {
        exchange.response = Some(Response::new("".into()));
    }
    chain.response(&mut exchange).await;
    exchange
}

#[tokio::test]
async fn an_otherwise_group_runs_where_no_earlier_one_of_its_set_does() {
    let (first, all) = (Some((1, true)), Some((2, false)));
    let best = || vec![group("A", Some("/a/b"), first), group("B", Some("/a"), first), group("C", None, first)];
    let required =
        || vec![group("A", Some("/a"), all), group("B", Some("/a/b"), all), group("C", None, Some((2, true)))];
    for (groups, path, expected) in [
        (best(), "/a/b", "AA"),
        (best(), "/a/c", "BB"),
        (best(), "/", "CC"),
        (required(), "/a/b", "ABAB"),
        (required(), "/a", "AA"),
        (required(), "/x", "CC"),
    ] {
        let exchange = run(&route(groups, None), path).await;
        let seen = exchange.attribute("seen").map(ToString::to_string);
        assert_eq!(seen.as_deref(), Some(expected), "{path}");
    }
}

#[tokio::test]
async fn after_a_failure_groups_run_that_always_do_and_whose_condition_held() {
    let fail = |order| on("f", Phase::Access, order, Data::Fail(Keyed::new(401, "K", "no")));
    for (path, expected) in [("/a", "ACA"), ("/x", "C")] {
        let always = Group { always: true, ..group("A", Some("/a"), None) };
        let failing = Group { steps: vec![fail(1)], ..Group::default() };
        let exchange = run(&route(vec![always, failing, group("C", None, None)], None), path).await;
        let seen = exchange.attribute("seen").map(ToString::to_string).unwrap_or_default();
        assert_eq!((seen.as_str(), exchange.failure.is_some()), (expected, true), "{path}");
    }
}

#[tokio::test]
async fn a_condition_is_asked_when_its_group_is_reached_and_remembered() {
    let text = |text: &str| Text::Expression(text.to_owned());
    let set = |order, phase, to: &str| {
        on("s", phase, order, Data::Assign(Assign { attributes: vec![("go".to_owned(), text(to))] }))
    };
    let condition = Condition::Expression { text: text("{#context.attributes['go'] == 'yes'}"), failure: None };
    let guarded = Group {
        predicate: Some(Predicate { conditions: vec![condition], ..Predicate::default() }),
        steps: vec![set(2, Phase::Access, "done"), set(3, Phase::Response, "{#context.attributes['go']}!")],
        ..Group::default()
    };
    for (first, expected) in [("yes", "done!"), ("no", "no")] {
        let opening = Group { steps: vec![set(1, Phase::Access, first)], ..Group::default() };
        let exchange = run(&route(vec![opening, guarded.clone()], None), "/").await;
        assert_eq!(exchange.attribute("go").map(ToString::to_string).as_deref(), Some(expected));
    }
}

#[tokio::test]
async fn a_body_is_read_only_for_conditions_that_are_asked() {
    let names_content = |path: &str| {
        let text = Text::Expression("{#request.content == 'go'}".to_owned());
        let conditions = vec![Condition::Expression { text, failure: None }];
        let predicate =
            Predicate { conditions, path: Some(PathPattern::Prefix(path.to_owned())), ..Predicate::default() };
        let fail = on("f", Phase::Access, 0, Data::Fail(Keyed::new(418, "K", "m")));
        Group { predicate: Some(predicate), steps: vec![fail], ..Group::default() }
    };
    for (path, body, read, failed) in [("/a", "go", true, true), ("/a", "no", true, false), ("/b", "go", false, false)]
    {
        let table = Table::new(TableId::new("t"));
        let chain = route(vec![names_content("/a")], None);
        let services = Services::default();
        let chain = ReadyChain::compile(&table, Some(&chain), &Builder::new(&services, &[])).unwrap();
        let mut exchange = testing::with_body(http::Request::post(path), body);
        let next = chain.request(&mut exchange).await;
        assert_eq!(next == Next::Response, failed, "{path} {body}");
        assert_eq!(exchange.learned.is_some(), read, "{path} {body}");
    }
}

#[tokio::test]
async fn a_route_may_have_answers_of_its_own() {
    let answers = Answers { keyed: Some(Box::<KeyedAnswers>::default()), ..Answers::default() };
    for (answers, expected) in [(Some(answers), "no"), (None, "{\"type\"")] {
        let fail = on("f", Phase::Access, 0, Data::Fail(Keyed::new(404, "K", "no")));
        let group = Group { steps: vec![fail], ..Group::default() };
        let exchange = run(&route(vec![group], answers), "/").await;
        let response = exchange.response.unwrap();
        assert_eq!(response.status(), 404);
        let body = response.into_body().hold(999).await.unwrap();
        assert!(String::from_utf8_lossy(&body).starts_with(expected), "{body:?}");
    }
}

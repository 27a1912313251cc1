//! Cases of `chain`.

mod groups;

use super::*;
use crate::Policy;
use crate::build::Services;
use crate::exchange::{Identity, testing};
use crate::failure::Blame;
use http::Response;
use model::answer::{Answer, AnswerBody, Answers, FailureKind};
use model::chain::{Chain, Overlay, Phase, Step, StepRank, Who};
use model::endpoint::Endpoint;
use model::id::{ConsumerId, GroupId, RouteId, Slot, TableId};
use model::policy::{HeaderEdit, HeaderEdits, Policy as Data};
use step::Side;

/// Waits once, then leaves a response in the endpoint's place.
struct Answering;

impl Policy for Answering {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Running<'a> {
        Running::Wait(Box::pin(async move {
            tokio::task::yield_now().await;
            exchange.response = Some(Response::new("kept".into()));
            Outcome::Continue
        }))
    }
}

/// Leaves a mark on the request.
struct Mark;

impl Policy for Mark {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Running<'a> {
        exchange.request.headers.append("x-mark", http::HeaderValue::from_static("1"));
        Running::Done(Outcome::Continue)
    }
}

/// Whether a later step finds what an earlier one of its slot remembered.
struct Memory {
    slot: usize,
}

impl Policy for Memory {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Running<'a> {
        match exchange.recall::<&str>(self.slot) {
            Some(_) => return Mark.run(exchange),
            None => exchange.remember(self.slot, "something"),
        }
        Running::Done(Outcome::Continue)
    }
}

fn step(slot: usize, side: Side, policy: Box<dyn Policy>) -> ReadyStep {
    let phase = if side == Side::Request { Phase::Access } else { Phase::Response };
    let rank = StepRank { phase, order: slot as i64 };
    ReadyStep {
        slot,
        side,
        rank,
        precedence: 0,
        place: Place::Route,
        group: None,
        predicate: None,
        asks_body: false,
        always: false,
        policy,
    }
}

fn chain_of(own: Vec<ReadyStep>, answers: Answers) -> ReadyChain {
    let services = Services::default();
    let builder = Builder::new(&services, &[]);
    let table = Table { answers, ..Table::new(TableId::new("t")) };
    let mut chain = ReadyChain::compile(&table, None, &builder).unwrap();
    chain.own = own;
    chain.base = Arc::new(Effective::base(&chain));
    chain
}

#[tokio::test]
async fn a_kept_answer_skips_the_endpoint_but_no_step() {
    let chain = chain_of(
        vec![step(1, Side::Request, Box::new(Answering)), step(2, Side::Request, Box::new(Mark))],
        Answers::default(),
    );
    let mut exchange = testing::get("/");
    assert_eq!(chain.request(&mut exchange).await, Next::Response);
    assert!(exchange.request.headers.contains_key("x-mark"));
    assert_eq!(exchange.response.unwrap().into_body().hold(9).await.unwrap(), "kept");
}

#[tokio::test]
async fn a_slot_remembers_for_its_other_side() {
    let chain = chain_of(
        vec![
            step(1, Side::Request, Box::new(Memory { slot: 1 })),
            step(1, Side::Response, Box::new(Memory { slot: 1 })),
            step(2, Side::Response, Box::new(Memory { slot: 2 })),
        ],
        Answers::default(),
    );
    let mut exchange = testing::get("/");
    assert_eq!(chain.request(&mut exchange).await, Next::Endpoint);
    chain.response(&mut exchange).await;
    assert_eq!(exchange.request.headers.get_all("x-mark").iter().count(), 1);
}

#[tokio::test]
async fn the_endpoints_failure_is_answered_by_the_table_and_stops_the_routes_steps() {
    let own = Answer { body: AnswerBody::Text("table".into()), ..Answer::status(444) };
    let answers =
        Answers { by_kind: [(FailureKind::NoEndpoint, vec![("*/*".to_owned(), own)])].into(), ..Answers::default() };
    let chain = chain_of(vec![step(1, Side::Response, Box::new(Mark))], answers);
    let mut exchange = testing::get("/");
    chain.fail(&mut exchange, Failure::new(FailureKind::NoEndpoint, Blame::Config, "x"));
    chain.response(&mut exchange).await;
    assert_eq!(exchange.failure.unwrap().kind, FailureKind::NoEndpoint);
    assert!(!exchange.request.headers.contains_key("x-mark"));
    let response = exchange.response.unwrap();
    assert_eq!(response.status().as_u16(), 444);
    assert_eq!(response.into_body().hold(9).await.unwrap(), "table");
}

#[tokio::test]
async fn after_a_failure_all_steps_run_where_the_table_says_so() {
    let chain =
        chain_of(vec![step(1, Side::Response, Box::new(Mark))], Answers { all_steps: true, ..Answers::default() });
    let mut exchange = testing::get("/");
    chain.fail(&mut exchange, Failure::new(FailureKind::NoEndpoint, Blame::Config, "x"));
    chain.response(&mut exchange).await;
    assert!(exchange.request.headers.contains_key("x-mark"));
}

fn identity(consumer: &str, groups: &[&str]) -> Identity {
    crate::exchange::testing::identity(consumer, groups, &[])
}

fn overlay(who: Who) -> Overlay {
    let rank = StepRank { phase: Phase::Access, order: 0 };
    let policy = Data::Headers(HeaderEdits::default());
    let step = Step { slot: Slot::new("s"), rank, precedence: 1, predicate: None, policy };
    Overlay { who, routes: None, steps: vec![step] }
}

fn overlaid(overlays: Vec<Overlay>) -> ReadyChain {
    let services = Services::default();
    let table = Table { overlays, ..Table::new(TableId::new("t")) };
    let route = Route {
        id: RouteId::new("r"),
        matches: Vec::new(),
        chain: Chain::of(Vec::new()),
        endpoint: Endpoint::None,
        path: None,
        told: Default::default(),
        around: None,
    };
    ReadyChain::compile(&table, Some(&route), &Builder::new(&services, &[])).unwrap()
}

#[test]
fn clients_with_the_same_overlays_share_a_chain() {
    let chain =
        overlaid(vec![overlay(Who::Group(GroupId::new("gold"))), overlay(Who::Consumer(ConsumerId::new("bob")))]);
    let resolved = chain.resolved.as_ref().unwrap();
    let of = |consumer, groups: &[&str]| resolved.chain_for(&chain, &identity(consumer, groups));
    let gold = of("eve", &["gold"]);
    assert!(Arc::ptr_eq(&gold, &of("joe", &["gold", "silver"])));
    assert!(!Arc::ptr_eq(&gold, &of("bob", &["gold"])));
    assert!(Arc::ptr_eq(&chain.base, &of("joe", &["silver"])), "without overlay it is the base chain");
    assert_eq!(resolved.kept(), 2);
}

#[test]
fn resolved_chains_are_bounded() {
    let name = |at: usize| format!("c{at}");
    let count = effective::KEPT + 10;
    let overlays = (0..count).map(|at| overlay(Who::Consumer(ConsumerId::new(name(at))))).collect();
    let chain = overlaid(overlays);
    let resolved = chain.resolved.as_ref().unwrap();
    for at in 0..count {
        assert_eq!(resolved.chain_for(&chain, &identity(&name(at), &[])).request.len(), 1);
    }
    assert_eq!(resolved.kept(), 10);
}

#[test]
fn without_overlays_nothing_is_resolved() {
    assert!(overlaid(Vec::new()).resolved.is_none());
    let mut elsewhere = overlay(Who::Consumer(ConsumerId::new("bob")));
    elsewhere.routes = Some(vec![RouteId::new("other")]);
    assert!(overlaid(vec![elsewhere]).resolved.is_none());
}

#[tokio::test]
async fn a_ring_that_needs_a_route_leaves_requests_alone_but_not_responses() {
    let mark = |phase, order, name: &str| Step {
        slot: Slot::new(name),
        rank: StepRank { phase, order },
        precedence: 0,
        predicate: None,
        policy: Data::Headers(HeaderEdits { edits: vec![HeaderEdit::Set(name.to_owned(), "1".to_owned())] }),
    };
    for (ring_needs_route, request_side) in [(false, true), (true, false)] {
        let global = vec![mark(Phase::Access, 0, "x-asked"), mark(Phase::Response, 0, "x-told")];
        let table = Table { global, ring_needs_route, ..Table::new(TableId::new("t")) };
        let services = Services::default();
        let chain = ReadyChain::compile(&table, None, &Builder::new(&services, &[])).unwrap();
        let mut exchange = testing::get("/");
        assert_eq!(chain.request(&mut exchange).await, Next::Endpoint);
        chain.fail(&mut exchange, Failure::new(FailureKind::NoRoute, Blame::Client, "x"));
        chain.response(&mut exchange).await;
        assert_eq!(exchange.request.headers.contains_key("x-asked"), request_side);
        assert!(exchange.response.unwrap().headers().contains_key("x-told"));
    }
}

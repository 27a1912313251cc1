//! The life of a request: read this first.

use crate::begin;
use crate::listener::activity::Activity;
use crate::router::Asked;
use crate::snapshot::{ReadyRoute, ReadyTable, View};
use crate::tail::{Life, Outgoing};
use http::Response;
use http::request::Parts;
use model::answer::FailureKind;
use net::Body;
use policy::chain::{Next, ReadyChain};
use policy::exchange::Client;
use policy::failure::Blame;
use policy::{Exchange, Failure};
use std::cell::Cell;
use std::sync::Arc;

/// A request that has just arrived.
pub(crate) struct Arrival {
    pub(crate) head: Parts,
    pub(crate) body: Body,
    pub(crate) client: Client,
    /// The peer is a trusted proxy: what it forwards is continued, not replaced.
    pub(crate) behind_proxy: bool,
    pub(crate) activity: Arc<Activity>,
}

/// From the request's header to the response; the response's tail goes on until its last byte.
pub(crate) async fn handle(view: Arc<View>, arrival: Arrival) -> Response<Outgoing> {
    let behind_proxy = arrival.behind_proxy;
    let mut life = Life::begin(view.clone(), arrival);
    let mut checked = begin::check(&mut life.exchange.request, &view.plan().limits);

    let (mut place, wants_body) = find(&view, &mut life);
    if wants_body && checked.is_ok() {
        checked = life.exchange.hold_body().await.map(drop);
        place = find(&view, &mut life).0;
    }
    let Some(place) = place else {
        let failure = checked.err().unwrap_or_else(no_table);
        refuse(&mut life.exchange, failure);
        return life.send();
    };
    let chain = place.chain();
    match checked {
        Err(failure) => chain.fail(&mut life.exchange, failure),
        Ok(()) => {
            let next = chain.request(&mut life.exchange).await;
            if let Next::Endpoint = next
                // boxed: a request that a step answers has no room for one that an upstream does
                && let Err(failure) = Box::pin(answer(&place, &mut life.exchange, behind_proxy)).await
            {
                chain.fail(&mut life.exchange, failure);
            }
        }
    }
    chain.response(&mut life.exchange).await;
    if let Some(marks) = &place.table.marks {
        marks.put(&mut life.exchange);
    }
    life.send()
}

/// Where a request belongs: a route of a table, or outside of all of them.
struct Place<'a> {
    table: &'a ReadyTable,
    route: Option<&'a ReadyRoute>,
}

impl<'a> Place<'a> {
    fn chain(&self) -> &'a ReadyChain {
        self.route.map_or(&self.table.outside, |route| &route.chain)
    }
}

/// Asks the listener's tables in order. A request that no route takes belongs to the first table: its outer ring
/// and its answers speak. `None` when the listener has no table at all. Also told: whether the body must be held to know.
fn find<'a>(view: &'a View, life: &mut Life) -> (Option<Place<'a>>, bool) {
    let wants_body = Cell::new(false);
    let place = find_route(view, life, &wants_body);
    let unrouted = || {
        life.place = view.plan().tables.first().map(|at| (*at, None));
        view.first_table().map(|table| Place { table, route: None })
    };
    (place.or_else(unrouted), wants_body.get())
}

fn find_route<'a>(view: &'a View, life: &mut Life, wants_body: &Cell<bool>) -> Option<Place<'a>> {
    for at in &view.plan().tables {
        let table = &view.snapshot.tables[*at];
        let asked = Asked { host: begin::host_of(&life.exchange.request), ..Asked::of(&life.exchange) };
        let Some(found) = table.router.find(&Asked { wants_body: Some(wants_body), ..asked }) else { continue };
        let route = &table.routes.made[found.route];
        life.exchange.route = route.facts.get(found.matching).cloned();
        life.exchange.params = found.params;
        life.exchange.matched = found.matched;
        life.metrics = route.metrics.clone();
        life.place = Some((*at, Some(found.route)));
        return Some(Place { table, route: Some(route) });
    }
    None
}

/// Nobody answered yet: the endpoint does.
async fn answer(place: &Place<'_>, exchange: &mut Exchange, behind_proxy: bool) -> Result<(), Box<Failure>> {
    match place.route {
        Some(route) => route.endpoint.answer(exchange, behind_proxy).await,
        None => {
            let text = "no route takes this request";
            Err(Failure::new(FailureKind::NoRoute, Blame::Client, text))
        }
    }
}

fn no_table() -> Box<Failure> {
    Failure::new(FailureKind::NoRoute, Blame::Config, "this listener serves nothing")
}

fn refuse(exchange: &mut Exchange, failure: Box<Failure>) {
    exchange.response = Some(policy::answer::from_answers(&model::answer::Answers::default(), exchange, &failure));
    exchange.failure = Some(failure);
}

//! Every function call of a gateway, wherever it stands: in a route, around a table, in an overlay.

use model::Gateway;
use model::call::{Call, FunctionTarget, Target};
use model::chain::Step;
use model::policy::Policy;
use model::route::{Match, Route};
use model::table::Table;
use std::sync::Arc;

/// The targets of all calls by function name, with what the requests of its route match; around the routes and in
/// overlays there is no one route.
pub(crate) fn targets_mut(gateway: &mut Gateway) -> impl Iterator<Item = (Option<&[Match]>, &mut FunctionTarget)> {
    gateway.tables.iter_mut().flat_map(steps_mut).filter_map(|(matches, step)| match &mut step.policy {
        Policy::Call(call) => match &mut call.target {
            Target::Function(target) => Some((matches, target)),
            Target::Url(_) => None,
        },
        _ => None,
    })
}

fn steps_mut(table: &mut Table) -> impl Iterator<Item = (Option<&[Match]>, &mut Step)> {
    // a route that nobody changes stays shared
    let calling = table.routes.iter_mut().filter(|route| function_targets(route).next().is_some());
    let routes = calling.flat_map(|route| {
        let Route { matches, chain, .. } = Arc::make_mut(route);
        let matches = matches.as_slice();
        chain.groups.iter_mut().flat_map(|group| &mut group.steps).map(move |step| (Some(matches), step))
    });
    let overlays = table.overlays.iter_mut().flat_map(|overlay| &mut overlay.steps);
    table.global.iter_mut().chain(overlays).map(|step| (None, step)).chain(routes)
}

/// The calls of a route's own chain, in the order in which they are written.
pub(crate) fn calls(route: &Route) -> impl Iterator<Item = &Call> {
    let steps = route.chain.groups.iter().flat_map(|group| &group.steps);
    steps.filter_map(|step| match &step.policy {
        Policy::Call(call) => Some(call.as_ref()),
        _ => None,
    })
}

/// The calls by function name in all routes' own chains, with their routes.
pub(crate) fn function_calls(gateway: &Gateway) -> impl Iterator<Item = (&Route, &FunctionTarget)> {
    let routes = gateway.tables.iter().flat_map(|table| &table.routes);
    routes.flat_map(|route| function_targets(route).map(move |target| (route.as_ref(), target)))
}

fn function_targets(route: &Route) -> impl Iterator<Item = &FunctionTarget> {
    calls(route).filter_map(|call| match &call.target {
        Target::Function(target) => Some(target),
        Target::Url(_) => None,
    })
}

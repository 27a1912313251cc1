//! Routes, as short as they can be said.

use super::aws;
use super::{Pen, answer, constant, endpoints, matching, policy, some, text, unless, upstream};
use crate::decode::{At, Given, Json};
use crate::entity::route::{About, Group, MappedPath, Nowhere, ParamPath, Route as Written, World as WrittenWorld};
use crate::lower::place::{self, Holder, Places};
use crate::lower::route::{answers, usual_name};
use crate::names;
use model::chain::{self, Step};
use model::endpoint::Endpoint;
use model::policy::Policy;
use model::predicate::Predicate;
use model::route::{Route, Told};
use model::world::World;
use pieces::Pieces;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The routes of a table.
pub(super) fn routes<'g>(all: &'g Pieces<Arc<Route>>, pen: &mut Pen<'g>) -> Vec<At<Written>> {
    let names: Vec<&str> = all.iter().map(|route| names::name("route", route.id.as_str())).collect();
    let usual: Vec<String> = all.iter().map(|route| usual_name(&route.matches)).collect();
    let mut written = Vec::new();
    for (at, one) in all.iter().enumerate() {
        // A name is left out where it is the usual one, and where nobody else could get it.
        let alone = |name: &str| {
            let others = |other: usize| other != at && (names[other] == name || usual[other] == name);
            !(0..all.len()).any(others)
        };
        let named = names[at] != usual[at] || !alone(names[at]);
        let mut route = route(one, names[at], pen);
        route.name = named.then(|| text(names[at]));
        written.push(At::new(route));
    }
    written
}

fn route<'g>(one: &'g Route, name: &str, pen: &mut Pen<'g>) -> Written {
    let predicates: Vec<&Predicate> = one.matches.iter().map(|m| &m.predicate).collect();
    let (matches, priority) = matching::matches(&one.matches, pen);
    let forwarded_path = one.path.as_ref().map(upstream::path_rule);
    let mut written = Written {
        matches,
        priority,
        forwarded_path,
        service: one.told.service.as_deref().map(text),
        about: about(&one.told),
        ..Written::default()
    };
    if let Some(around) = &one.around {
        let told = around.world != World::default() || around.answers.is_none();
        written.expressions = told.then(|| Box::new(Given(world(&around.world, pen))));
        written.own_answers = around.answers.as_ref().map(|answers| Box::new(Given(answer::keyed::own(answers, pen))));
    }
    let holder = Holder::route(one.id.as_str(), &predicates);
    let mut places = Places::default();
    let mut groups = one.chain.groups.as_slice();
    if let Some((first, rest)) = groups.split_first()
        && first.set.is_none()
        && first.predicate.is_none()
        && !first.always
        && !first.steps.is_empty()
    {
        groups = rest;
        let steps = target(&first.steps, one, &predicates, &mut written, pen);
        written.policies = some(policy::steps(steps, holder, &mut places, pen));
    }
    written.groups = some(groups.iter().map(|group| self::group(group, holder, &mut places, pen)).collect());
    match &one.endpoint {
        Endpoint::Http(http) => written.upstream = Some(upstream::used(http, name, pen)),
        Endpoint::Groups(all) => written.endpoints = Some(Box::new(At::new(endpoints::groups(all, pen)))),
        Endpoint::Answer(one) => written.respond = Some(answer::respond(one)),
        Endpoint::None if written.function.is_some() || written.url.is_some() || answers(&one.chain) => {}
        Endpoint::None => written.endpoint = Some(At::new(Nowhere::None)),
    }
    written
}

/// What expressions find beside the exchange.
fn world(one: &World, pen: &mut Pen<'_>) -> WrittenWorld {
    let mut constants = |all: &BTreeMap<_, _>| (!all.is_empty()).then(|| constant::pairs(all.iter(), pen));
    let path = |one: &model::world::ParamPath| ParamPath {
        regex: text(&one.regex),
        names: one.names.iter().map(|name| text(name)).collect::<Vec<_>>().into(),
    };
    let mapped = |one: &model::world::MappedPath| MappedPath { name: text(&one.name), regex: text(&one.regex) };
    WrittenWorld {
        variables: constants(&one.variables),
        attributes: constants(&one.attributes),
        attribute_prefix: (!one.attribute_prefix.is_empty()).then(|| text(&one.attribute_prefix)),
        paths: some(one.paths.iter().map(path).collect()),
        mapped_paths: some(one.mapped.iter().map(mapped).collect()),
        may_call: one.allowed.as_ref().map(|allowed| allowed.lines().map(text).collect()),
    }
}

/// Takes a last call off the steps, if `function` or `url` of the route says the same.
fn target<'s>(
    steps: &'s [Step],
    route: &Route,
    predicates: &[&Predicate],
    written: &mut Written,
    pen: &mut Pen<'_>,
) -> &'s [Step] {
    let Some((last, before)) = steps.split_last() else { return steps };
    let Policy::Call(call) = &last.policy else { return steps };
    let plain = last.rank == place::CALL && last.precedence == place::ROUTE && last.predicate.is_none();
    if !plain || route.endpoint != Endpoint::None {
        return steps;
    }
    let said = aws::call(call, Some(predicates), pen);
    match last.slot.as_str() {
        "function" if said.function.is_some() => written.function = said.function,
        "url" if said.url.is_some() => written.url = said.url,
        _ => return steps,
    }
    before
}

/// What records say: JSON in a text, which keeps every character.
fn about(told: &Told) -> Option<About> {
    let json = |plain: &Option<String>| {
        plain.as_deref().map(|plain| At::new(Json(serde_json::Value::String(text(plain).value))))
    };
    let said = |plain: &Option<String>| plain.as_deref().map(text);
    let usual = Told { service: told.service.clone(), ..Told::default() };
    (*told != usual).then(|| About {
        id: said(&told.id),
        name: said(&told.name),
        service_name: said(&told.service_name),
        route: json(&told.route),
        service: json(&told.about_service),
    })
}

fn group(group: &chain::Group, holder: Holder<'_>, places: &mut Places, pen: &mut Pen<'_>) -> Group {
    Group {
        set: group.set.map(|set| At::new(set.number)),
        otherwise: group.set.and_then(|set| unless(set.otherwise, &false)),
        always: unless(group.always, &false),
        when: group.predicate.as_ref().map(|predicate| matching::condition_of(predicate, pen)),
        policies: policy::steps(&group.steps, holder, places, pen),
    }
}

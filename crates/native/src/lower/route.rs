//! Routes: matches, chain and endpoint.

use super::aws;
use super::place::{self, Holder, Places};
use super::{Lowering, answer, constant, endpoints, matching, policy, rank, upstream};
use crate::decode::{At, Either, Json, said};
use crate::entity::matching::Match as WrittenMatch;
use crate::entity::route::{
    Group as WrittenGroup, MappedPath as WrittenMapped, ParamPath as WrittenPath, Route as Written,
    World as WrittenWorld,
};
use crate::findings::Spot;
use crate::names;
use expr::el::{Allowed, Permit};
use model::chain::{Chain, Group, GroupSet, Step};
use model::endpoint::Endpoint;
use model::id::{RouteId, Slot};
use model::policy::Policy;
use model::predicate::{HostPattern, PathPattern, Predicate};
use model::route::{Match, Rank, Route, Told};
use model::world::{Around, MappedPath, ParamPath, World};
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The routes of a table, and for each where its matches stand.
pub(super) fn routes(list: &[At<Written>], at: &mut Lowering<'_>) -> (Vec<Route>, Vec<Vec<Spot>>) {
    let mut taken: BTreeSet<String> = BTreeSet::new();
    for name in list.iter().filter_map(|route| route.name.as_ref()) {
        if !taken.insert(name.value.clone()) {
            at.invalid(&name.spot, format!("two routes are called {:?}; a name is for one", name.value));
        }
    }
    let (mut routes, mut spots) = (Vec::new(), Vec::new());
    for written in list {
        let (found, places) = matches(written, at);
        let name = match &written.name {
            Some(name) => name.value.clone(),
            None => free(&usual_name(&found), &mut taken),
        };
        routes.push(route(written, name, found, at));
        spots.push(places);
    }
    (routes, spots)
}

/// The name that nobody has yet: with a number behind it, if need be.
fn free(name: &str, taken: &mut BTreeSet<String>) -> String {
    let mut free = name.to_owned();
    let mut count = 1;
    while !taken.insert(free.clone()) {
        count += 1;
        free = format!("{name}#{count}");
    }
    free
}

/// The name of a route that has none written: methods, host and path of its first match.
pub(crate) fn usual_name(matches: &[Match]) -> String {
    let Some(Match { predicate, .. }) = matches.first() else { return "never".to_owned() };
    let host = match predicate.hosts.first() {
        Some(HostPattern::Exact(name)) => name.clone(),
        Some(HostPattern::Suffix(name)) => format!("*{name}"),
        Some(HostPattern::Prefix(name)) => format!("{name}*"),
        None => String::new(),
    };
    let path = match &predicate.path {
        Some(PathPattern::Exact(text) | PathPattern::Regex(text)) => text.clone(),
        Some(PathPattern::Prefix(text)) => format!("{text}*"),
        Some(PathPattern::Template(template)) => template.text.clone(),
        None => "*".to_owned(),
    };
    let methods = predicate.methods.join(",");
    if methods.is_empty() { format!("{host}{path}") } else { format!("{methods} {host}{path}") }
}

fn matches(written: &At<Written>, at: &mut Lowering<'_>) -> (Vec<Match>, Vec<Spot>) {
    let priority = written.priority.as_ref().map_or(0, |number| number.value);
    let Some(list) = &written.matches else {
        let predicate = Predicate::default();
        return (vec![Match { rank: rank::rank(&predicate, priority), predicate }], vec![written.spot.clone()]);
    };
    let (mut matches, mut spots) = (Vec::new(), Vec::new());
    for one in list.all() {
        let (found, spot) = match one {
            Either::First(text) => {
                let predicate = matching::short(text, at);
                (Match { rank: rank::rank(&predicate, priority), predicate }, text.spot.clone())
            }
            Either::Second(one) => {
                if one.below.is_some() || one.conditions.is_some() {
                    at.invalid(
                        &one.spot,
                        "below and conditions are for groups and policies: a route is chosen without them",
                    );
                }
                let predicate = matching::predicate(one, at);
                (Match { rank: ranked(one, &predicate, priority, at), predicate }, one.spot.clone())
            }
        };
        matches.push(found);
        spots.push(spot);
    }
    (matches, spots)
}

fn ranked(written: &WrittenMatch, predicate: &Predicate, priority: i64, at: &mut Lowering<'_>) -> Rank {
    let computed = rank::rank(predicate, written.priority.as_ref().map_or(priority, |number| number.value));
    let Some(numbers) = &written.rank else { return computed };
    match <[u64; 4]>::try_from(numbers.as_slice()) {
        Ok(numbers) => Rank(numbers),
        Err(_) => {
            at.invalid(&numbers.spot, "a rank is four numbers, the most significant first");
            computed
        }
    }
}

fn route(written: &At<Written>, name: String, matches: Vec<Match>, at: &mut Lowering<'_>) -> Route {
    let predicates: Vec<&Predicate> = matches.iter().map(|m| &m.predicate).collect();
    let mut places = Places::default();
    let list = written.policies.as_deref().unwrap_or_default();
    let id = names::id("route", &name);
    let holder = Holder::route(&id, &predicates);
    let mut steps = policy::steps(list, holder, &mut places, at);
    let (call, endpoint) = target(written, &name, &predicates, at);
    steps.extend(call);
    let mut groups = Vec::new();
    if !steps.is_empty() {
        groups.push(Group { steps, ..Group::default() });
    }
    for group in written.groups.iter().flatten() {
        groups.push(self::group(group, holder, &mut places, at));
    }
    let chain = Chain { groups };
    let path = written.forwarded_path.as_ref().map(|path| upstream::path_rule(path, at));
    if written.endpoint.is_none() && endpoint == Endpoint::None && !answers(&chain) {
        let remedy = "give it function, url, upstream, endpoints or respond; or endpoint: none if that is meant";
        at.incomplete(
            &written.spot,
            format!("this route leads nowhere, so that every request is answered 503; {remedy}"),
        );
    }
    let told = told(written, at);
    Route { id: RouteId::new(id), matches, chain, endpoint, path, told, around: around(written, at) }
}

/// What the route brings of its own for expressions and answers.
fn around(written: &Written, at: &mut Lowering<'_>) -> Option<Arc<Around>> {
    if written.expressions.is_none() && written.own_answers.is_none() {
        return None;
    }
    let world = written.expressions.as_ref().map(|written| world(&written.0, at)).unwrap_or_default();
    let answers = written.own_answers.as_ref().map(|written| answer::keyed::own(&written.0, at));
    Some(Arc::new(Around { world, answers }))
}

fn world(written: &WrittenWorld, at: &mut Lowering<'_>) -> World {
    let by_name = |pairs: &Option<_>| pairs.as_ref().map(constant::by_name).unwrap_or_default();
    let mut path = |written: &WrittenPath| ParamPath {
        regex: matching::regex(&written.regex, at),
        names: written.names.all().iter().map(|name| name.value.clone()).collect(),
    };
    let paths = written.paths.iter().flatten().map(&mut path).collect();
    World {
        variables: by_name(&written.variables),
        attributes: by_name(&written.attributes),
        attribute_prefix: written.attribute_prefix.as_ref().map(|text| text.value.clone()).unwrap_or_default(),
        paths,
        mapped: written.mapped_paths.iter().flatten().map(|written| mapped(written, at)).collect(),
        allowed: written.may_call.as_ref().map(|lines| Allowed::of(lines.iter().filter_map(|line| permit(line, at)))),
    }
}

fn mapped(written: &WrittenMapped, at: &mut Lowering<'_>) -> MappedPath {
    MappedPath { name: written.name.value.clone(), regex: matching::regex(&written.regex, at) }
}

fn permit(line: &At<String>, at: &mut Lowering<'_>) -> Option<Permit> {
    Permit::read(&line.value).map_err(|cause| at.invalid(&line.spot, format!("{:?}: {cause}", line.value))).ok()
}

/// What log records and counters say of the route.
fn told(written: &Written, at: &mut Lowering<'_>) -> Told {
    let about = written.about.as_ref();
    Told {
        service: written.service.as_ref().map(|name| name.value.clone()),
        route: about.and_then(|about| about.route.as_ref()).map(|json| object(json, at)),
        about_service: about.and_then(|about| about.service.as_ref()).map(|json| object(json, at)),
        id: about.and_then(|about| about.id.as_ref()).map(|id| id.value.clone()),
        name: about.and_then(|about| about.name.as_ref()).map(|name| name.value.clone()),
        service_name: about.and_then(|about| about.service_name.as_ref()).map(|name| name.value.clone()),
    }
}

/// An object, as a map or as JSON in a text.
fn object(written: &At<Json>, at: &mut Lowering<'_>) -> String {
    let text = match &written.value.0 {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    if !serde_json::from_str::<Value>(&text).is_ok_and(|value| value.is_object()) {
        at.invalid(&written.spot, "what records say is a map, or a JSON object as a text");
    }
    text
}

fn group(written: &WrittenGroup, holder: Holder<'_>, places: &mut Places, at: &mut Lowering<'_>) -> Group {
    let predicate = written.when.as_ref().map(|when| policy::condition(when, at));
    let steps = policy::steps(&written.policies, holder, places, at);
    let otherwise = said(&written.otherwise, false);
    if let (None, Some(flag)) = (&written.set, &written.otherwise) {
        at.invalid(&flag.spot, "a group stands in for those of its \"set\", and this has none");
    }
    let set = written.set.as_ref().map(|number| GroupSet { number: number.value, otherwise });
    Group { set, predicate, steps, always: said(&written.always, false) }
}

/// Whether a step of the chain may answer in the endpoint's place.
pub(crate) fn answers(chain: &Chain) -> bool {
    chain.groups.iter().flat_map(|group| &group.steps).any(|step| match step.policy {
        Policy::Call(_)
        | Policy::Respond(_)
        | Policy::Terminate(_)
        | Policy::Compose(_)
        | Policy::Fail(_)
        | Policy::Redirect(_)
        | Policy::Missing { .. } => true,
        Policy::KeyAuth(_)
        | Policy::BasicAuth(_)
        | Policy::Jwt(_)
        | Policy::HmacAuth(_)
        | Policy::AccessToken(_)
        | Policy::AnyOf(_)
        | Policy::ForwardAuth(_)
        | Policy::PolicyAgent(_)
        | Policy::ClientAddress(_)
        | Policy::Acl(_)
        | Policy::IpRestriction(_)
        | Policy::RequestSize(_)
        | Policy::RateLimit(_)
        | Policy::Cors(_)
        | Policy::Csrf(_)
        | Policy::HostCertificates(_)
        | Policy::Headers(_)
        | Policy::HeaderTexts(_)
        | Policy::Assign(_)
        | Policy::BodyTemplate(_)
        | Policy::CheckJson(_)
        | Policy::Compress(_)
        | Policy::CheckValues(_)
        | Policy::CheckAddresses(_)
        | Policy::FirstOf(_)
        | Policy::RequestTransform(_)
        | Policy::ResponseTransform(_)
        | Policy::RequestId(_)
        | Policy::Log(_)
        | Policy::KeepBody(_)
        | Policy::Count(_)
        | Policy::Pace(_)
        | Policy::Concurrency(_)
        | Policy::Refuse(_)
        | Policy::Split(_)
        | Policy::Refusing(_)
        | Policy::Validate(_)
        | Policy::Inject(_)
        | Policy::LeadByPath(_)
        | Policy::QueryTexts(_)
        | Policy::PathRules(_)
        | Policy::Again(_)
        | Policy::Rewrite(_)
        | Policy::ResponseRewrite(_)
        | Policy::Breaker(_)
        | Policy::Cache(_) => false,
    })
}

/// Where a route leads: a last step, or an endpoint.
fn target(
    written: &At<Written>,
    name: &str,
    predicates: &[&Predicate],
    at: &mut Lowering<'_>,
) -> (Option<Step>, Endpoint) {
    let there = [
        ("function", written.function.is_some()),
        ("url", written.url.is_some()),
        ("upstream", written.upstream.is_some()),
        ("endpoints", written.endpoints.is_some()),
        ("respond", written.respond.is_some()),
        ("endpoint", written.endpoint.is_some()),
    ];
    let there: Vec<&str> = there.into_iter().filter(|(_, there)| *there).map(|(key, _)| key).collect();
    if there.len() > 1 {
        let message = format!("a route leads to one of these, this one has {}", there.join(" and "));
        at.invalid(&written.spot, format!("{message}; a call before an endpoint is a policy: call"));
    }
    let step = |slot: &str, call| Step {
        slot: Slot::new(slot),
        rank: place::CALL,
        precedence: place::ROUTE,
        predicate: None,
        policy: Policy::Call(Box::new(call)),
    };
    if let Some(function) = &written.function {
        (Some(step("function", aws::function_call(function, at))), Endpoint::None)
    } else if let Some(url) = &written.url {
        (Some(step("url", aws::url_call(url, Some(predicates), at))), Endpoint::None)
    } else if let Some(upstream) = &written.upstream {
        (None, Endpoint::Http(upstream::endpoint(upstream, name, at)))
    } else if let Some(endpoints) = &written.endpoints {
        (None, Endpoint::Groups(Box::new(endpoints::groups(endpoints, at))))
    } else if let Some(respond) = &written.respond {
        (None, Endpoint::Answer(answer::respond(respond, at)))
    } else {
        (None, Endpoint::None)
    }
}

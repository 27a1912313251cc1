//! Groups whose endpoints are not all alike, or to which steps lead, or of which another one is asked after a failure:
//! each endpoint is an upstream of its own.

use super::api::Api;
use super::endpoint::{self, Chosen, Group};
use super::{Lowering, key, upstream};
use crate::expression;
use crate::policy::Engine;
use crate::read::Version;
use model::answer::Keyed;
use model::endpoint::{Again, Breaker, Endpoint, EndpointGroup, EndpointGroups, EndpointMember, Lead, LeadManner};
use model::id::UpstreamId;
use std::time::Duration;

/// The groups of an API.
pub(super) fn groups(api: &Api<'_>, groups: &[Group<'_>], at: &mut Lowering<'_>) -> Endpoint {
    let all = groups.iter().map(|group| EndpointGroup {
        name: group.name.clone(),
        at_random: group.balance.at_random,
        members: group.chosen.iter().map(|chosen| member(api, group, chosen, at)).collect(),
    });
    Endpoint::Groups(Box::new(EndpointGroups {
        groups: all.collect(),
        lead: at.leads.then(|| lead(api)),
        again: again(api, at).map(Box::new),
    }))
}

fn member(api: &Api<'_>, group: &Group<'_>, chosen: &Chosen, at: &mut Lowering<'_>) -> EndpointMember {
    let id = id(api, group, chosen, at);
    let http = endpoint::http(api, chosen, id.clone(), at);
    at.upstreams.insert(id, upstream::of_one(chosen));
    EndpointMember {
        name: chosen.name.clone(),
        weight: if group.balance.weighted { chosen.weight } else { 1 },
        spare: chosen.spare,
        http,
        query: chosen.target.query.clone().filter(|query| !query.is_empty()),
        fields: endpoint::edits(chosen),
        other_tls: at.leads.then(|| chosen.options.tls.clone()),
    }
}

/// Endpoints should have names of their own; those that have none are counted.
fn id(api: &Api<'_>, group: &Group<'_>, chosen: &Chosen, at: &Lowering<'_>) -> UpstreamId {
    let label = format!("{}/{}/{}", api.label("endpoint"), group.name, chosen.name);
    let mut id = UpstreamId::new(label.clone());
    let mut number = 1;
    while at.upstreams.contains_key(&id) {
        number += 1;
        id = UpstreamId::new(format!("{label}#{number}"));
    }
    id
}

fn lead(api: &Api<'_>) -> Lead {
    let text = "Http method cannot be overridden because ATTR_REQUEST_METHOD attribute is invalid";
    Lead {
        target: key::ENDPOINT.to_owned(),
        instead: (api.engine == Engine::V4).then(|| key::INSTEAD.to_owned()),
        method: key::METHOD.to_owned(),
        no_method: Keyed::new(400, "INVALID_HTTP_METHOD", text),
        manner: match api.engine {
            Engine::V3 => LeadManner::Plain,
            Engine::V4 => LeadManner::Evaluated,
        },
    }
}

/// Another endpoint is asked where one has not answered.
fn again(api: &Api<'_>, at: &mut Lowering<'_>) -> Option<Again> {
    if !endpoint::has_failover(api) {
        return None;
    }
    let part = endpoint::failover(api);
    let time = |name: &str| Duration::from_millis(part.count(name).unwrap_or_default());
    let count = |name: &str| part.count(name).and_then(|count| u32::try_from(count).ok()).unwrap_or_default();
    let of = |tries, patience, breaker| Again {
        tries,
        pause: Duration::ZERO,
        patience,
        unless: None,
        last_counts: false,
        breaker: Some(breaker),
        failure: Keyed { status: 502, key: None, message: None },
    };
    Some(match api.version {
        Version::V2 => {
            let breaker = Breaker { failures: 5, slow: None, pause: Duration::from_secs(10), by: None };
            of(count("maxAttempts"), time("retryTimeout"), breaker)
        }
        Version::V4 => {
            let breaker = Breaker {
                failures: count("maxFailures"),
                slow: Some(time("slowCallDuration")),
                pause: time("openStateDuration"),
                by: part.flag("perSubscription").then(|| key::SUBSCRIPTION.to_owned()),
            };
            let unless = expression::field(&part, "failureCondition", at.notes);
            Again { unless, ..of(count("maxRetries"), time("slowCallDuration"), breaker) }
        }
    })
}

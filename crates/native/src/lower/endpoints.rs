//! Several endpoints behind one route.

use super::{Lowering, expression, upstream};
use crate::decode::{At, Either, Text, meant, said};
use crate::entity::endpoints::{self as entity, Written};
use crate::entity::upstream::RouteUpstream;
use crate::policy::{again, headers};
use dialect::Faith;
use model::endpoint::{EndpointGroup, EndpointGroups, EndpointMember, Lead, LeadManner};
use model::policy::HeaderEdits;

/// The attribute that says where a request is led.
pub(crate) const TARGET: &str = "endpoint";
/// The attribute that says the method.
pub(crate) const METHOD: &str = "method";
/// What is said where that is no text.
pub(crate) const NO_METHOD: (u16, &str) = (400, "no such method");
/// The name of a group that has none.
pub(crate) const GROUP: &str = "main";

/// The groups that are meant.
pub(super) fn groups(written: &At<Written>, at: &mut Lowering<'_>) -> EndpointGroups {
    let all = several(written, at);
    let taken = all.groups.first().is_some_and(|first| first.members.iter().any(|one| one.weight > 0));
    if !taken && all.lead.is_none() && !at.findings.blames(&written.spot.path) {
        at.findings.say(Faith::Exact, &written.spot, "no endpoint takes a request: every answer will be 503");
    }
    all
}

fn several(written: &Written, at: &mut Lowering<'_>) -> EndpointGroups {
    match written {
        Either::First(members) => {
            let members = members.iter().enumerate().map(|(place, one)| member(one, place, at)).collect();
            let group = EndpointGroup { name: GROUP.to_owned(), at_random: false, members };
            EndpointGroups { groups: vec![group], lead: None, again: None }
        }
        Either::Second(written) => EndpointGroups {
            groups: written.groups.all().iter().map(|one| group(one, at)).collect(),
            lead: written.lead.as_ref().map(|given| lead(&given.0, at)),
            again: written.again.as_ref().map(|written| Box::new(again::again(written, at))),
        },
    }
}

fn group(written: &entity::EndpointGroup, at: &mut Lowering<'_>) -> EndpointGroup {
    EndpointGroup {
        name: value_or(&written.name, GROUP),
        at_random: said(&written.at_random, false),
        members: written.members.all().iter().enumerate().map(|(place, one)| member(one, place, at)).collect(),
    }
}

fn member(written: &entity::Member, place: usize, at: &mut Lowering<'_>) -> EndpointMember {
    let short;
    let written = match written {
        Either::First(name) => {
            short = entity::EndpointMember { upstream: Either::First(name.clone()), ..Default::default() };
            &short
        }
        Either::Second(full) => &full.value,
    };
    let name = written.name.as_ref().map_or_else(|| usual_name(&written.upstream, place), |name| name.value.clone());
    EndpointMember {
        weight: said(&written.weight, 1),
        spare: said(&written.spare, false),
        http: upstream::endpoint(&written.upstream, &name, at),
        query: written.query.as_ref().map(|text| text.value.clone()),
        fields: HeaderEdits { edits: written.headers.iter().flat_map(|edits| headers::edits(edits, at)).collect() },
        other_tls: upstream::tls(written.other_tls.as_ref(), at),
        name,
    }
}

/// The name of an endpoint that has none of its own.
pub(crate) fn usual_name(upstream: &Either<Text, At<RouteUpstream>>, place: usize) -> String {
    let named = match upstream {
        Either::First(name) => Some(name),
        Either::Second(upstream) => upstream.named.as_ref(),
    };
    named.map_or_else(|| (place + 1).to_string(), |name| name.value.clone())
}

fn lead(written: &entity::Lead, at: &mut Lowering<'_>) -> Lead {
    Lead {
        target: value_or(&written.target, TARGET),
        instead: written.instead.as_ref().map(|name| name.value.clone()),
        method: value_or(&written.method, METHOD),
        no_method: expression::failure_or(&written.no_method, NO_METHOD, at),
        manner: meant(&written.manner, LeadManner::Evaluated),
    }
}

fn value_or(written: &Option<At<String>>, usual: &str) -> String {
    written.as_ref().map_or_else(|| usual.to_owned(), |text: &Text| text.value.clone())
}

//! Several endpoints behind one route.

use super::{Pen, expression, text, unless, upstream, word_unless};
use crate::decode::{At, Either, Given};
use crate::entity::endpoints::{self as entity, Member, Written};
use crate::lower::endpoints::{GROUP, METHOD, NO_METHOD, TARGET, usual_name};
use crate::policy::{again, headers};
use model::endpoint::{EndpointGroup, EndpointGroups, EndpointMember, Lead, LeadManner};

/// The groups, or the endpoints of the only one.
pub(super) fn groups<'g>(one: &'g EndpointGroups, pen: &mut Pen<'g>) -> Written {
    let mut groups: Vec<_> = one.groups.iter().map(|one| group(one, pen)).collect();
    let lead = one.lead.as_ref().map(|one| Given(lead(one)));
    let again = one.again.as_ref().map(|one| again::write(one, pen));
    let is_plain = |group: &entity::EndpointGroup| group.name.is_none() && group.at_random.is_none();
    if let ([only], None, None) = (groups.as_slice(), &lead, &again)
        && is_plain(only)
        && let Some(only) = groups.pop()
    {
        return Either::First(only.members.all().to_vec());
    }
    Either::Second(entity::Endpoints { groups: groups.into(), lead, again })
}

fn group<'g>(one: &'g EndpointGroup, pen: &mut Pen<'g>) -> entity::EndpointGroup {
    let members = one.members.iter().enumerate().map(|(place, one)| member(one, place, pen)).collect::<Vec<_>>();
    entity::EndpointGroup {
        name: (one.name != GROUP).then(|| text(&one.name)),
        at_random: unless(one.at_random, &false),
        members: members.into(),
    }
}

fn member<'g>(one: &'g EndpointMember, place: usize, pen: &mut Pen<'g>) -> Member {
    let upstream = upstream::used(&one.http, &one.name, pen);
    let usual = usual_name(&upstream, place) == one.name;
    let written = entity::EndpointMember {
        name: (!usual).then(|| text(&one.name)),
        weight: unless(one.weight, &1),
        spare: unless(one.spare, &false),
        query: one.query.as_deref().map(text),
        headers: (!one.fields.is_empty()).then(|| headers::write(&one.fields, pen)),
        other_tls: one.other_tls.as_ref().map(|tls| upstream::tls(tls, pen)),
        upstream,
    };
    match written {
        entity::EndpointMember {
            name: None,
            weight: None,
            spare: None,
            query: None,
            headers: None,
            other_tls: None,
            upstream: Either::First(name),
        } => Either::First(name),
        written => Either::Second(At::new(written)),
    }
}

fn lead(one: &Lead) -> entity::Lead {
    entity::Lead {
        target: (one.target != TARGET).then(|| text(&one.target)),
        instead: one.instead.as_deref().map(text),
        method: (one.method != METHOD).then(|| text(&one.method)),
        no_method: expression::unlike(&one.no_method, NO_METHOD),
        manner: word_unless(one.manner, &LeadManner::Evaluated),
    }
}

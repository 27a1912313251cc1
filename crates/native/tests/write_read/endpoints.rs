//! Groups of endpoints, and the policies that lead to them, ask them again and judge paths.

use super::expressions::{expression, keyed};
use super::policies::header_edits;
use super::{client_tls, duration, forward_marks, name, path_rule, text};
use model::answer::Keyed;
use model::endpoint::{
    Again, Breaker, EndpointGroup, EndpointGroups, EndpointMember, HostHeader, HttpEndpoint, Lead, LeadManner,
};
use model::id::UpstreamId;
use model::policy::*;
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;

pub(super) fn policy() -> BoxedStrategy<Policy> {
    let put = (text(), expression(), any::<bool>());
    let put = put.prop_map(|(name, value, beside)| QueryText { name, value, beside });
    let query = (any::<bool>(), vec(put, 0..3), vec(text(), 0..3))
        .prop_map(|(clear, put, remove)| Policy::QueryTexts(Box::new(QueryTexts { clear, put, remove })));
    let rules = vec((expression(), expression()).prop_map(|(regex, target)| LeadRule { regex, target }), 0..3);
    let said = |status, words| said(status, words);
    let lead = (rules, attribute("endpoint"), said(404, "this path leads nowhere"), said(500, "a rule cannot be read"));
    let lead = lead.prop_map(|(rules, attribute, no_rule, no_regex)| {
        Policy::LeadByPath(Box::new(LeadByPath { rules, attribute, no_rule, no_regex }))
    });
    let again = again().prop_map(|one| Policy::Again(Box::new(one)));
    prop_oneof![query, lead, again, path_rules()].boxed()
}

fn path_rules() -> BoxedStrategy<Policy> {
    let methods = of(vec(select(vec!["GET", "PUT"]).prop_map(str::to_owned), 0..3));
    let rule = (of(text()), methods).prop_map(|(path, methods)| PathMethods { path, methods });
    let rules = vec(rule, 0..3);
    let normalized = of(select(vec![Slashes::Kept, Slashes::Decoded]));
    let no_path = said(403, "this path is not allowed");
    let no_method = said(405, "this path is not allowed with this method");
    (rules.clone(), rules, normalized, no_path, no_method)
        .prop_map(|(allow, deny, normalized, no_path, no_method)| {
            Policy::PathRules(Box::new(PathRules { allow, deny, normalized, no_path, no_method }))
        })
        .boxed()
}

fn again() -> BoxedStrategy<Again> {
    let rest = (any::<u32>(), of(duration()), duration(), of(text()));
    let rest = rest.prop_map(|(failures, slow, pause, by)| Breaker { failures, slow, pause, by });
    let usual = Again {
        tries: 1,
        pause: std::time::Duration::ZERO,
        patience: std::time::Duration::from_secs(10),
        unless: None,
        last_counts: false,
        breaker: None,
        failure: Keyed { status: 502, key: None, message: Some("no try was answered well".to_owned()) },
    };
    let failure = said(502, "no try was answered well");
    let full = (any::<u32>(), duration(), duration(), of(expression()), any::<bool>(), of(rest), failure).prop_map(
        |(tries, pause, patience, unless, last_counts, breaker, failure)| Again {
            tries,
            pause,
            patience,
            unless,
            last_counts,
            breaker,
            failure,
        },
    );
    prop_oneof![any::<u32>().prop_map(move |tries| Again { tries, ..usual.clone() }), full].boxed()
}

/// What is usually said, or anything else.
fn said(status: u16, message: &'static str) -> BoxedStrategy<Keyed> {
    prop_oneof![Just(Keyed { status, key: None, message: Some(message.to_owned()) }), keyed()].boxed()
}

fn attribute(usual: &'static str) -> BoxedStrategy<String> {
    prop_oneof![Just(usual.to_owned()), text()].boxed()
}

/// Groups of endpoints at some of these upstreams.
pub(super) fn groups(upstreams: Vec<UpstreamId>) -> BoxedStrategy<EndpointGroups> {
    let manner = select(vec![LeadManner::Evaluated, LeadManner::Plain, LeadManner::Name]);
    let names = (attribute("endpoint"), of(text()), attribute("method"));
    let lead = (names, said(400, "no such method"), manner)
        .prop_map(|((target, instead, method), no_method, manner)| Lead { target, instead, method, no_method, manner });
    let group_name = prop_oneof![Just("main".to_owned()), text()];
    let group = (group_name, prop::bool::weighted(0.2), vec(member(upstreams), 0..3))
        .prop_map(|(name, at_random, members)| EndpointGroup { name, at_random, members });
    (vec(group, 1..3), of(lead), of(again()))
        .prop_map(|(groups, lead, again)| EndpointGroups { groups, lead, again: again.map(Box::new) })
        .boxed()
}

fn member(upstreams: Vec<UpstreamId>) -> BoxedStrategy<EndpointMember> {
    let plain = |upstream: UpstreamId| HttpEndpoint {
        upstream,
        path: model::endpoint::PathRule::KEEP,
        host: HostHeader::Node,
        marks: Default::default(),
        websocket: true,
    };
    let http = prop_oneof![
        select(upstreams.clone()).prop_map(plain),
        (select(upstreams.clone()), path_rule(), forward_marks(), any::<bool>()).prop_map(
            |(upstream, path, marks, websocket)| HttpEndpoint {
                upstream,
                path,
                host: HostHeader::Client,
                marks,
                websocket
            }
        ),
    ];
    let named = select(upstreams).prop_map(|id| id.as_str().rsplit('/').next().unwrap_or_default().to_owned());
    let name = prop_oneof![named, Just("1".to_owned()), name()];
    let rest = (any::<u32>(), any::<bool>(), of(text()), header_edits(), of(client_tls()));
    prop_oneof![
        (name.clone(), http.clone()).prop_map(|(name, http)| EndpointMember {
            name,
            weight: 1,
            spare: false,
            http,
            query: None,
            fields: HeaderEdits::default(),
            other_tls: None
        }),
        (name, http, rest).prop_map(|(name, http, (weight, spare, query, fields, other_tls))| EndpointMember {
            name,
            weight,
            spare,
            http,
            query,
            fields,
            other_tls
        }),
    ]
    .boxed()
}

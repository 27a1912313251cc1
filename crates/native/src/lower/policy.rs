//! Policies in their places.

use super::aws;
use super::place::Places;
use super::{Lowering, answer, header, matching};
use crate::decode::{At, OneOrMany, Text};
use crate::entity::policy::{self as entity, Cors, HeaderEdits, KeyAuth, RequestId, Step};
use crate::names;
use model::chain::{self, Phase, StepRank};
use model::id::{ConsumerId, Slot};
use model::policy::{self as model_policy, HeaderEdit, Origins, Policy};
use model::predicate::Predicate;

/// The steps of a list. `params` are the path parameters that calls may name.
pub(super) fn steps(
    list: &[At<Step>],
    precedence: u8,
    places: &mut Places,
    params: Option<&[&Predicate]>,
    at: &mut Lowering<'_>,
) -> Vec<chain::Step> {
    let mut steps = Vec::new();
    for written in list {
        let Some(what) = policy(written, params, at) else { continue };
        let (order, slot) = places.next(&what.name);
        let order = written.order.as_ref().map_or(order, |order| order.value);
        let phases = written.phase.as_ref().map_or(what.phases.to_vec(), |word| vec![phase(word.value)]);
        let predicate = written.when.as_ref().map(|when| condition(when, at));
        for phase in phases {
            steps.push(chain::Step {
                slot: Slot::new(written.slot.as_ref().map_or(slot.as_str(), |slot| slot)),
                rank: StepRank { phase, order },
                precedence: written.precedence.as_ref().map_or(precedence, |number| number.value),
                predicate: predicate.clone(),
                policy: what.policy.clone(),
            });
        }
    }
    steps
}

/// A condition of a step or a group: a match without an order among others.
pub(super) fn condition(when: &At<crate::entity::matching::Match>, at: &mut Lowering<'_>) -> Predicate {
    if when.priority.is_some() || when.rank.is_some() {
        at.invalid(&when.spot, "priority and rank order routes; a condition has neither");
    }
    matching::predicate(when, at)
}

/// A policy with its name and the phases in which it usually runs.
struct What {
    name: String,
    phases: &'static [Phase],
    policy: Policy,
}

fn policy(written: &At<Step>, params: Option<&[&Predicate]>, at: &mut Lowering<'_>) -> Option<What> {
    let mut found = Vec::new();
    let mut add = |name: &str, phases, policy| found.push(What { name: name.to_owned(), phases, policy });
    // A preflight carries no credential: it is answered before anyone asks for one.
    const BOTH: &[Phase] = &[Phase::Rewrite, Phase::Response];
    const ACCESS: &[Phase] = &[Phase::Access];
    if let Some(given) = &written.cors {
        add("cors", BOTH, Policy::Cors(cors(&given.0, at)));
    }
    if let Some(given) = &written.key_auth {
        add("key-auth", ACCESS, Policy::KeyAuth(Box::new(key_auth(&given.0, at))));
    }
    if let Some(edits) = &written.request_headers {
        add("request-headers", ACCESS, Policy::Headers(header_edits(edits, at)));
    }
    if let Some(edits) = &written.response_headers {
        add("response-headers", &[Phase::Response], Policy::Headers(header_edits(edits, at)));
    }
    if let Some(given) = &written.request_id {
        add("request-id", BOTH, Policy::RequestId(request_id(&given.0, at)));
    }
    if let Some(respond) = &written.respond {
        add("respond", ACCESS, Policy::Respond(answer::respond(respond, at)));
    }
    if let Some(call) = &written.call {
        add("call", ACCESS, Policy::Call(Box::new(aws::call(call, params, at)?)));
    }
    if let Some(name) = &written.missing {
        add(name, ACCESS, Policy::Missing { name: name.value.clone() });
    }
    let only = found.len() == 1;
    if !only {
        at.incomplete(
            &written.spot,
            "an entry of policies is one of cors, key-auth, request-headers, response-headers, request-id, respond, \
             call, missing",
        );
    }
    found.pop().filter(|_| only)
}

fn phase(word: entity::Phase) -> Phase {
    match word {
        entity::Phase::Rewrite => Phase::Rewrite,
        entity::Phase::Access => Phase::Access,
        entity::Phase::Endpoint => Phase::Endpoint,
        entity::Phase::Response => Phase::Response,
        entity::Phase::Log => Phase::Log,
    }
}

fn all(texts: &Option<OneOrMany<Text>>) -> Vec<String> {
    texts.iter().flat_map(|texts| texts.all()).map(|text| text.value.clone()).collect()
}

fn cors(written: &Cors, at: &mut Lowering<'_>) -> model_policy::Cors {
    let origins = all(&written.origins);
    let any = origins.is_empty() || origins.iter().any(|origin| origin == "*");
    for text in written.origins.iter().flat_map(|texts| texts.all()) {
        let good = text.as_str() == "*" || text.as_str() == "null" || text.contains("://") && !text.ends_with('/');
        if !good {
            at.invalid(&text.spot, "an origin is a scheme and a host such as https://app.example.com, without a path");
        }
    }
    if let Some(credentials) = written.credentials.as_ref().filter(|credentials| credentials.value && any) {
        let message = "any page on the web may act with the cookies of those who visit it; name the origins that may";
        at.findings.say(dialect::Faith::Exact, &credentials.spot, message);
    }
    model_policy::Cors {
        origins: if any { Origins::Any } else { Origins::List(origins) },
        methods: all(&written.methods).iter().map(|method| method.to_ascii_uppercase()).collect(),
        headers: header::names(written.headers.as_ref(), &[], at),
        exposed: header::names(written.exposed.as_ref(), &[], at),
        credentials: written.credentials.as_ref().is_some_and(|credentials| credentials.value),
        max_age: written.max_age.as_ref().map(|age| age.0),
        ..model_policy::Cors::default()
    }
}

fn key_auth(written: &KeyAuth, at: &mut Lowering<'_>) -> model_policy::KeyAuth {
    if let Some(name) = &written.anonymous
        && !at.consumers.contains(names::id("consumer", name).as_str())
    {
        let known = at.consumers.clone();
        at.unknown(&name.spot, "consumer", name, known.iter().map(|id| names::name("consumer", id)));
    }
    model_policy::KeyAuth {
        headers: header::names(written.headers.as_ref(), &["x-api-key"], at),
        query: all(&written.query),
        hide: written.hide.as_ref().is_none_or(|hide| hide.value),
        anonymous: written.anonymous.as_ref().map(|name| ConsumerId::new(names::id("consumer", name))),
        ..model_policy::KeyAuth::default()
    }
}

fn request_id(written: &RequestId, at: &mut Lowering<'_>) -> model_policy::RequestId {
    let named = written.header.as_ref().map(|text| header::name(text, &text.spot, at).to_ascii_lowercase());
    model_policy::RequestId {
        header: named.unwrap_or_else(|| "x-request-id".to_owned()),
        trust_client: written.trust_client.as_ref().is_some_and(|trust| trust.value),
        echo: written.echo.as_ref().is_none_or(|echo| echo.value),
        form: model_policy::IdForm::Own,
        own: true,
    }
}

fn header_edits(written: &HeaderEdits, at: &mut Lowering<'_>) -> model_policy::HeaderEdits {
    let mut edits = Vec::new();
    for written in written.all() {
        for text in written.remove.iter().flat_map(|names| names.all()) {
            edits.push(HeaderEdit::Remove(header::name(text, &text.spot, at)));
        }
        for (name, value) in written.set.iter().flat_map(|pairs| &pairs.0) {
            edits.push(HeaderEdit::Set(header::name(name, &name.spot, at), header::value(value, at)));
        }
        for (name, value) in written.add.iter().flat_map(|pairs| &pairs.0) {
            edits.push(HeaderEdit::Add(header::name(name, &name.spot, at), header::value(value, at)));
        }
    }
    model_policy::HeaderEdits { edits }
}

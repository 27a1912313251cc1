//! Policies in their places.

use super::aws;
use super::{Pen, answer, key, matching, text, texts, unless};
use crate::decode::{At, Given, Lasting, OneOrMany, Pairs};
use crate::entity::policy::{self as entity, HeaderEdits, Step};
use crate::lower::place::Places;
use crate::names;
use model::chain::{self, Phase};
use model::policy::{Cors, CorsManner, HeaderEdit, IdForm, KeyAuth, Origins, Policy, RequestId};
use model::predicate::Predicate;

/// Steps as a list of policies. The two sides of one policy, side by side, become one entry.
pub(super) fn steps(
    steps: &[chain::Step],
    precedence: u8,
    places: &mut Places,
    params: Option<&[&Predicate]>,
    pen: &mut Pen<'_>,
) -> Vec<At<Step>> {
    let mut written = Vec::new();
    let mut rest = steps;
    while let Some((step, after)) = rest.split_first() {
        let both = after.first().is_some_and(|next| are_sides(step, next));
        rest = if both { &after[1..] } else { after };
        if matches!(step.policy, Policy::HttpLog(_)) {
            pen.left_out.insert("http-log");
            continue;
        }
        let (mut entry, name, usual) = entry(step, params, pen);
        let (order, slot) = places.next(&name);
        if !both && usual != Some(step.rank.phase) {
            entry.phase = Some(At::new(phase(step.rank.phase)));
        }
        entry.when = step.predicate.as_ref().map(|predicate| At::new(matching::predicate(predicate)));
        entry.order = unless(step.rank.order, &order);
        entry.precedence = unless(step.precedence, &precedence);
        entry.slot = (step.slot.as_str() != slot).then(|| text(step.slot.as_str()));
        written.push(At::new(entry));
    }
    written
}

/// Whether two steps are the request and the response side of one policy.
fn are_sides(one: &chain::Step, next: &chain::Step) -> bool {
    let two_sided = matches!(one.policy, Policy::Cors(_) | Policy::RequestId(_));
    let phases = one.rank.phase == Phase::Rewrite && next.rank.phase == Phase::Response;
    let mut same = next.clone();
    same.rank.phase = one.rank.phase;
    two_sided && phases && same == *one
}

/// The entry of a step, its name, and the one phase in which such an entry runs if it says none.
fn entry(step: &chain::Step, params: Option<&[&Predicate]>, pen: &mut Pen<'_>) -> (Step, String, Option<Phase>) {
    let empty = Step::default();
    let (entry, name, usual) = match &step.policy {
        Policy::Call(call) => {
            (Step { call: Some(At::new(aws::call(call, params, pen))), ..empty }, "call", Some(Phase::Access))
        }
        Policy::Respond(one) => (Step { respond: Some(answer::respond(one)), ..empty }, "respond", Some(Phase::Access)),
        Policy::KeyAuth(auth) => {
            let KeyAuth { headers, query, hide, anonymous, .. } = auth.as_ref().clone();
            if **auth != (KeyAuth { headers, query, hide, anonymous, ..KeyAuth::default() }) {
                pen.left_out.insert("key-auth: keys in bodies, order, words and headers of its own");
            }
            (Step { key_auth: Some(Given(key_auth(auth))), ..empty }, "key-auth", Some(Phase::Access))
        }
        Policy::Cors(one) => {
            let rest = (one.private_network, one.preflight_on, &one.manner);
            let matching = matches!(one.origins, Origins::Matching { .. });
            if matching || rest != (false, false, &CorsManner::default()) {
                pen.left_out.insert("cors: origins by pattern, private networks, a manner of its own");
            }
            (Step { cors: Some(Given(cors(one))), ..empty }, "cors", None)
        }
        Policy::RequestId(one) => {
            if one.form != IdForm::Own || !one.own {
                pen.left_out.insert("request-id: forms of ids, ids beside the exchange's own");
            }
            (Step { request_id: Some(Given(request_id(one))), ..empty }, "request-id", None)
        }
        Policy::Headers(edits) => match step.rank.phase {
            Phase::Response | Phase::Log => {
                let edits = Some(header_edits(&edits.edits));
                (Step { response_headers: edits, ..empty }, "response-headers", Some(Phase::Response))
            }
            Phase::Rewrite | Phase::Access | Phase::Endpoint => {
                let edits = Some(header_edits(&edits.edits));
                (Step { request_headers: edits, ..empty }, "request-headers", Some(Phase::Access))
            }
        },
        // no written form yet: read back, such a route is shut, not open
        Policy::Terminate(_) => missing("terminate", pen),
        Policy::BasicAuth(_) => missing("basic-auth", pen),
        Policy::Jwt(_) => missing("jwt", pen),
        Policy::Acl(_) => missing("acl", pen),
        Policy::IpRestriction(_) => missing("ip-restriction", pen),
        Policy::RequestSize(_) => missing("request-size", pen),
        Policy::RateLimit(_) => missing("rate-limit", pen),
        Policy::HeaderTexts(_) => missing("header texts", pen),
        Policy::Assign(_) => missing("assign", pen),
        Policy::Compose(_) => missing("compose", pen),
        Policy::FirstOf(_) => missing("first-of", pen),
        Policy::Fail(_) => missing("fail", pen),
        Policy::RequestTransform(_) => missing("request-transform", pen),
        Policy::ResponseTransform(_) => missing("response-transform", pen),
        Policy::HttpLog(_) => missing("http-log", pen),
        Policy::Missing { name } => (Step { missing: Some(text(name)), ..empty }, name.as_str(), Some(Phase::Access)),
    };
    (entry, name.to_owned(), usual)
}

fn missing(name: &'static str, pen: &mut Pen<'_>) -> (Step, &'static str, Option<Phase>) {
    pen.left_out.insert(name);
    (Step { missing: Some(text(name)), ..Step::default() }, name, Some(Phase::Access))
}

fn phase(phase: Phase) -> entity::Phase {
    match phase {
        Phase::Rewrite => entity::Phase::Rewrite,
        Phase::Access => entity::Phase::Access,
        Phase::Endpoint => entity::Phase::Endpoint,
        Phase::Response => entity::Phase::Response,
        Phase::Log => entity::Phase::Log,
    }
}

fn cors(one: &Cors) -> entity::Cors {
    entity::Cors {
        origins: match &one.origins {
            Origins::Any => None,
            Origins::List(list) | Origins::Matching { texts: list, .. } => texts(list),
        },
        methods: texts(&one.methods),
        headers: texts(&one.headers),
        exposed: texts(&one.exposed),
        credentials: unless(one.credentials, &false),
        max_age: one.max_age.map(|age| At::new(Lasting(age))),
    }
}

fn key_auth(auth: &KeyAuth) -> entity::KeyAuth {
    let usual = auth.headers == ["x-api-key"];
    entity::KeyAuth {
        headers: (!usual).then(|| auth.headers.iter().map(|name| text(name)).collect::<Vec<_>>().into()),
        query: texts(&auth.query),
        hide: unless(auth.hide, &true),
        anonymous: auth.anonymous.as_ref().map(|id| text(names::name("consumer", id.as_str()))),
    }
}

fn request_id(one: &RequestId) -> entity::RequestId {
    entity::RequestId {
        header: (one.header != "x-request-id").then(|| text(&one.header)),
        trust_client: unless(one.trust_client, &false),
        echo: unless(one.echo, &true),
    }
}

/// Edits in sets, each in the order removed, set, added.
fn header_edits(edits: &[HeaderEdit]) -> HeaderEdits {
    let place = |edit: &HeaderEdit| match edit {
        HeaderEdit::Remove(_) => 0,
        HeaderEdit::Set(..) => 1,
        HeaderEdit::Add(..) => 2,
    };
    let sets: Vec<_> = edits.chunk_by(|one, next| place(one) <= place(next)).map(edit_set).collect();
    OneOrMany::from(sets)
}

fn edit_set(edits: &[HeaderEdit]) -> entity::HeaderEdit {
    let (mut remove, mut set, mut add) = (Vec::new(), Vec::new(), Vec::new());
    for edit in edits {
        match edit {
            HeaderEdit::Remove(name) => remove.push(text(name)),
            HeaderEdit::Set(name, value) => set.push((key(name), text(value))),
            HeaderEdit::Add(name, value) => add.push((key(name), text(value))),
        }
    }
    entity::HeaderEdit {
        remove: (!remove.is_empty()).then(|| remove.into()),
        set: (!set.is_empty()).then_some(Pairs(set)),
        add: (!add.is_empty()).then_some(Pairs(add)),
    }
}

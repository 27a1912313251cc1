//! Fixed answers, and what is said by kind of failure.

pub(super) mod keyed;
pub(super) mod message;

use super::{Lowering, header};
use crate::decode::{At, Either, Pairs, Text, nearest};
use crate::entity::answer::{self as entity, Answers as WrittenAnswers};
use model::answer::{Answer, AnswerBody, Answers, FailureKind, Location};
use std::collections::BTreeMap;

/// `respond: 204` or more about it.
pub(crate) fn respond(written: &Either<At<u16>, entity::Answer>, at: &mut Lowering<'_>) -> Answer {
    match written {
        Either::First(code) => Answer::status(status(code, at)),
        Either::Second(written) => answer(written, 200, at),
    }
}

/// An answer; `usual` is its status when none is written.
pub(crate) fn answer(written: &entity::Answer, usual: u16, at: &mut Lowering<'_>) -> Answer {
    let mut headers = Vec::new();
    for (name, values) in written.headers.iter().flat_map(|headers| &headers.0) {
        let name = header::name(name, &name.spot, at);
        headers.extend(values.all().iter().map(|text| (name.clone(), header::value(text, at))));
    }
    let status = written.status.as_ref().map_or(usual, |code| status(code, at));
    let location = location(written, at);
    let body = body(written, &mut headers, at);
    Answer { status, headers, location, body }
}

fn location(written: &entity::Answer, at: &mut Lowering<'_>) -> Option<Location> {
    if let Some(text) = &written.location_behind {
        if let Some(other) = &written.location {
            at.invalid(&other.spot, "a location is made one way: \"location\" or \"location_behind\"");
        }
        let value = header::value(text, at);
        return Some(Location::Behind(value));
    }
    match (&written.location, &written.location_port) {
        (Some(word), port) => match word.value {
            entity::Location::Https => Some(Location::Https(port.as_ref().map(|port| port.value))),
        },
        (None, Some(port)) => {
            at.invalid(&port.spot, "a port stands beside \"location: https\"");
            None
        }
        (None, None) => None,
    }
}

fn body(written: &entity::Answer, headers: &mut Vec<(String, String)>, at: &mut Lowering<'_>) -> AnswerBody {
    let problem = written.problem.as_ref().filter(|problem| problem.value);
    let message = written.message.as_ref();
    let spots = [problem.map(|p| &p.spot), written.body.as_ref().map(|b| &b.spot), message.map(|m| &m.spot)];
    let others = [written.json.is_some(), written.template.is_some()];
    let there = spots.iter().flatten().count() + others.iter().filter(|there| **there).count();
    if let (Some(spot), 2..) = (spots.into_iter().flatten().next(), there) {
        let message = "an answer has one body: text in \"body\", a value in \"json\", \"problem: true\", \
                       \"message\" or \"template\"";
        at.invalid(spot, message);
    }
    if problem.is_some() {
        return AnswerBody::Problem;
    }
    if let Some(message) = message {
        return AnswerBody::Message(message.value.clone());
    }
    if let Some(template) = &written.template {
        return AnswerBody::Template(message::template(template));
    }
    let Some(json) = &written.json else {
        return AnswerBody::Text(written.body.as_ref().map(|text| text.value.clone()).unwrap_or_default());
    };
    if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
        headers.push(("content-type".to_owned(), "application/json".to_owned()));
    }
    AnswerBody::Text(json.0.to_string())
}

pub(crate) fn status(code: &At<u16>, at: &mut Lowering<'_>) -> u16 {
    if !(200..=599).contains(&code.value) {
        at.invalid(&code.spot, format!("{} is no status of a final response: 200 to 599", code.value));
    }
    code.value
}

/// What a table says.
pub(crate) fn answers(written: Option<&WrittenAnswers>, at: &mut Lowering<'_>) -> Answers {
    let mut by_kind = BTreeMap::new();
    for (code, written) in written.iter().flat_map(|answers| &answers.0) {
        let Some(kind) = kind(code, at) else { continue };
        let mut alternatives = Vec::new();
        match written {
            Either::First(one) => alternatives.push(("*/*".to_owned(), answer(one, kind.status(), at))),
            Either::Second(many) => {
                for one in many {
                    let range = one.accept.as_ref().map_or("*/*", |text| media_range(text, at));
                    alternatives.push((range.to_owned(), answer(&one.answer, kind.status(), at)));
                }
            }
        }
        if by_kind.insert(kind, alternatives).is_some() {
            twice(code, at);
        }
    }
    Answers { by_kind, ..Answers::default() }
}

/// What a client sees of failures of a call.
pub(crate) fn by_kind(written: Option<&Pairs<entity::Answer>>, at: &mut Lowering<'_>) -> BTreeMap<FailureKind, Answer> {
    let mut answers = BTreeMap::new();
    for (code, written) in written.iter().flat_map(|answers| &answers.0) {
        let Some(kind) = kind(code, at) else { continue };
        if answers.insert(kind, answer(written, kind.status(), at)).is_some() {
            twice(code, at);
        }
    }
    answers
}

pub(crate) fn kind(code: &Text, at: &mut Lowering<'_>) -> Option<FailureKind> {
    let kind = FailureKind::from_code(code);
    if kind.is_none() {
        let known = FailureKind::ALL.map(FailureKind::code);
        let hint = match nearest(code, known) {
            Some(near) => format!("did you mean {near:?}?"),
            None => format!("there are: {}", known.join(", ")),
        };
        at.invalid(&code.spot, format!("no failure is called {:?}; {hint}", code.value));
    }
    kind
}

pub(crate) fn twice(code: &Text, at: &mut Lowering<'_>) {
    at.invalid(&code.spot, format!("{} stands twice", code.value));
}

fn media_range<'t>(text: &'t Text, at: &mut Lowering<'_>) -> &'t str {
    let good =
        text.split_once('/').is_some_and(|(kind, sub)| !kind.is_empty() && !sub.is_empty() && !sub.contains('/'));
    if !good {
        at.invalid(&text.spot, "this is no media type; write text/html, text/* or */*");
    }
    text
}

//! Fixed answers.

pub(super) mod keyed;
pub(super) mod message;

use super::{key, text, unless};
use crate::decode::{At, Either, OneOrMany, Pairs, Text};
use crate::entity::answer::{self as entity, Alternative};
use model::answer::{Answer, AnswerBody, Answers, Location};
use std::collections::BTreeMap;

/// `respond:`, as a status alone if that says it.
pub(crate) fn respond(answer: &Answer) -> Either<At<u16>, entity::Answer> {
    if *answer == Answer::status(answer.status) {
        return Either::First(At::new(answer.status));
    }
    Either::Second(self::answer(answer, 200))
}

pub(crate) fn answer(answer: &Answer, usual: u16) -> entity::Answer {
    let mut headers: Vec<(Text, OneOrMany<Text>)> = Vec::new();
    for (name, value) in &answer.headers {
        match headers.last_mut() {
            Some((last, values)) if last.value == *name => {
                let mut all = values.all().to_vec();
                all.push(text(value));
                *values = all.into();
            }
            _ => headers.push((key(name), OneOrMany::One(text(value)))),
        }
    }
    let mut written = entity::Answer {
        status: unless(answer.status, &usual),
        headers: (!headers.is_empty()).then_some(Pairs(headers)),
        ..entity::Answer::default()
    };
    match &answer.location {
        Some(Location::Https(port)) => {
            written.location = Some(At::new(entity::Location::Https));
            written.location_port = port.map(At::new);
        }
        Some(Location::Behind(origin)) => written.location_behind = Some(text(origin)),
        None => {}
    }
    match &answer.body {
        AnswerBody::Problem => written.problem = Some(At::new(true)),
        AnswerBody::Text(body) => written.body = (!body.is_empty()).then(|| text(body)),
        AnswerBody::Message(message) => written.message = Some(text(message)),
        AnswerBody::Template(one) => written.template = Some(message::template(one)),
    }
    written
}

pub(crate) fn answers(answers: &Answers) -> Option<entity::Answers> {
    let pairs: Vec<_> = answers
        .by_kind
        .iter()
        .map(|(kind, alternatives)| {
            let written = match alternatives.as_slice() {
                [(range, only)] if range == "*/*" => Either::First(answer(only, kind.status())),
                several => Either::Second(several.iter().map(|one| alternative(one, kind.status())).collect()),
            };
            (key(kind.code()), written)
        })
        .collect();
    (!pairs.is_empty()).then_some(Pairs(pairs))
}

fn alternative((range, one): &(String, Answer), usual: u16) -> Alternative {
    Alternative { accept: (range != "*/*").then(|| text(range)), answer: answer(one, usual) }
}

pub(crate) fn by_kind(answers: &BTreeMap<model::answer::FailureKind, Answer>) -> Option<Pairs<entity::Answer>> {
    let pairs: Vec<_> = answers.iter().map(|(kind, one)| (key(kind.code()), answer(one, kind.status()))).collect();
    (!pairs.is_empty()).then_some(Pairs(pairs))
}

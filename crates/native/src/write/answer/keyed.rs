//! Failures that have a key, and what is said of them by that key.

use super::super::{Pen, expression, key, text, unless};
use crate::decode::{At, OneOrMany, Pairs, Text};
use crate::entity::keyed::{KeyedAnswer as WrittenAnswer, KeyedAnswers as Written, OwnAnswers};
use model::answer::{Answers, KeyedAnswer, KeyedAnswers};

/// What a route says instead of its table.
pub(in crate::write) fn own(one: &Answers, pen: &mut Pen<'_>) -> OwnAnswers {
    OwnAnswers {
        answers: super::answers(one),
        messages: one.messages.as_ref().map(super::message::messages),
        keyed_answers: one.keyed.as_ref().map(|one| answers_by_key(one, pen)),
        failures_run_all: unless(one.all_steps, &false),
    }
}

pub(in crate::write) fn answers_by_key(one: &KeyedAnswers, pen: &mut Pen<'_>) -> Written {
    let kinds: Vec<_> =
        one.kinds.iter().map(|(kind, failure)| (key(kind.code()), expression::failure(failure))).collect();
    let parents: Vec<_> = one.parents.iter().map(|(name, parent)| (key(name), text(parent))).collect();
    let mut answers = Vec::new();
    for (name, all) in &one.templates {
        let all: Vec<_> = all.iter().map(|one| answer(one, pen)).collect();
        answers.push((key(name), all.into()));
    }
    Written {
        kinds: some(kinds),
        parents: some(parents),
        answers: some(answers),
        fallback: one.fallback.as_deref().map(text),
        listed: unless(one.usual.listed, &false),
        always_close: unless(one.usual.always_close, &false),
    }
}

fn some<T>(pairs: Vec<(Text, T)>) -> Option<Pairs<T>> {
    (!pairs.is_empty()).then_some(Pairs(pairs))
}

fn answer((range, one): &(String, KeyedAnswer), pen: &mut Pen<'_>) -> WrittenAnswer {
    let headers: Vec<_> = one.headers.iter().map(|(name, value)| (key(name), OneOrMany::One(text(value)))).collect();
    WrittenAnswer {
        accept: (range != "*/*").then(|| text(range)),
        status: At::new(one.status),
        headers: some(headers),
        body: one.body.as_ref().map(|body| expression::expression(body, pen)),
    }
}

//! Failures that have a key, and what is said of them by that key.

use super::super::{Lowering, expression, header};
use super::{kind, media_range, status, twice};
use crate::decode::{Pairs, Text, said};
use crate::entity::keyed::{KeyedAnswer as WrittenAnswer, KeyedAnswers as Written, OwnAnswers};
use model::answer::{Answers, KeyedAnswer, KeyedAnswers, UsualAnswer};
use std::collections::BTreeMap;

/// What a route says instead of its table.
pub(in crate::lower) fn own(written: &OwnAnswers, at: &mut Lowering<'_>) -> Answers {
    let mut answers = super::answers(written.answers.as_ref(), at);
    answers.messages = written.messages.as_ref().map(|written| super::message::messages(written, at));
    answers.keyed = written.keyed_answers.as_ref().map(|written| Box::new(answers_by_key(written, at)));
    answers.all_steps = said(&written.failures_run_all, false);
    answers
}

pub(in crate::lower) fn answers_by_key(written: &Written, at: &mut Lowering<'_>) -> KeyedAnswers {
    let mut kinds = BTreeMap::new();
    for (code, failure) in written.kinds.iter().flat_map(|kinds| &kinds.0) {
        let Some(kind) = kind(code, at) else { continue };
        if kinds.insert(kind, expression::failure(failure, at)).is_some() {
            twice(code, at);
        }
    }
    let parents = written.parents.iter().flat_map(|parents| &parents.0);
    KeyedAnswers {
        kinds,
        parents: parents.map(|(key, parent)| (key.value.clone(), parent.value.clone())).collect(),
        templates: templates(written, at),
        fallback: written.fallback.as_ref().map(|key| key.value.clone()),
        usual: UsualAnswer { listed: said(&written.listed, false), always_close: said(&written.always_close, false) },
    }
}

fn templates(written: &Written, at: &mut Lowering<'_>) -> BTreeMap<String, Vec<(String, KeyedAnswer)>> {
    let mut templates = BTreeMap::new();
    for (key, answers) in written.answers.iter().flat_map(|Pairs(all)| all) {
        let answers: Vec<_> = answers.all().iter().map(|one| answer(one, at)).collect();
        if templates.insert(key.value.clone(), answers).is_some() {
            twice(key, at);
        }
    }
    templates
}

fn answer(written: &WrittenAnswer, at: &mut Lowering<'_>) -> (String, KeyedAnswer) {
    let accept = written.accept.as_ref().map_or("*/*", |text: &Text| media_range(text, at)).to_owned();
    let mut headers = Vec::new();
    for (name, values) in written.headers.iter().flat_map(|headers| &headers.0) {
        let name = header::name(name, &name.spot, at);
        headers.extend(values.all().iter().map(|text| (name.clone(), header::value(text, at))));
    }
    let status = status(&written.status, at);
    let body = written.body.as_ref().map(|body| expression::text(body, at));
    (accept, KeyedAnswer { status, headers, body })
}

//! `check-json`: bodies that must be JSON of a certain shape.

use super::Around;
use crate::decode::{At, Text, entity};
use crate::entity::expression::{Expression, Failure};
use crate::lower::{Lowering, expression as lower_text};
use crate::write::{Pen, expression as write_text, text, unless};
use expr::schema::Judge;
use model::answer::Keyed;
use model::policy::{self, Policy};

entity! {
    /// The body must be JSON of a certain shape: the request's, the response's with `phase: response`.
    CheckJson {
        /// A JSON schema, as JSON.
        schema: Text,
        /// What a body of another shape is; 400 without it.
        shape: Option<Failure>,
        /// What a body is that is no JSON; 400 without it.
        form: Option<Failure>,
        /// What is said instead of the failures' messages: a text that is JSON.
        words: Option<Expression>,
        /// Bodies that are wrong pass, and the log says so; false without it.
        only_logs: Option<At<bool>>,
    }
}

const REFUSAL: Keyed = Keyed { status: 400, key: None, message: None };

pub(crate) fn lower(written: &CheckJson, _: &Around<'_>, at: &mut Lowering<'_>) -> Option<Policy> {
    if !is_readable(&written.schema.value) {
        at.invalid(&written.schema.spot, "the schema cannot be read: it is a JSON schema, as a text");
    }
    let told =
        |one: &Option<Failure>, at: &mut Lowering<'_>| one.as_ref().map_or(REFUSAL, |one| lower_text::failure(one, at));
    Some(Policy::CheckJson(Box::new(policy::CheckJson {
        schema: written.schema.value.clone(),
        shape: told(&written.shape, at),
        form: told(&written.form, at),
        words: written.words.as_ref().map(|words| lower_text::text(words, at)),
        only_logs: written.only_logs.as_ref().is_some_and(|flag| flag.value),
    })))
}

pub(crate) fn is_readable(schema: &str) -> bool {
    let json = serde_json::from_str(schema).ok();
    json.and_then(|json| Judge::read(&json).ok()).is_some()
}

pub(crate) fn write(one: &policy::CheckJson, pen: &mut Pen<'_>) -> CheckJson {
    let told = |one: &Keyed| (*one != REFUSAL).then(|| write_text::failure(one));
    CheckJson {
        schema: text(&one.schema),
        shape: told(&one.shape),
        form: told(&one.form),
        words: one.words.as_ref().map(|words| write_text::expression(words, pen)),
        only_logs: unless(one.only_logs, &false),
    }
}

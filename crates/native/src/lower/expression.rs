//! Texts with expressions, conditions on what is known of an exchange, and failures that have a key.

use super::{Lowering, answer};
use crate::decode::{At, Either, Json, OneOrMany, Pairs, Text as Written};
use crate::entity::expression::{self as entity, Expression};
use dialect::Faith;
use expr::vars::VarsError;
use model::answer::Keyed;
use model::predicate::{Condition, Vars};
use model::text::Text;
use model::variable::Variable;
use serde_json::Value;

pub(crate) fn text(written: &Expression, at: &mut Lowering<'_>) -> Text {
    let other = match written {
        Either::First(text) => return Text::Expression(text.value.clone()),
        Either::Second(other) => other,
    };
    match (&other.plain, &other.secret) {
        (Some(plain), None) => Text::Plain(plain.value.clone()),
        (None, Some(secret)) => Text::Secret(secret.secret()),
        _ => {
            at.incomplete(&other.spot, "a text stands alone, or in one of \"plain\" and \"secret\"");
            Text::Plain(String::new())
        }
    }
}

/// Names with texts.
pub(crate) fn texts(written: &Option<Pairs<Expression>>, at: &mut Lowering<'_>) -> Vec<(String, Text)> {
    let all = written.iter().flat_map(|pairs| &pairs.0);
    all.map(|(name, value)| (name.value.clone(), text(value, at))).collect()
}

pub(crate) fn failure(written: &entity::Failure, at: &mut Lowering<'_>) -> Keyed {
    with_status(written, FAILURE.status, at)
}

/// What is written, else this status with these words.
pub(crate) fn failure_or(written: &Option<entity::Failure>, usual: (u16, &str), at: &mut Lowering<'_>) -> Keyed {
    let (status, message) = usual;
    match written {
        Some(written) => with_status(written, status, at),
        None => Keyed { status, key: None, message: Some(message.to_owned()) },
    }
}

fn with_status(written: &entity::Failure, usual: u16, at: &mut Lowering<'_>) -> Keyed {
    Keyed {
        status: written.status.as_ref().map_or(usual, |code| answer::status(code, at)),
        key: written.key.as_ref().map(|key| key.value.clone()),
        message: written.message.as_ref().map(|message| message.value.clone()),
    }
}

/// What a failure is if nobody says.
pub(crate) const FAILURE: Keyed = Keyed { status: 500, key: None, message: None };

/// Texts that must be true.
pub(super) fn conditions(
    written: &Option<OneOrMany<Either<Written, At<entity::Condition>>>>,
    at: &mut Lowering<'_>,
) -> Vec<Condition> {
    let mut conditions = Vec::new();
    for one in written.iter().flat_map(|all| all.all()) {
        match one {
            Either::First(text) => {
                let text = Text::Expression(text.value.clone());
                conditions.push(Condition::Expression { text, failure: None });
            }
            Either::Second(one) => conditions.extend(condition(one, at)),
        }
    }
    conditions
}

fn condition(written: &At<entity::Condition>, at: &mut Lowering<'_>) -> Option<Condition> {
    match (&written.attribute, &written.is, &written.expression) {
        (Some(name), Some(value), None) if written.failure.is_none() => {
            Some(Condition::Attribute { name: name.value.clone(), value: value.value.clone() })
        }
        (None, None, Some(expression)) => {
            let failure = written.failure.as_ref().map(|written| failure(written, at));
            Some(Condition::Expression { text: text(expression, at), failure })
        }
        _ => {
            at.incomplete(&written.spot, "a condition is \"attribute\" with \"is\", or \"expression\"");
            None
        }
    }
}

/// A condition on variables.
pub(crate) fn vars(written: &At<Vec<Json>>, at: &mut Lowering<'_>) -> Option<Vars> {
    let rules: Vec<Value> = written.iter().map(|rule| rule.0.clone()).collect();
    match expr::vars::read_freely(&rules, &Variable::of) {
        Ok(vars) => {
            if !vars.broken().is_empty() {
                let message = "a regular expression cannot be read, and so matches nothing";
                at.findings.say(Faith::Ignored, &written.spot, message);
            }
            Some(vars)
        }
        Err(error) => {
            // Values may come from the environment, so no finding repeats one.
            let message = match error {
                VarsError::BadAddress { .. } => "one of the addresses is none".to_owned(),
                VarsError::Operator { .. } => {
                    "an operator is one of ==, ~=, >, >=, <, <=, ~~, ~*, in, has, ipmatch".to_owned()
                }
                VarsError::NoTest => {
                    "a condition is a list of a variable, an operator and a value, or of conditions".to_owned()
                }
                VarsError::NoBrackets | VarsError::TooShort | VarsError::BadNot | VarsError::NoAddress => {
                    error.to_string()
                }
            };
            at.invalid(&written.spot, message);
            None
        }
    }
}

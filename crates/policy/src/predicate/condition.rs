//! Texts that must be true of an exchange.

use super::text_failure;
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::text::{Asks, ReadyText};
use crate::world::World;
use expr::Lookup;
use model::answer::Keyed;
use model::predicate::Condition;

/// A condition, read.
#[derive(Debug)]
pub(super) enum ReadyCondition {
    Attribute { name: Box<str>, value: Box<str> },
    Text { text: ReadyText, failure: Option<Keyed> },
}

impl ReadyCondition {
    pub(super) fn compile(condition: &Condition) -> Self {
        match condition {
            Condition::Attribute { name, value } => {
                Self::Attribute { name: name.as_str().into(), value: value.as_str().into() }
            }
            Condition::Expression { text, failure } => {
                Self::Text { text: ReadyText::compile(text), failure: failure.clone() }
            }
        }
    }

    pub(super) fn asks(&self) -> Asks {
        match self {
            Self::Attribute { .. } => Asks::default(),
            Self::Text { text, .. } => text.asks(),
        }
    }

    pub(super) fn holds(&self, exchange: &Exchange) -> Result<bool, Box<Failure>> {
        match self {
            Self::Attribute { name, value } => Ok(is_attribute(exchange, name, value)),
            Self::Text { text, failure } => match (text.holds(&World::of(exchange)), failure) {
                (Ok(holds), _) => Ok(holds),
                (Err(error), Some(failure)) => Err(text_failure(failure, &error)),
                (Err(error), None) => {
                    let request_id = &*exchange.id;
                    tracing::warn!(request_id, %error, "a condition has no value, what it guards is left out");
                    Ok(false)
                }
            },
        }
    }
}

fn is_attribute(exchange: &Exchange, name: &str, value: &str) -> bool {
    if let Some(set) = exchange.attribute(name) {
        return set.as_str() == Some(value);
    }
    let world = World::of(exchange);
    let context = world.get("context");
    let Some(expr::Value::Object(context)) = context else { return false };
    let Some(expr::Value::Object(attributes)) = context.members.get("attributes") else { return false };
    attributes.members.get(name).is_some_and(|found| found.as_str() == Some(value))
}

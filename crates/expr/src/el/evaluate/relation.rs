//! `==` and its kin, `instanceof`, `matches`, `between`.

use super::compare::{compared, equal};
use super::{Evaluator, class};
use crate::el::Pattern;
use crate::el::ast::{Expr, Node, Relation};
use crate::el::convert::{Wanted, converted};
use crate::error::Error;
use crate::value::{Number, Sequence, Value};

impl<'a> Evaluator<'a, '_> {
    pub(super) fn relation(
        &mut self,
        relation: Relation,
        left: &'a Node,
        right_node: &'a Node,
    ) -> Result<Value<'a>, Error> {
        let (left, right) = (self.value(left)?, self.value(right_node)?);
        Ok(Value::Bool(match relation {
            Relation::Equal => equal(&left, &right),
            Relation::NotEqual => !equal(&left, &right),
            Relation::Less | Relation::LessOrEqual | Relation::Greater | Relation::GreaterOrEqual => {
                ordered(relation, &left, &right)?
            }
            Relation::InstanceOf => match right {
                Value::Class(name) => class::is_instance(&left, name),
                other => {
                    let message = format!("instanceof needs a class on its right, not {}", other.class());
                    return Err(Error::evaluation("EL1028E", message));
                }
            },
            Relation::Matches => self.matches(left, &right, right_node)?,
            Relation::Between => between(&left, &right)?,
        }))
    }

    fn matches(&mut self, left: Value<'a>, right: &Value<'a>, node: &'a Node) -> Result<bool, Error> {
        let Value::Str(text) = converted(left, Wanted::Text, &mut self.budget)? else {
            return Err(Error::evaluation("EL1037E", "matches needs a text on its left"));
        };
        let Value::Str(pattern) = right else {
            return Err(Error::evaluation("EL1038E", "matches needs a text on its right"));
        };
        if pattern.chars().count() > 1000 {
            return Err(Error::evaluation("EL1077E", "the pattern is longer than 1000 characters"));
        }
        self.budget.steps(text.len())?;
        match &node.expr {
            Expr::Str(literal) => match literal.pattern.get_or_init(|| Pattern::read(&literal.text)) {
                Ok(pattern) => pattern.matches(&text),
                Err(error) => Err(Error::evaluation("EL1018E", error.message.clone())),
            },
            _ => Pattern::read(pattern).map_err(|error| Error::evaluation("EL1018E", error.message))?.matches(&text),
        }
    }
}

fn ordered(relation: Relation, left: &Value<'_>, right: &Value<'_>) -> Result<bool, Error> {
    // Numbers with a point are compared as the processor does: nothing is before or after NaN.
    let floats = match Number::pair(left, right) {
        Some(Number::Double(a, b)) => Some(a.partial_cmp(&b)),
        Some(Number::Float(a, b)) => Some(a.partial_cmp(&b)),
        _ => None,
    };
    let order = match floats {
        Some(None) => return Ok(false),
        Some(Some(order)) => order,
        None => compared(left, right)?,
    };
    Ok(match relation {
        Relation::Less => order.is_lt(),
        Relation::LessOrEqual => order.is_le(),
        Relation::Greater => order.is_gt(),
        _ => order.is_ge(),
    })
}

fn between(value: &Value<'_>, range: &Value<'_>) -> Result<bool, Error> {
    match range {
        Value::List(range) if range.len() == 2 && range.kind == Sequence::List => {
            Ok(compared(value, &range[0])?.is_ge() && compared(value, &range[1])?.is_le())
        }
        _ => Err(Error::evaluation("EL1017E", "between needs a list of two on its right")),
    }
}

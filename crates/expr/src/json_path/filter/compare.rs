//! Comparing the two sides of a condition, by the rules of Jayway's value nodes.

use super::super::Miss;
use super::{Operand, Operator};
use crate::el::Pattern;
use crate::error::Error;
use crate::json;
use crate::limits::Budget;
use crate::value::{Decimal, Text, Value, java_text};
use std::cmp::Ordering;

/// A side, evaluated.
pub(super) enum Side<'s, 'a> {
    Undefined,
    Null,
    Bool(bool),
    Number(Decimal, String),
    Text(String),
    Json(Value<'a>),
    Literal(Value<'s>),
    Pattern(&'s Pattern),
}

impl Operand {
    pub(super) fn value<'s, 'a>(
        &'s self,
        item: &Value<'a>,
        root: &Value<'a>,
        budget: &mut Budget<'_>,
    ) -> Result<Side<'s, 'a>, Error> {
        Ok(match self {
            Self::Text(text) => Side::Text(text.clone()),
            Self::Number(text) => number(text),
            Self::Bool(truth) => Side::Bool(*truth),
            Self::Null => Side::Null,
            Self::Json(text) => Side::Literal(json::read(&Text::Borrowed(text), budget)?),
            Self::Pattern(pattern) => Side::Pattern(pattern),
            Self::Path(path) => {
                let from = if path.from_root { root } else { item };
                match path.value(from, root, false, budget) {
                    Ok(value) => side(value, budget)?,
                    Err(Miss::NotFound) => Side::Undefined,
                    Err(Miss::Failed(error)) => return Err(error),
                }
            }
        })
    }
}

fn number<'s, 'a>(text: &str) -> Side<'s, 'a> {
    Decimal::read(text).map_or(Side::Undefined, |number| Side::Number(number, text.to_owned()))
}

fn side<'s, 'a>(value: Value<'a>, budget: &mut Budget<'_>) -> Result<Side<'s, 'a>, Error> {
    Ok(match value {
        Value::Null => Side::Null,
        Value::Bool(truth) => Side::Bool(truth),
        Value::Str(text) => Side::Text(text.to_string()),
        value @ (Value::List(_) | Value::Map(_)) => Side::Json(value),
        other => number(&java_text(&other, budget)?),
    })
}

/// Whether the condition holds.
pub(super) fn holds(operator: Operator, left: &Side<'_, '_>, right: &Side<'_, '_>) -> Result<bool, Error> {
    Ok(match operator {
        Operator::Equal => equal(left, right),
        Operator::NotEqual => !equal(left, right),
        Operator::Same => same_kind(left, right) && equal(left, right),
        Operator::NotSame => !(same_kind(left, right) && equal(left, right)),
        Operator::Less => order(left, right).is_some_and(Ordering::is_lt),
        Operator::LessOrEqual => order(left, right).is_some_and(Ordering::is_le),
        Operator::Greater => order(left, right).is_some_and(Ordering::is_gt),
        Operator::GreaterOrEqual => order(left, right).is_some_and(Ordering::is_ge),
        Operator::Regex => return regex(left, right),
        Operator::In => items(right).is_some_and(|items| items.iter().any(|item| is(left, item))),
        Operator::NotIn => !items(right).is_some_and(|items| items.iter().any(|item| is(left, item))),
        Operator::Contains => match (left, right) {
            (Side::Text(left), Side::Text(right)) => left.contains(&**right),
            _ => items(left).is_some_and(|items| items.iter().any(|item| is(right, item))),
        },
        Operator::All => match (items(left), items(right)) {
            (Some(all), Some(wanted)) => wanted.iter().all(|wanted| all.iter().any(|item| same(item, wanted))),
            _ => false,
        },
        Operator::SubsetOf => sets(left, right).is_some_and(|(a, b)| a.iter().all(|a| b.iter().any(|b| same(a, b)))),
        Operator::AnyOf => sets(left, right).is_some_and(|(a, b)| a.iter().any(|a| b.iter().any(|b| same(a, b)))),
        Operator::NoneOf => sets(left, right).is_some_and(|(a, b)| !a.iter().any(|a| b.iter().any(|b| same(a, b)))),
        Operator::Size => match (size(left), right) {
            (Some(size), Side::Number(wanted, _)) => wanted.to_f64().trunc() == size as f64,
            _ => false,
        },
        Operator::Empty => match (size(left), right) {
            (Some(size), Side::Bool(wanted)) => (size == 0) == *wanted,
            _ => false,
        },
    })
}

fn equal(left: &Side<'_, '_>, right: &Side<'_, '_>) -> bool {
    match (left, right) {
        (Side::Null, Side::Null) => true,
        (Side::Bool(a), Side::Bool(b)) => a == b,
        (Side::Number(a, _), Side::Number(b, _)) => a.compare(b) == Ordering::Equal,
        (Side::Number(a, _), Side::Text(b)) => Decimal::read(b).is_some_and(|b| a.compare(&b) == Ordering::Equal),
        (Side::Text(a), Side::Number(_, b)) | (Side::Text(a), Side::Text(b)) => a == b,
        _ => match (json(left), json(right)) {
            (Some(a), Some(b)) => a.equals(b),
            _ => false,
        },
    }
}

fn same_kind(left: &Side<'_, '_>, right: &Side<'_, '_>) -> bool {
    json(left).is_some() && json(right).is_some() || std::mem::discriminant(left) == std::mem::discriminant(right)
}

fn order(left: &Side<'_, '_>, right: &Side<'_, '_>) -> Option<Ordering> {
    let units = |a: &str, b: &str| a.encode_utf16().cmp(b.encode_utf16());
    match (left, right) {
        (Side::Number(a, _), Side::Number(b, _)) => Some(a.compare(b)),
        (Side::Text(a) | Side::Number(_, a), Side::Text(b) | Side::Number(_, b)) => Some(units(a, b)),
        _ => None,
    }
}

fn regex(left: &Side<'_, '_>, right: &Side<'_, '_>) -> Result<bool, Error> {
    let (pattern, input) = match (left, right) {
        (Side::Pattern(_), Side::Pattern(_)) => return Ok(false),
        (Side::Pattern(pattern), input) | (input, Side::Pattern(pattern)) => (pattern, input),
        _ => return Ok(false),
    };
    if let Some(items) = items(input) {
        for item in items {
            if pattern.matches(&input_text(item))? {
                return Ok(true);
            }
        }
        return Ok(false);
    }
    match input {
        Side::Text(text) | Side::Number(_, text) => pattern.matches(text),
        Side::Bool(truth) => pattern.matches(&truth.to_string()),
        _ => pattern.matches(""),
    }
}

fn input_text(value: &Value<'_>) -> String {
    match value {
        Value::Str(text) => text.to_string(),
        Value::Bool(truth) => truth.to_string(),
        Value::Double(number) => crate::value::double_text(*number),
        other => other.as_big().map(|number| number.to_string()).unwrap_or_default(),
    }
}

fn json<'s>(side: &'s Side<'_, '_>) -> Option<&'s Value<'s>> {
    match side {
        Side::Json(value) => Some(value),
        Side::Literal(value) => Some(value),
        _ => None,
    }
}

fn items<'s>(side: &'s Side<'_, '_>) -> Option<&'s [Value<'s>]> {
    match json(side)? {
        Value::List(list) => Some(list),
        _ => None,
    }
}

type Two<'s> = (&'s [Value<'s>], &'s [Value<'s>]);

fn sets<'s>(left: &'s Side<'_, '_>, right: &'s Side<'_, '_>) -> Option<Two<'s>> {
    Some((items(left)?, items(right)?))
}

fn size(side: &Side<'_, '_>) -> Option<usize> {
    match (side, json(side)) {
        (Side::Text(text), _) => Some(text.encode_utf16().count()),
        (_, Some(Value::List(list))) => Some(list.len()),
        (_, Some(Value::Map(map))) => Some(map.len()),
        _ => None,
    }
}

/// Whether a side equals an element of a list.
fn is(side: &Side<'_, '_>, item: &Value<'_>) -> bool {
    match (side, item) {
        (Side::Null, Value::Null) => true,
        (Side::Bool(a), Value::Bool(b)) => a == b,
        (Side::Text(a), Value::Str(b)) => **a == **b,
        (Side::Number(a, _), Value::Str(b)) => Decimal::read(b).is_some_and(|b| a.compare(&b) == Ordering::Equal),
        (Side::Text(a), item) if item.is_number() => *a == input_text(item),
        (Side::Number(a, _), item) => item.as_decimal().is_some_and(|b| a.compare(&b) == Ordering::Equal),
        (side, item) => json(side).is_some_and(|value| value.equals(item)),
    }
}

/// Whether two elements are equal, numbers by their value.
fn same(a: &Value<'_>, b: &Value<'_>) -> bool {
    match (a.as_decimal(), b.as_decimal()) {
        (Some(a), Some(b)) => a.compare(&b) == Ordering::Equal,
        _ => a.equals(b),
    }
}

//! Equality and order, as SpEL sees them: numbers by value whatever their type, null before everything.

use crate::error::Error;
use crate::value::{Number, Thing, Value};
use std::cmp::Ordering;

/// `left == right`.
pub(super) fn equal(left: &Value<'_>, right: &Value<'_>) -> bool {
    match Number::pair(left, right) {
        Some(Number::Double(a, b)) => a == b,
        Some(Number::Float(a, b)) => a == b,
        Some(pair) => pair.compare() == Ordering::Equal,
        None => left.equals(right),
    }
}

/// The order of two values that can be compared.
pub(in crate::el) fn compared(left: &Value<'_>, right: &Value<'_>) -> Result<Ordering, Error> {
    if let Some(pair) = Number::pair(left, right) {
        return Ok(pair.compare());
    }
    Ok(match (left, right) {
        (Value::Null, Value::Null) => Ordering::Equal,
        (Value::Null, _) => Ordering::Less,
        (_, Value::Null) => Ordering::Greater,
        (Value::Str(a), Value::Str(b)) => a.encode_utf16().cmp(b.encode_utf16()),
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::Char(a), Value::Char(b)) => a.cmp(b),
        (Value::Thing(a), Value::Thing(b)) => match (&**a, &**b) {
            (Thing::Date(a), Thing::Date(b)) => a.cmp(b),
            (Thing::DateTime(a), Thing::DateTime(b)) => a.cmp(b),
            (Thing::Zoned(a), Thing::Zoned(b)) => a.cmp(b),
            (Thing::Instant(a), Thing::Instant(b)) => a.cmp(b),
            (Thing::Uuid(a), Thing::Uuid(b)) => a.cmp(b),
            _ => return Err(incomparable(left, right)),
        },
        _ => return Err(incomparable(left, right)),
    })
}

fn incomparable(left: &Value<'_>, right: &Value<'_>) -> Error {
    Error::evaluation("EL1013E", format!("{} and {} cannot be compared", left.class(), right.class()))
}

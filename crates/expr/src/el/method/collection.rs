//! Lists, sets and arrays, and what `java.util.Collections` does with them.

use super::{Answer, Call};
use crate::el::evaluate::compared;
use crate::error::Error;
use crate::value::{List, Sequence, Value};

pub(super) fn call<'a>(list: &List<'a>, call: &mut Call<'_, 'a, '_>) -> Answer<'a> {
    if matches!(list.kind, Sequence::Array(_)) {
        return Ok(None);
    }
    call.budget.steps(list.len())?;
    Ok(Some(match (call.name, call.arguments.len()) {
        ("size", 0) => Value::Int(list.len() as i32),
        ("isEmpty", 0) => Value::Bool(list.is_empty()),
        ("contains", 1) => Value::Bool(list.iter().any(|item| item.equals(&call.arguments[0]))),
        ("get", 1) if list.kind == Sequence::List => {
            let at = call.int(0)?;
            let found = usize::try_from(at).ok().and_then(|at| list.get(at)).cloned();
            let message = || format!("Index {at} out of bounds for length {}", list.len());
            found.ok_or_else(|| Error::runtime("IndexOutOfBoundsException", message()))?
        }
        _ => return Ok(None),
    }))
}

/// Static methods of `java.util.Collections`.
pub(super) fn statics<'a>(call: &mut Call<'_, 'a, '_>) -> Answer<'a> {
    Ok(Some(match (call.name, call.arguments.len()) {
        ("max", 1) => extreme(call, std::cmp::Ordering::Greater)?,
        ("min", 1) => extreme(call, std::cmp::Ordering::Less)?,
        ("frequency", 2) => {
            let list = call.items(0)?;
            Value::Int(list.iter().filter(|item| item.equals(&call.arguments[1])).count() as i32)
        }
        ("disjoint", 2) => {
            let (a, b) = (call.items(0)?, call.items(1)?);
            call.budget.steps(a.len().saturating_mul(b.len()))?;
            Value::Bool(!a.iter().any(|item| b.iter().any(|other| item.equals(other))))
        }
        ("binarySearch", 2) => {
            let list = call.items(0)?;
            let mut wrong = None;
            let found = list.binary_search_by(|item| {
                compared(item, &call.arguments[1]).unwrap_or_else(|error| {
                    wrong = Some(error);
                    std::cmp::Ordering::Equal
                })
            });
            if wrong.is_some() {
                return Err(not_comparable());
            }
            Value::Int(found.map_or_else(|at| -(at as i32) - 1, |at| at as i32))
        }
        ("indexOfSubList" | "lastIndexOfSubList", 2) => {
            let (a, b) = (call.items(0)?, call.items(1)?);
            call.budget.steps(a.len().saturating_mul(b.len()))?;
            let matches = |at: &usize| {
                a.get(*at..at + b.len()).is_some_and(|part| part.iter().zip(b.iter()).all(|(a, b)| a.equals(b)))
            };
            let mut places = (0..=a.len()).filter(matches);
            let found = if call.name == "indexOfSubList" { places.next() } else { places.next_back() };
            Value::Int(found.map_or(-1, |at| at as i32))
        }
        _ => return Ok(None),
    }))
}

fn extreme<'a>(call: &mut Call<'_, 'a, '_>, wanted: std::cmp::Ordering) -> Result<Value<'a>, Error> {
    let list = call.items(0)?;
    let mut items = list.iter();
    let mut best = items.next().ok_or_else(|| Error::runtime("NoSuchElementException", "the list is empty"))?;
    for item in items {
        if std::mem::discriminant(item) != std::mem::discriminant(best) {
            return Err(not_comparable());
        }
        if compared(item, best).map_err(|_| not_comparable())? == wanted {
            best = item;
        }
    }
    Ok(best.clone())
}

fn not_comparable() -> Error {
    Error::runtime("ClassCastException", "the elements cannot be compared")
}

//! Operators: arithmetic, comparison, parts of texts and lists.

use super::ast::{Relation, Sign};
use super::compute::{Problem, shown};
use super::data::{Data, Range};
use crate::error::Error;
use crate::limits::Budget;
use crate::value::{Decimal, Rounding, Text, Value};
use std::cmp::Ordering;
use std::sync::Arc;

/// Digits behind the point that a quotient has at least.
const DIGITS: i32 = 12;

/// The number that a value is.
pub(super) fn number(value: &Data<'_>) -> Result<Arc<Decimal>, Problem> {
    match value {
        Data::Number(number) => Ok(number.clone()),
        other => Err(Problem::wants("a number", other)),
    }
}

/// The whole number that a value is, fractions cut.
pub(super) fn integer(value: &Data<'_>) -> Result<i64, Problem> {
    let whole = number(value)?.whole();
    i64::try_from(whole).map_err(|_| Problem::new("the number is too large"))
}

/// `left sign right`.
pub(super) fn apply<'w>(
    sign: Sign,
    left: &Data<'w>,
    right: &Data<'w>,
    budget: &mut Budget<'_>,
) -> Result<Data<'w>, Error> {
    if let (Data::Number(left), Data::Number(right)) = (left, right) {
        return Ok(Data::Number(Arc::new(calculated(sign, left, right)?)));
    }
    if sign != Sign::Add {
        let wrong = if matches!(left, Data::Number(_)) { right } else { left };
        return Err(Problem::wants("a number", wrong).into());
    }
    joined(left, right, budget)
}

fn calculated(sign: Sign, left: &Decimal, right: &Decimal) -> Result<Decimal, Problem> {
    let made = match sign {
        Sign::Add => Some(left.plus(right)),
        Sign::Subtract => Some(left.minus(right)),
        Sign::Multiply => left.times(right),
        Sign::Divide => left.divided(right, DIGITS.max(left.scale()).max(right.scale()), Rounding::HalfUp),
        // of whole numbers
        Sign::Remainder => Decimal::new(left.whole(), 0).remainder(&Decimal::new(right.whole(), 0)),
    };
    made.ok_or_else(|| Problem::new("a division by zero, or too many digits"))
}

/// Two lists, two hashes, or two texts, one behind the other.
fn joined<'w>(left: &Data<'w>, right: &Data<'w>, budget: &mut Budget<'_>) -> Result<Data<'w>, Error> {
    if let (Some(_), Some(_)) = (list_size(left), list_size(right)) {
        let sizes = [left, right].map(|list| list_size(list).unwrap_or(usize::MAX));
        budget.elements(sizes[0].saturating_add(sizes[1]))?;
        let items = left.items(false)?.into_iter().chain(right.items(false)?);
        return Ok(Data::list(items.map(|(_, item)| item).collect()));
    }
    if let (Ok(left), Ok(right)) = (shown(left), shown(right)) {
        budget.text(left.len() + right.len())?;
        return Ok(Data::text(format!("{}{}", &*left, &*right)));
    }
    match (left.entries(), right.entries()) {
        (Some(left), Some(right)) => {
            budget.elements(left.len() + right.len())?;
            let mut entries: Vec<(Text<'w>, Data<'w>)> = Vec::with_capacity(left.len() + right.len());
            for (key, value) in left.into_iter().chain(right) {
                budget.steps(entries.len())?;
                put(&mut entries, shown(&key)?, value);
            }
            Ok(Data::Hash(Arc::new(entries)))
        }
        _ => Err(Problem::new(format!("{} and {} cannot be added", left.kind(), right.kind())).into()),
    }
}

fn list_size(value: &Data<'_>) -> Option<usize> {
    let is_list = matches!(value, Data::List(_) | Data::Range(_) | Data::World(Value::List(_)));
    is_list.then(|| value.size().unwrap_or(usize::MAX))
}

/// Sets a name of a hash.
pub(super) fn put<'w>(entries: &mut Vec<(Text<'w>, Data<'w>)>, key: Text<'w>, value: Data<'w>) {
    match entries.iter_mut().find(|(own, _)| **own == *key) {
        Some(entry) => entry.1 = value,
        None => entries.push((key, value)),
    }
}

/// `left relation right`, of one kind.
pub(super) fn compare(relation: Relation, left: &Data<'_>, right: &Data<'_>) -> Result<bool, Problem> {
    let equality = matches!(relation, Relation::Equal | Relation::NotEqual);
    let order = match (left, right) {
        (Data::Number(left), Data::Number(right)) => left.compare(right),
        (Data::Text(left), Data::Text(right)) if equality => left.cmp(right),
        (Data::Text(text), Data::Empty) | (Data::Empty, Data::Text(text)) if equality => text.len().cmp(&0),
        (Data::Empty, Data::Empty) if equality => Ordering::Equal,
        (Data::Bool(left), Data::Bool(right)) if equality => left.cmp(right),
        _ => return Err(Problem::new(format!("{} and {} cannot be compared so", left.kind(), right.kind()))),
    };
    Ok(match relation {
        Relation::Equal => order.is_eq(),
        Relation::NotEqual => order.is_ne(),
        Relation::Less => order.is_lt(),
        Relation::AtMost => order.is_le(),
        Relation::Greater => order.is_gt(),
        Relation::AtLeast => order.is_ge(),
    })
}

/// A character of a text; none when it is no text.
pub(super) fn character<'w>(value: &Data<'w>, at: u64) -> Option<Result<Data<'w>, Problem>> {
    let Data::Text(text) = value else { return None };
    let found = usize::try_from(at).ok().and_then(|at| text.chars().nth(at));
    Some(found.map(|c| Data::text(c.to_string())).ok_or_else(|| Problem::new("the text is shorter than the index")))
}

/// A part of a text or a list.
pub(super) fn slice<'w>(value: &Data<'w>, range: Range, budget: &mut Budget<'_>) -> Result<Data<'w>, Error> {
    let from = usize::try_from(range.first).map_err(|_| Problem::new("a range begins below zero"))?;
    let chars: Option<Vec<char>> = match value {
        Data::Text(text) => Some(text.chars().collect()),
        _ => None,
    };
    let whole = match &chars {
        Some(chars) => chars.len(),
        None => list_size(value).ok_or_else(|| Problem::wants("a text or a list", value))?,
    };
    let left = whole.saturating_sub(from);
    let count = range.count.map_or(left, |count| usize::try_from(count).unwrap_or(usize::MAX));
    if range.down && count > 1 || count > left || from > whole {
        return Err(Problem::new("the range reaches beyond the end").into());
    }
    budget.elements(count)?;
    Ok(match chars {
        Some(chars) => Data::text(chars[from..from + count].iter().collect::<String>()),
        None => Data::list((from..from + count).filter_map(|at| value.item(at as u64)).collect()),
    })
}

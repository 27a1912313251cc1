//! Functions of lists and hashes.

use super::BuiltIn;
use crate::error::Error;
use crate::freemarker::ast::Relation;
use crate::freemarker::compute::{Problem, shown};
use crate::freemarker::data::Data;
use crate::freemarker::operate::compare;
use crate::limits::Budget;

/// `value?name(given)`.
pub(super) fn call<'w>(
    value: &Data<'w>,
    built_in: BuiltIn,
    given: &[Data<'w>],
    budget: &mut Budget<'_>,
) -> Result<Data<'w>, Error> {
    if built_in == BuiltIn::Size {
        let size = value.size().ok_or_else(|| Problem::wants("a list or a hash", value))?;
        return Ok(Data::whole(size as u64));
    }
    if matches!(built_in, BuiltIn::Keys | BuiltIn::Values) {
        let entries = value.entries().ok_or_else(|| Problem::wants("a hash", value))?;
        budget.elements(entries.len())?;
        let one = |(key, value)| if built_in == BuiltIn::Keys { key } else { value };
        return Ok(Data::list(entries.into_iter().map(one).collect()));
    }
    let size = value.size().ok_or_else(|| Problem::wants("a list", value))?;
    match built_in {
        BuiltIn::First => return Ok(value.item(0).ok_or_else(|| Problem::wants("a list", value))?),
        BuiltIn::Last if size == 0 => return Ok(Data::Missing),
        BuiltIn::Last => return Ok(value.item(size as u64 - 1).ok_or_else(|| Problem::wants("a list", value))?),
        _ => budget.elements(size)?,
    }
    let items = value.items(false)?.into_iter().map(|(_, item)| item);
    Ok(match built_in {
        BuiltIn::Reverse => Data::list(items.rev().collect()),
        BuiltIn::SeqContains => {
            let mut items = items;
            Data::Bool(items.any(|item| compare(Relation::Equal, &item, &given[0]).unwrap_or(false)))
        }
        _ => join(items, given, budget)?,
    })
}

/// The items as texts, with a text between them, one for no items, and one behind the last.
fn join<'w>(
    items: impl Iterator<Item = Data<'w>>,
    given: &[Data<'w>],
    budget: &mut Budget<'_>,
) -> Result<Data<'w>, Error> {
    let between = shown(&given[0])?;
    let mut text = String::new();
    let mut any = false;
    for item in items.filter(|item| !item.is_missing()) {
        if any {
            text.push_str(&between);
        }
        any = true;
        text.push_str(&shown(&item)?);
        budget.text_within(text.len())?;
    }
    let end = if any { given.get(2) } else { given.get(1) };
    if let Some(end) = end {
        text.push_str(&shown(end)?);
    }
    budget.text(text.len())?;
    Ok(Data::text(text))
}

//! The five kinds of change, in their order: remove, rename, replace, add, append.

use super::editable;
use crate::build::BuildCause;
use crate::exchange::Exchange;
use crate::query::Query;
use crate::rewrite::fields::{Fields, Members};
use crate::rewrite::texts::fill;
use http::{HeaderMap, HeaderName, HeaderValue};
use model::policy::{JsonChanges, JsonScalar, RequestText, TextChanges};
use serde_json::{Number, Value};

/// Changes of header fields with their names read.
pub(super) struct HeaderChanges {
    remove: Vec<HeaderName>,
    rename: Vec<(HeaderName, HeaderName)>,
    replace: Vec<(HeaderName, RequestText)>,
    add: Vec<(HeaderName, RequestText)>,
    append: Vec<(HeaderName, RequestText)>,
}

/// The same with their values; one that no header field can have is left out.
pub(super) struct Filled<'a> {
    changes: &'a HeaderChanges,
    replace: Vec<(&'a HeaderName, HeaderValue)>,
    add: Vec<(&'a HeaderName, HeaderValue)>,
    append: Vec<(&'a HeaderName, HeaderValue)>,
}

impl HeaderChanges {
    pub(super) fn compile(changes: &TextChanges) -> Result<Self, BuildCause> {
        let texts = |list: &[(String, RequestText)]| {
            list.iter().map(|(name, text)| Ok((editable(name)?, text.clone()))).collect::<Result<Vec<_>, BuildCause>>()
        };
        let pair = |(old, new): &(String, String)| Ok((editable(old)?, editable(new)?));
        Ok(Self {
            remove: changes.remove.iter().map(|name| editable(name)).collect::<Result<_, _>>()?,
            rename: changes.rename.iter().map(pair).collect::<Result<_, BuildCause>>()?,
            replace: texts(&changes.replace)?,
            add: texts(&changes.add)?,
            append: texts(&changes.append)?,
        })
    }

    pub(super) fn fill(&self, exchange: &Exchange) -> Filled<'_> {
        Filled {
            changes: self,
            replace: values(&self.replace, exchange),
            add: values(&self.add, exchange),
            append: values(&self.append, exchange),
        }
    }
}

fn values<'a>(list: &'a [(HeaderName, RequestText)], exchange: &Exchange) -> Vec<(&'a HeaderName, HeaderValue)> {
    let value = |text| HeaderValue::try_from(fill(text, exchange)).ok();
    list.iter().filter_map(|(name, text)| Some((name, value(text)?))).collect()
}

impl Filled<'_> {
    pub(super) fn apply(self, headers: &mut HeaderMap) {
        for name in &self.changes.remove {
            headers.remove(name);
        }
        for (old, new) in &self.changes.rename {
            let values: Vec<HeaderValue> = headers.get_all(old).iter().cloned().collect();
            if !values.is_empty() {
                headers.remove(old);
                headers.remove(new);
                for value in values {
                    headers.append(new, value);
                }
            }
        }
        for (name, value) in self.replace {
            if headers.contains_key(name) {
                headers.insert(name, value);
            }
        }
        for (name, value) in self.add {
            headers.entry(name).or_insert(value);
        }
        for (name, value) in self.append {
            headers.append(name, value);
        }
    }
}

/// Changes of the fields of a body.
pub(super) fn change_fields(changes: &TextChanges, fields: &mut Fields, exchange: &Exchange) {
    changes.remove.iter().for_each(|name| fields.remove(name));
    changes.rename.iter().for_each(|(old, new)| fields.rename(old, new));
    for (name, text) in &changes.replace {
        if fields.has(name) {
            fields.set(name, fill(text, exchange));
        }
    }
    for (name, text) in &changes.add {
        if !fields.has(name) {
            fields.set(name, fill(text, exchange));
        }
    }
    changes.append.iter().for_each(|(name, text)| fields.append(name, fill(text, exchange)));
}

/// Changes of query parameters.
pub(super) fn change_query(changes: &TextChanges, mut query: Query, exchange: &Exchange) -> Query {
    changes.remove.iter().for_each(|name| query.remove(name));
    changes.rename.iter().for_each(|(old, new)| query.rename(old, new));
    for (name, text) in &changes.replace {
        if query.has(name) {
            query.set(name, &fill(text, exchange));
        }
    }
    for (name, text) in &changes.add {
        if !query.has(name) {
            query.push(name, &fill(text, exchange));
        }
    }
    changes.append.iter().for_each(|(name, text)| query.push(name, &fill(text, exchange)));
    query
}

/// Changes of the members of a JSON object.
pub(super) fn change_members(changes: &JsonChanges, members: &mut Members) {
    changes.remove.iter().for_each(|name| members.remove(name));
    changes.rename.iter().for_each(|(old, new)| members.rename(old, new));
    for (name, value) in &changes.replace {
        if members.has(name) {
            members.set(name, &json(value));
        }
    }
    for (name, value) in &changes.add {
        if !members.has(name) {
            members.set(name, &json(value));
        }
    }
    changes.append.iter().for_each(|(name, value)| members.append(name, json(value)));
}

/// A number that is none stays a text.
fn json(value: &JsonScalar) -> Value {
    match value {
        JsonScalar::Text(text) => Value::from(text.as_str()),
        JsonScalar::Number(text) => text.parse::<Number>().map_or_else(|_| Value::from(text.as_str()), Value::Number),
        JsonScalar::Boolean(value) => Value::from(*value),
    }
}

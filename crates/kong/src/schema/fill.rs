//! Defaults: what stands in an entity when nobody wrote it. Fields without any become null, as the original shows them.

use super::{Field, Kind, Object, Record, Step, Violation, Violations};
use serde_json::Value;

/// Undoes shorthands and fills in defaults; returns what is wrong with shorthands.
pub fn fill(record: &Record, object: &mut Object) -> Violations {
    let mut found = Vec::new();
    of_record(record, object, &mut found);
    Violations(found)
}

/// Undoes shorthands alone; returns what is wrong with them.
pub fn expand(record: &Record, object: &mut Object) -> Violations {
    let mut found = Vec::new();
    shorthands(record, object, &mut found);
    for field in &record.fields {
        if let (Kind::Record(inner), Some(Value::Object(object))) = (&field.kind, object.get_mut(field.name)) {
            let below = expand(inner, object).0;
            found.extend(below.into_iter().map(|one| one.below(Step::Name(field.name.to_owned()))));
        }
    }
    Violations(found)
}

fn shorthands(record: &Record, object: &mut Object, found: &mut Vec<Violation>) {
    for shorthand in &record.shorthands {
        let Some(written) = object.remove(shorthand.name) else { continue };
        if written.is_null() {
            continue;
        }
        match (shorthand.expand)(&written) {
            Ok(members) => members.into_iter().for_each(|(name, value)| set(object, name, value)),
            Err(text) => found.push(Violation::field(shorthand.name, text)),
        }
    }
}

fn of_record(record: &Record, object: &mut Object, found: &mut Vec<Violation>) {
    shorthands(record, object, found);
    for field in record.fields.iter().filter(|field| !field.removed && !field.newer) {
        let value = object.entry(field.name).or_insert_with(|| absent(field));
        of_value(field, value, found);
    }
    for field in record.fields.iter().filter(|field| field.newer) {
        if let Some(value) = object.get_mut(field.name) {
            of_value(field, value, found);
        }
    }
}

/// Sets a member by a dotted path unless it is written already.
fn set(object: &mut Object, path: &str, value: Value) {
    match path.split_once('.') {
        None => {
            let there = object.entry(path).or_insert(Value::Null);
            if there.is_null() {
                *there = value;
            }
        }
        Some((first, rest)) => {
            let inner = object.entry(first).or_insert_with(|| Value::Object(Object::new()));
            if inner.is_null() {
                *inner = Value::Object(Object::new());
            }
            if let Value::Object(inner) = inner {
                set(inner, rest, value);
            }
        }
    }
}

fn absent(field: &Field) -> Value {
    match (&field.default, &field.kind) {
        (Some(default), _) => default.clone(),
        (None, Kind::Record(_)) if field.required => Value::Object(Object::new()),
        (None, _) => Value::Null,
    }
}

fn of_value(field: &Field, value: &mut Value, found: &mut Vec<Violation>) {
    match (&field.kind, value) {
        (Kind::Record(record), Value::Object(inner)) => {
            let mut below = Vec::new();
            of_record(record, inner, &mut below);
            let step = Step::Name(field.name.to_owned());
            found.extend(below.into_iter().map(|one| one.below(step.clone())));
        }
        (Kind::Array(element) | Kind::Set(element), Value::Array(items)) => {
            items.iter_mut().for_each(|item| of_value(element, item, found));
            if matches!(field.kind, Kind::Set(_)) {
                once_each(items);
            }
        }
        (Kind::Map(element), Value::Object(members)) => {
            members.values_mut().for_each(|member| of_value(element, member, found));
        }
        _ => {}
    }
}

fn once_each(items: &mut Vec<Value>) {
    let mut seen: Vec<Value> = Vec::new();
    items.retain(|item| {
        let new = !seen.contains(item);
        if new {
            seen.push(item.clone());
        }
        new
    });
}

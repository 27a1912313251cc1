//! Whether a value is what its schema says: the original's texts, all of them at once.

use super::{Check, Field, Kind, Object, Record, Step, Violation, Violations, at};
use serde_json::Value;

/// Checks an object whose defaults are filled in.
pub fn check(record: &Record, object: &Object) -> Violations {
    let mut found = Vec::new();
    of_record(record, object, &mut found);
    Violations(found)
}

fn of_record(record: &Record, object: &Object, found: &mut Vec<Violation>) {
    for field in &record.fields {
        let mut inner = Vec::new();
        of_field(field, object.get(field.name).unwrap_or(&Value::Null), &mut inner);
        found.extend(inner.into_iter().map(|one| one.below(Step::Name(field.name.to_owned()))));
    }
    let unknown = object.keys().filter(|name| record.field(name).is_none());
    found.extend(unknown.map(|name| Violation::field(name, "unknown field")));
    let sound = found.is_empty();
    for check in &record.checks {
        of_check(check, object, sound, found);
    }
}

fn of_field(field: &Field, value: &Value, found: &mut Vec<Violation>) {
    if value.is_null() {
        if field.required {
            found.push(Violation::entity("required field missing"));
        }
        return;
    }
    if field.referenceable && value.as_str().is_some_and(is_reference) {
        return;
    }
    if let Some(text) = wrong_kind(&field.kind, value) {
        found.push(Violation::entity(text));
        return;
    }
    of_parts(&field.kind, value, found);
    if found.is_empty() {
        found.extend(field.rules.iter().find_map(|rule| rule.broken_by(value)).map(Violation::entity));
    }
}

/// Whether a text stands for one in a vault.
pub(crate) fn is_reference(text: &str) -> bool {
    text.starts_with("{vault://") && text.ends_with('}')
}

fn wrong_kind(kind: &Kind, value: &Value) -> Option<&'static str> {
    let (right, text) = match kind {
        Kind::String => (value.is_string(), "expected a string"),
        Kind::Number => (value.is_number(), "expected a number"),
        Kind::Integer => (is_whole(value), "expected an integer"),
        Kind::Boolean => (value.is_boolean(), "expected a boolean"),
        Kind::Array(_) => (value.is_array(), "expected an array"),
        Kind::Set(_) => (value.is_array(), "expected a set"),
        Kind::Map(_) => (value.is_object(), "expected a map"),
        Kind::Record(_) => (value.is_object(), "expected a record"),
        // a file names another entity by text, the Admin API by an object
        Kind::Foreign(_) => (value.is_object() || value.is_string(), "expected a string"),
        Kind::Any => (true, ""),
    };
    (!right).then_some(text)
}

fn is_whole(value: &Value) -> bool {
    value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|number| number.fract() == 0.0)
}

fn of_parts(kind: &Kind, value: &Value, found: &mut Vec<Violation>) {
    match (kind, value) {
        (Kind::String, Value::String(text)) if text.is_empty() => {
            found.push(Violation::entity("length must be at least 1"));
        }
        (Kind::Array(element) | Kind::Set(element), Value::Array(items)) => {
            for (at, item) in items.iter().enumerate() {
                below(element, item, Step::At(at), found);
            }
        }
        (Kind::Map(element), Value::Object(members)) => {
            for (name, member) in members {
                below(element, member, Step::Name(name.clone()), found);
            }
        }
        (Kind::Record(record), Value::Object(object)) => of_record(record, object, found),
        _ => {}
    }
}

fn below(element: &Field, value: &Value, step: Step, found: &mut Vec<Violation>) {
    let mut inner = Vec::new();
    of_field(element, value, &mut inner);
    found.extend(inner.into_iter().map(|one| one.below(step.clone())));
}

fn of_check(check: &Check, object: &Object, sound: bool, found: &mut Vec<Violation>) {
    let set = |names: &[&str]| names.iter().filter(|name| at(object, name).is_some_and(is_there)).count();
    let (broken, names, text) = match check {
        Check::AllOrNone(names) => {
            let set = set(names);
            (set > 0 && set < names.len(), names, "all or none of these fields must be set")
        }
        Check::AtLeastOneOf(names) => (set(names) == 0, names, "at least one of these fields must be non-empty"),
        Check::OnlyOneOf(names) => (set(names) != 1, names, "exactly one of these fields must be non-empty"),
        Check::AtMostOneOf(names) => (set(names) > 1, names, "only one or none of these fields must be set"),
        // what compares values of fields presumes that they are what they should be
        Check::Custom(_) if !sound => return,
        Check::Custom(judge) => return found.extend(judge(object)),
    };
    if broken {
        let names: Vec<String> = names.iter().map(|name| format!("'{name}'")).collect();
        found.push(Violation::entity(format!("{text}: {}", names.join(", "))));
    }
}

fn is_there(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Array(items) => !items.is_empty(),
        Value::Object(members) => !members.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
    }
}

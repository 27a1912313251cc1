//! How faithfully a field is honoured, said beside its schema: tables of the documentation and findings come from it.

use dialect::Faith;
use serde_json::Value;

/// The member of a schema that says it.
const NAME: &str = "$honour";

/// How faithfully a field is honoured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Honour {
    /// As the original does.
    Exact,
    /// Nearly so, with what differs.
    Approximate(&'static str),
    /// It has no effect, with what is lost.
    Ignored(&'static str),
    /// What depends on it does not work, with what.
    Unsupported(&'static str),
}

impl Honour {
    fn parts(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Exact => None,
            Self::Approximate(text) => Some(("approximate", text)),
            Self::Ignored(text) => Some(("ignored", text)),
            Self::Unsupported(text) => Some(("unsupported", text)),
        }
    }
}

/// A field's schema with what is said about it.
pub fn honour(mut schema: Value, honour: Honour) -> Value {
    if let (Value::Object(members), Some((faith, text))) = (&mut schema, honour.parts()) {
        members.insert(NAME.to_owned(), Value::from(vec![faith, text]));
    }
    schema
}

/// What is said about a field: how faithful, and what differs.
pub fn said(schema: &Value) -> Option<(Faith, &str)> {
    let parts = schema.get(NAME)?.as_array()?;
    let faith = match parts.first()?.as_str()? {
        "approximate" => Faith::Approximate,
        "ignored" => Faith::Ignored,
        _ => Faith::Unsupported,
    };
    Some((faith, parts.get(1)?.as_str()?))
}

/// The member with what is shown as required, but judged by other rules.
const REQUIRED: &str = "$required";

/// An object's schema that shows members as required without asking for them: who asks has more to say.
pub(crate) fn shown_required(mut schema: Value, names: &[&str]) -> Value {
    if let Value::Object(members) = &mut schema {
        members.insert(REQUIRED.to_owned(), Value::from(names.to_vec()));
    }
    schema
}

/// A schema without what is said about its fields.
pub(super) fn stripped(json: &Value) -> Value {
    match json {
        Value::Object(members) => {
            let kept = members.iter().filter(|(name, _)| *name != NAME);
            let shown = |name: &String| if name == REQUIRED { "required".to_owned() } else { name.clone() };
            Value::Object(kept.map(|(name, value)| (shown(name), stripped(value))).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(stripped).collect()),
        other => other.clone(),
    }
}

/// What is said about the values that are written in an object: path, how faithful, what differs. A value that is the
/// default says nothing.
pub fn remarks<'s>(schema: &'s Value, value: &Value) -> Vec<(String, Faith, &'s str)> {
    let mut found = Vec::new();
    walk(schema, value, "", &mut found);
    found
}

fn walk<'s>(schema: &'s Value, value: &Value, path: &str, found: &mut Vec<(String, Faith, &'s str)>) {
    if let Some((faith, text)) = said(schema)
        && schema.get("default") != Some(value)
    {
        found.push((path.to_owned(), faith, text));
    }
    match value {
        Value::Object(members) => {
            let properties = schema.get("properties");
            for (name, value) in members {
                if let Some(schema) = properties.and_then(|properties| properties.get(name)) {
                    let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                    walk(schema, value, &path, found);
                }
            }
        }
        Value::Array(items) => {
            if let Some(schema) = schema.get("items") {
                for (at, item) in items.iter().enumerate() {
                    walk(schema, item, &format!("{path}[{at}]"), found);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    for part in ["allOf", "anyOf", "oneOf"] {
        for schema in schema.get(part).and_then(Value::as_array).into_iter().flatten() {
            walk(schema, value, path, found);
        }
    }
}

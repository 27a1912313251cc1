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

/// What is said about the fields of a schema, without all those about which nothing is said.
pub(super) struct Noted {
    /// How faithful, what differs, and the value that says nothing because it is the default.
    own: Option<(Faith, String, Option<Value>)>,
    properties: Vec<(String, Noted)>,
    items: Option<Box<Noted>>,
    parts: Vec<Noted>,
}

impl Noted {
    /// Nothing where nothing is said.
    pub(super) fn of(schema: &Value) -> Option<Self> {
        let own = said(schema).map(|(faith, text)| (faith, text.to_owned(), schema.get("default").cloned()));
        let properties = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
        let properties: Vec<_> =
            properties.filter_map(|(name, schema)| Some((name.clone(), Self::of(schema)?))).collect();
        let items = schema.get("items").and_then(Self::of).map(Box::new);
        let parts = ["allOf", "anyOf", "oneOf"].into_iter().filter_map(|part| schema.get(part)?.as_array()).flatten();
        let parts: Vec<_> = parts.filter_map(Self::of).collect();
        let any = own.is_some() || !properties.is_empty() || items.is_some() || !parts.is_empty();
        any.then_some(Self { own, properties, items, parts })
    }

    /// What is said about the values that are written in an object: path, how faithful, what differs.
    pub(super) fn remarks(&self, value: &Value) -> Vec<(String, Faith, &str)> {
        let mut found = Vec::new();
        self.walk(value, &mut String::new(), &mut found);
        found
    }

    fn walk<'n>(&'n self, value: &Value, path: &mut String, found: &mut Vec<(String, Faith, &'n str)>) {
        if let Some((faith, text, default)) = &self.own
            && default.as_ref() != Some(value)
        {
            found.push((path.clone(), *faith, text));
        }
        let length = path.len();
        match value {
            Value::Object(members) if !self.properties.is_empty() => {
                for (name, value) in members {
                    let Some((_, noted)) = self.properties.iter().find(|(own, _)| own == name) else { continue };
                    path.push_str(if length == 0 { "" } else { "." });
                    path.push_str(name);
                    noted.walk(value, path, found);
                    path.truncate(length);
                }
            }
            Value::Array(values) => {
                for (noted, (at, value)) in self.items.iter().cycle().zip(values.iter().enumerate()) {
                    path.push_str(&format!("[{at}]"));
                    noted.walk(value, path, found);
                    path.truncate(length);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {}
        }
        for part in &self.parts {
            part.walk(value, path, found);
        }
    }
}

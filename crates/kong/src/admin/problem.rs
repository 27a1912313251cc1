//! What goes wrong in the Admin API, in the original's shape: `{code, name, message, fields}`.

use crate::entity::Collection;
use crate::schema::Violations;
use http::StatusCode;
use serde_json::{Map, Value, json};

/// Why a request is refused.
#[derive(Clone, Debug, thiserror::Error)]
pub(super) enum Problem {
    #[error("there is nothing of this name")]
    Nothing,
    #[error("{1}")]
    Said(StatusCode, String),
    #[error("invalid primary key")]
    PrimaryKey,
    #[error("{}", .0.message())]
    Schema(Violations),
    #[error("the id {id} is taken")]
    Taken { id: String },
    #[error("no entity of {} has the id {id}", parent.name())]
    NoParent { member: &'static str, id: String, parent: Collection },
    #[error("{} still names it", child.name())]
    Referenced { parent: Collection, child: Collection },
    #[error("another entity has the same {0}")]
    Unique(Value),
    #[error("no entity has {0}")]
    NotFound(Value),
    #[error("{offset} is no offset: {why}")]
    Offset { offset: String, why: &'static str },
    #[error("{0}")]
    Database(String),
    #[error("{0}")]
    Size(&'static str),
    #[error("{0}")]
    Tags(&'static str),
    #[error("{0}")]
    Unsupported(String),
    #[error("no entity of {} has {key} {value}", parent.name())]
    Unresolved { member: &'static str, key: &'static str, value: Value, parent: Collection },
    #[error("{}", .0.message)]
    Declarative(Box<Declarative>),
    #[error("{0} {1}")]
    Plain(StatusCode, Value),
}

/// What is wrong with a declarative document.
#[derive(Clone, Debug)]
pub(super) struct Declarative {
    pub(super) message: String,
    pub(super) fields: Value,
    /// The same, entity by entity.
    pub(super) flattened: Option<Value>,
}

impl Problem {
    /// Status and body of the answer.
    pub(super) fn answer(&self) -> (StatusCode, Value) {
        let bad = StatusCode::BAD_REQUEST;
        match self {
            Self::Nothing => (StatusCode::NOT_FOUND, json!({"message": "Not found"})),
            Self::Said(status, message) => (*status, json!({ "message": message })),
            Self::Plain(status, body) => (*status, body.clone()),
            Self::PrimaryKey => {
                let fields = json!({"id": "expected a valid UUID"});
                (bad, of(1, format!("invalid primary key: '{}'", lua(&fields)), Some(fields)))
            }
            Self::Schema(violations) => (bad, of(2, violations.message(), Some(violations.fields()))),
            Self::Taken { id } => {
                let fields = json!({ "id": id });
                (bad, of(3, format!("primary key violation on key '{}'", lua(&fields)), Some(fields)))
            }
            Self::NoParent { member, id, parent } => {
                let key = json!({ "id": id });
                let text = format!(
                    "the foreign key '{}' does not reference an existing '{}' entity.",
                    lua(&key),
                    parent.name()
                );
                (bad, of(4, text, Some(json!({ *member: key }))))
            }
            Self::Referenced { parent, child } => {
                let (parent, child) = (parent.name(), child.name());
                let text = format!("an existing '{child}' entity references this '{parent}' entity");
                (bad, of(4, text, Some(json!({"@referenced_by": child}))))
            }
            Self::Unique(key) => {
                let text = format!("UNIQUE violation detected on '{}'", lua(key));
                (StatusCode::CONFLICT, of(5, text, Some(key.clone())))
            }
            Self::NotFound(key) => {
                let of_id = key.get("id").is_some();
                let with = if of_id { "primary key " } else { "" };
                let text = format!("could not find the entity with {with}'{}'", lua(key));
                (StatusCode::NOT_FOUND, of(6, text, Some(key.clone())))
            }
            Self::Offset { offset, why } => (bad, of(7, format!("'{offset}' is not a valid offset: {why}"), None)),
            Self::Database(text) => (StatusCode::INTERNAL_SERVER_ERROR, of(8, text.clone(), None)),
            Self::Size(text) => (bad, of(9, (*text).to_owned(), None)),
            Self::Tags(text) => {
                let mut body = of(11, format!("invalid option (tags: {text})"), None);
                body["options"] = json!({ "tags": text });
                (bad, body)
            }
            Self::Unsupported(text) => (StatusCode::METHOD_NOT_ALLOWED, of(12, text.clone(), None)),
            Self::Unresolved { member, key, value, parent } => {
                let with = lua(&json!({ *key: value }));
                let why = format!(
                    "the foreign key cannot be resolved with '{with}' for an existing '{}' entity",
                    parent.name()
                );
                let fields = json!({ *member: { *key: why } });
                (bad, of(13, format!("foreign key unresolved ({member}.{key}: {why})"), Some(fields)))
            }
            Self::Declarative(wrong) => {
                let Declarative { message, fields, flattened } = &**wrong;
                let mut body = of(14, message.clone(), Some(fields.clone()));
                if let Some(flattened) = flattened {
                    body["flattened_errors"] = flattened.clone();
                }
                (bad, body)
            }
        }
    }
}

/// An error's body.
fn of(code: u8, message: String, fields: Option<Value>) -> Value {
    const NAMES: [&str; 14] = [
        "invalid primary key",
        "schema violation",
        "primary key violation",
        "foreign key violation",
        "unique constraint violation",
        "not found",
        "invalid offset",
        "database error",
        "invalid size",
        "invalid unique key",
        "invalid options",
        "operation unsupported",
        "foreign keys unresolved",
        "invalid declarative configuration",
    ];
    let mut body = Map::new();
    body.insert("code".to_owned(), json!(code));
    body.insert("name".to_owned(), json!(NAMES[usize::from(code) - 1]));
    body.insert("message".to_owned(), json!(message));
    if let Some(fields) = fields {
        body.insert("fields".to_owned(), fields);
    }
    Value::Object(body)
}

/// A value as the original's messages show it: `{consumer=null,name="aws-lambda"}`.
pub(super) fn lua(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::String(text) => value_text(text),
        Value::Array(items) => format!("{{{}}}", items.iter().map(lua).collect::<Vec<_>>().join(",")),
        Value::Object(members) => {
            let mut names: Vec<&String> = members.keys().collect();
            names.sort();
            let shown: Vec<String> =
                names.iter().map(|name| format!("{}={}", member(name), lua(&members[*name]))).collect();
            format!("{{{}}}", shown.join(","))
        }
    }
}

fn member(name: &str) -> String {
    let plain = |(at, c): (usize, char)| c == '_' || c.is_ascii_alphabetic() || at > 0 && c.is_ascii_digit();
    if !name.is_empty() && name.chars().enumerate().all(plain) {
        name.to_owned()
    } else {
        format!("[{}]", value_text(name))
    }
}

fn value_text(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_shown_as_tables() {
        let cases = [
            (json!({"name": "s1"}), r#"{name="s1"}"#),
            (json!({"service": null, "name": "x", "route": {"id": "1"}}), r#"{name="x",route={id="1"},service=null}"#),
            (
                json!({"services": [{"host": "required field missing"}]}),
                r#"{services={{host="required field missing"}}}"#,
            ),
            (json!({"@entity": ["a \"b\""], "n": 1}), r#"{["@entity"]={"a \"b\""},n=1}"#),
        ];
        for (value, expected) in cases {
            assert_eq!(lua(&value), expected);
        }
    }
}

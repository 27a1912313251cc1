//! A value of any shape, with the types that YAML gives its plain scalars.

use super::{Decode, Decoder};
use crate::tree::{Node, Scalar, Tree};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use serde_json::{Map, Number, Value};
use std::borrow::Cow;

/// Any value.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(transparent)]
pub struct Json(pub Value);

impl Decode for Json {
    fn decode(tree: &Tree, at: &mut Decoder<'_>) -> Option<Self> {
        let value = match &tree.node {
            Node::Broken => return None,
            Node::Null => Value::Null,
            Node::Scalar(scalar) => typed(scalar),
            Node::List(_) => Value::Array(Vec::<Self>::decode(tree, at)?.into_iter().map(|item| item.0).collect()),
            Node::Map(entries) => {
                let mut map = Map::new();
                for (key, value) in entries {
                    map.insert(key.text.clone(), at.within(&key.text, |at| Self::decode(value, at))?.0);
                }
                Value::Object(map)
            }
        };
        Some(Self(value))
    }

    fn takes(_: &Tree) -> bool {
        true
    }

    fn wanted() -> Cow<'static, str> {
        "any value".into()
    }
}

/// YAML 1.2's core types. What comes from the environment stays a text, so that a value cannot change its type.
fn typed(scalar: &Scalar) -> Value {
    let text = scalar.text.as_str();
    if !scalar.plain || scalar.written.is_some() {
        return Value::String(text.to_owned());
    }
    match text {
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ => serde_json::from_str::<Number>(text).map_or_else(|_| Value::String(text.to_owned()), Value::Number),
    }
}

impl JsonSchema for Json {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Json".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({})
    }
}

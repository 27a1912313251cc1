//! Values that do not change: what expressions find under a name.

use crate::decode::{Decode, Decoder, Hidden, Pairs};
use crate::tree::{Node, Tree};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use std::borrow::Cow;

/// A value: null, a text, a whole number, true or false, a list, or a map that says what it is.
#[derive(Clone, Debug, Default)]
pub enum Constant {
    /// Nothing, which is not an error.
    #[default]
    Null,
    /// A text.
    Text(String),
    /// A whole number.
    Number(i64),
    /// True or false.
    Boolean(bool),
    /// A list.
    List(Vec<Constant>),
    /// `{fixed: …}`: properties; one that is not there is an error.
    Fixed(Pairs<Constant>),
    /// `{map: …}`: keys with values; one that is not there is null.
    Map(Pairs<Constant>),
    /// `{secret: …}`: a text that nobody is told.
    Secret(Hidden),
    /// `{secrets: …}`: secrets by their path.
    Secrets(Pairs<Hidden>),
}

const KINDS: [&str; 4] = ["fixed", "map", "secret", "secrets"];

impl Decode for Constant {
    /// What comes from the environment stays a text, so that a value cannot change its type.
    fn decode(tree: &Tree, at: &mut Decoder<'_>) -> Option<Self> {
        match &tree.node {
            Node::Broken => at.mismatch(tree, &Self::wanted()),
            Node::Null => Some(Self::Null),
            Node::List(_) => Vec::decode(tree, at).map(Self::List),
            Node::Scalar(scalar) => {
                let text = scalar.text.clone();
                if !scalar.plain || scalar.written.is_some() {
                    return Some(Self::Text(text));
                }
                Some(match text.as_str() {
                    "true" | "false" => Self::Boolean(text == "true"),
                    _ => whole(&text).map_or(Self::Text(text), Self::Number),
                })
            }
            Node::Map(_) => {
                let entries = at.map(tree, &KINDS)?;
                match entries {
                    [(key, value)] => at.within(&key.text, |at| match key.text.as_str() {
                        "fixed" => Pairs::decode(value, at).map(Self::Fixed),
                        "map" => Pairs::decode(value, at).map(Self::Map),
                        "secret" => Hidden::decode(value, at).map(Self::Secret),
                        "secrets" => Pairs::decode(value, at).map(Self::Secrets),
                        _ => None,
                    }),
                    _ => at.refuse(tree, format!("a map of values says what it is: one of {}", KINDS.join(", "))),
                }
            }
        }
    }

    fn takes(_: &Tree) -> bool {
        true
    }

    fn wanted() -> Cow<'static, str> {
        "null, a text, a whole number, true or false, a list of such, or a map of such in fixed, map, secret or secrets"
            .into()
    }

    fn empty() -> Option<Self> {
        Some(Self::Null)
    }
}

/// A whole number that is written as everybody writes it.
fn whole(text: &str) -> Option<i64> {
    text.parse::<i64>().ok().filter(|number| number.to_string() == text)
}

impl Serialize for Constant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        fn only<S: Serializer, T: Serialize>(serializer: S, key: &str, value: &T) -> Result<S::Ok, S::Error> {
            let mut map = serializer.serialize_map(Some(1))?;
            map.serialize_entry(key, value)?;
            map.end()
        }
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Number(number) => serializer.serialize_i64(*number),
            Self::Boolean(flag) => serializer.serialize_bool(*flag),
            Self::List(list) => list.serialize(serializer),
            Self::Fixed(pairs) => only(serializer, "fixed", pairs),
            Self::Map(pairs) => only(serializer, "map", pairs),
            Self::Secret(secret) => only(serializer, "secret", secret),
            Self::Secrets(pairs) => only(serializer, "secrets", pairs),
        }
    }
}

impl JsonSchema for Constant {
    fn schema_name() -> Cow<'static, str> {
        "Constant".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let all = generator.subschema_for::<Pairs<Self>>();
        let secrets = generator.subschema_for::<Pairs<Hidden>>();
        let secret = generator.subschema_for::<Hidden>();
        let map = |key: &str, schema: &Schema| {
            json_schema!({
                "type": "object", "properties": { key: schema }, "required": [key], "additionalProperties": false
            })
        };
        json_schema!({
            "description": "A value that does not change: null, a text, a whole number, true or false, a list of such, or a map of such that says what it is. In `{fixed: …}` a name that is not there is an error, in `{map: …}` it is null; `{secret: …}` is a text that nobody is told, `{secrets: …}` has secrets by their path.",
            "anyOf": [
                { "type": ["null", "string", "integer", "boolean"] },
                { "type": "array", "items": generator.subschema_for::<Self>() },
                map("fixed", &all), map("map", &all), map("secret", &secret), map("secrets", &secrets)
            ]
        })
    }
}

/// The names in a map with their values.
pub type Constants = Pairs<Constant>;

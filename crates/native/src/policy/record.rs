//! The form of a log record: names with facts (`$status`), texts and further such maps.

use crate::decode::{Decode, Decoder, TEXT, spelled};
use crate::tree::{Node, Scalar, Tree};
use crate::write::text;
use model::policy::{LogFact, LogValue};
use model::variable::Variable;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use std::borrow::Cow;

/// A value in a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record(pub LogValue);

/// What a variable's name begins with: `$var.http_x_tenant`.
const VARIABLE: &str = "var.";

/// What a record holds if nobody says.
pub(crate) fn usual() -> LogValue {
    use LogFact::*;
    LogValue::object([
        ("time", StartedText.into()),
        ("client", ClientAddress.into()),
        ("method", Method.into()),
        ("target", Target.into()),
        ("version", Protocol.into()),
        ("status", Status.into()),
        ("bytes", BodySize.into()),
        ("millis", TotalMillis.into()),
        ("wait_millis", WaitMillis.into()),
        ("request_id", RequestId.into()),
        ("route", RouteId.into()),
        ("consumer", ConsumerName.into()),
        ("function", Function.into()),
        ("call_id", CallId.into()),
        ("failure", Failure.into()),
    ])
}

impl Default for Record {
    fn default() -> Self {
        Self(LogValue::Object(Vec::new()))
    }
}

impl Decode for Record {
    fn decode(tree: &Tree, at: &mut Decoder<'_>) -> Option<Self> {
        let value = match &tree.node {
            Node::Map(members) => {
                let mut decoded = Vec::new();
                for (key, value) in members {
                    let member = at.within(&key.text, |at| Self::decode(value, at));
                    decoded.extend(member.map(|member| (key.text.clone(), member.0)));
                }
                LogValue::Object(decoded)
            }
            Node::List(items) if items.is_empty() => LogValue::EmptyList,
            Node::Scalar(scalar) => leaf(tree, scalar, at)?,
            Node::List(items) => {
                let decoded = items.iter().map(|item| Self::decode(item, at).map(|one| one.0));
                LogValue::FirstOf(decoded.collect::<Option<_>>()?)
            }
            Node::Null | Node::Broken => return at.mismatch(tree, &Self::wanted()),
        };
        Some(Self(value))
    }

    fn takes(tree: &Tree) -> bool {
        !matches!(tree.node, Node::Null)
    }

    fn wanted() -> Cow<'static, str> {
        "a fact such as $status, a text, or a map of such".into()
    }
}

/// `$NAME` is a fact, `$$` begins a text with `$`. What stands behind a variable of the environment is always a text.
fn leaf(tree: &Tree, scalar: &Scalar, at: &mut Decoder<'_>) -> Option<LogValue> {
    let written = scalar.shown();
    let text = || scalar.text.clone();
    Some(match written.strip_prefix('$') {
        None => LogValue::Text(text()),
        Some(rest) if rest.starts_with('{') || rest.starts_with("${") => LogValue::Text(text()),
        Some(rest) if rest.starts_with('$') => LogValue::Text(text()[1..].to_owned()),
        Some(rest) if rest.starts_with(VARIABLE) => LogValue::Variable(Variable::of(&rest[VARIABLE.len()..])),
        Some(name) => match LogFact::ALL.into_iter().find(|fact| spelled(fact) == name) {
            Some(fact) => LogValue::Fact(fact),
            None => {
                let known = LogFact::ALL.map(spelled);
                let hint = match crate::decode::nearest(name, known.iter().map(String::as_str)) {
                    Some(near) => format!("did you mean \"${near}\"?"),
                    None => format!("there are: {}; a text with $ in front begins with $$", known.join(", ")),
                };
                return at.refuse(tree, format!("no fact is called {name:?}; {hint}"));
            }
        },
    })
}

impl Serialize for Record {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            LogValue::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (name, value) in members {
                    map.serialize_entry(name, &Self(value.clone()))?;
                }
                map.end()
            }
            LogValue::EmptyList => serializer.collect_seq(std::iter::empty::<()>()),
            LogValue::FirstOf(values) => serializer.collect_seq(values.iter().map(|value| Self(value.clone()))),
            LogValue::Text(plain) => {
                let escaped = text(plain).value;
                let looks_so = escaped.starts_with('$') && !escaped.starts_with("$${");
                let dollar = if looks_so { "$" } else { "" };
                serializer.serialize_str(&format!("{dollar}{escaped}"))
            }
            LogValue::Variable(variable) => serializer.serialize_str(&format!("${VARIABLE}{variable}")),
            LogValue::Fact(fact) => serializer.serialize_str(&format!("${}", spelled(fact))),
        }
    }
}

impl JsonSchema for Record {
    fn schema_name() -> Cow<'static, str> {
        "Record".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let facts: Vec<String> = LogFact::ALL.iter().map(|fact| format!("`${}`", spelled(fact))).collect();
        let description = format!(
            "A value in a log record: a fact, a variable such as `$var.http_x_tenant`, a text (`$$` at its beginning stands for `$`), a map of such, a list of which the first that \
             is there counts, or `[]`. \
             Facts: {}. Fields and parameters that hold credentials are never shown.",
            facts.join(", ")
        );
        let below = generator.subschema_for::<Self>();
        json_schema!({
            "description": description,
            "anyOf": [
                { "type": TEXT },
                { "type": "array", "items": below },
                { "type": "object", "additionalProperties": below }
            ]
        })
    }
}

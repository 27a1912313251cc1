//! `_meta`: what every plugin's configuration may have beside its own members.

use crate::entity::Part;
use crate::schema::{Honour, Object, honour};
use serde_json::{Value, json};

/// What `_meta` says.
#[derive(Clone, Copy)]
pub struct Meta<'a>(Part<'a>);

impl<'a> Meta<'a> {
    /// That of a configuration.
    pub fn of(conf: &'a Value) -> Self {
        Self(Part::of_value(conf.get("_meta")))
    }

    /// The plugin is switched off.
    pub fn disabled(self) -> bool {
        self.0.flag("disable")
    }

    /// A place in the order other than the plugin's own.
    pub fn priority(self) -> Option<i64> {
        self.0.integer("priority")
    }

    /// An expression that must be true of a request for the plugin to run.
    pub fn filter(self) -> Option<&'a Value> {
        self.0.value("filter").filter(|filter| filter.as_array().is_some_and(|items| !items.is_empty()))
    }

    /// The body of what the plugin refuses with.
    pub fn error_response(self) -> Option<&'a Value> {
        self.0.value("error_response")
    }
}

/// A plugin's schema with `_meta` in it.
pub(super) fn injected(mut schema: Value) -> Value {
    if let Value::Object(members) = &mut schema {
        let properties = members.entry("properties").or_insert_with(|| Value::Object(Object::new()));
        if let Value::Object(properties) = properties {
            properties.insert("_meta".to_owned(), schema_of_meta());
        }
    }
    schema
}

/// What `_meta` consists of.
fn schema_of_meta() -> Value {
    json!({
        "type": "object",
        "properties": {
            "disable": {"type": "boolean"},
            "error_response": {"oneOf": [{"type": "string"}, {"type": "object"}]},
            "priority": {"description": "priority of plugins by customized order", "type": "integer"},
            "filter": {"description": "filter determines whether the plugin needs to be executed at runtime",
                "type": "array"},
            "pre_function": honour(
                json!({"description": "function to be executed in each phase before execution of plugins", "type": "string"}),
                Honour::Ignored("it is written in Lua, which does not run here"),
            ),
        },
        "additionalProperties": false,
    })
}

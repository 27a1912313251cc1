//! Objects that are little more than plugins, and those that only have a text.

use super::route::{desc, id, labels, name, plugins, time};
use crate::schema::{Honour, honour};
use serde_json::{Value, json};

/// A consumer group.
pub(super) fn consumer_group() -> Value {
    with_plugins()
}

/// A plugin config.
pub(super) fn plugin_config() -> Value {
    with_plugins()
}

fn with_plugins() -> Value {
    json!({
        "type": "object",
        "properties": {
            "id": id(),
            "name": name(),
            "desc": desc(),
            "plugins": plugins(),
            "labels": labels(),
            "create_time": time(),
            "update_time": time(),
        },
        "required": ["id", "plugins"],
        "additionalProperties": false,
    })
}

/// A global rule.
pub(super) fn global_rule() -> Value {
    json!({
        "type": "object",
        "properties": {"id": id(), "plugins": plugins(), "create_time": time(), "update_time": time()},
        "required": ["id", "plugins"],
        "additionalProperties": false,
    })
}

/// Metadata of a plugin; what is in it is told by the plugin.
pub(super) fn metadata() -> Value {
    json!({"type": "object"})
}

/// A description of protocol buffers.
pub(super) fn proto() -> Value {
    json!({
        "type": "object",
        "properties": {
            "id": id(),
            "name": name(),
            "desc": desc(),
            "labels": labels(),
            "create_time": time(),
            "update_time": time(),
            "content": honour(
                json!({"type": "string", "minLength": 1, "maxLength": 1048576}),
                Honour::Ignored("it is kept; the plugins that use it are not there"),
            ),
        },
        "required": ["content"],
        "additionalProperties": false,
    })
}

//! Consumers and their credentials.

use super::route::{desc, id, labels, name, plugins, time};
use serde_json::{Value, json};

/// A consumer.
pub(super) fn schema() -> Value {
    json!({
        "type": "object",
        "properties": {
            "username": {"type": "string", "minLength": 1, "maxLength": 256, "pattern": "^[a-zA-Z0-9_\\-]+$"},
            "group_id": id(),
            "plugins": plugins(),
            "labels": labels(),
            "create_time": time(),
            "update_time": time(),
            "desc": desc(),
        },
        "required": ["username"],
        "additionalProperties": false,
    })
}

/// A credential: one plugin that authenticates.
pub(super) fn credential() -> Value {
    json!({
        "type": "object",
        "properties": {
            "id": id(),
            "plugins": {"type": "object", "maxProperties": 1},
            "labels": labels(),
            "create_time": time(),
            "update_time": time(),
            "desc": desc(),
            "name": name(),
        },
        "additionalProperties": false,
    })
}

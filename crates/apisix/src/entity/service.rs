//! Services.

use super::route::{desc, host, id, labels, name, plugins, time};
use crate::schema::{Honour, honour};
use serde_json::{Value, json};

/// A service.
pub(super) fn schema() -> Value {
    json!({
        "type": "object",
        "properties": {
            "id": id(),
            "plugins": plugins(),
            "upstream": super::upstream::schema(),
            "upstream_id": id(),
            "name": name(),
            "desc": desc(),
            "labels": labels(),
            "script": honour(
                json!({"type": "string", "minLength": 10, "maxLength": 102400}),
                Honour::Unsupported("it is written in Lua, which does not run here: routes with it answer 503"),
            ),
            "create_time": time(),
            "update_time": time(),
            "enable_websocket": {"description": "enable websocket for request", "type": "boolean"},
            "hosts": {"type": "array", "items": host(), "minItems": 1, "uniqueItems": true},
        },
        "additionalProperties": false,
    })
}

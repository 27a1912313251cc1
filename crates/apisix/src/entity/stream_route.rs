//! Routes of the stream proxy: they are kept, and mean nothing here.

use super::route::{address, desc, id, labels, name, plugins, time};
use crate::schema::{Honour, honour};
use serde_json::{Value, json};

/// A stream route.
pub(super) fn schema() -> Value {
    let stream = |schema: Value| honour(schema, Honour::Ignored("streams are not proxied, only HTTP is"));
    json!({
        "type": "object",
        "properties": {
            "id": id(),
            "name": name(),
            "desc": desc(),
            "labels": labels(),
            "create_time": time(),
            "update_time": time(),
            "remote_addr": stream(address()),
            "server_addr": stream(address()),
            "server_port": stream(json!({"description": "server port", "type": "integer"})),
            "sni": stream(json!({"description": "server name indication", "type": "string",
                "pattern": "^\\*?[0-9a-zA-Z-._]+$"})),
            "upstream": super::upstream::schema(),
            "upstream_id": stream(id()),
            "service_id": stream(id()),
            "plugins": stream(plugins()),
            "protocol": stream(json!({"type": "object"})),
        },
        "additionalProperties": false,
    })
}

//! Routes, and the pieces of schemas that several kinds have.

use crate::schema::{Honour, honour};
use serde_json::{Value, json};

/// An id: a text or a number.
pub(super) fn id() -> Value {
    json!({"anyOf": [
        {"type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[a-zA-Z0-9-_.]+$"},
        {"type": "integer", "minimum": 1},
    ]})
}

/// A name.
pub(super) fn name() -> Value {
    json!({"type": "string", "maxLength": 256, "minLength": 1})
}

/// A description.
pub(super) fn desc() -> Value {
    json!({"type": "string", "maxLength": 256})
}

/// Labels.
pub(super) fn labels() -> Value {
    let value = json!({"description": "value of label", "type": "string", "pattern": "^\\S+$",
        "maxLength": 256, "minLength": 1});
    json!({"description": "key/value pairs to specify attributes", "type": "object",
        "patternProperties": {".*": value}})
}

/// When an object was made or changed.
pub(super) fn time() -> Value {
    json!({"type": "integer"})
}

/// A name of a host, perhaps with a wildcard in front.
pub(crate) fn host() -> Value {
    json!({"type": "string", "pattern": "^\\*$|^\\*?[0-9a-zA-Z-._\\[\\]:]+$"})
}

/// Plugins by name.
pub(super) fn plugins() -> Value {
    json!({"type": "object"})
}

/// Time limits in seconds.
pub(super) fn timeout() -> Value {
    let seconds = json!({"type": "number", "exclusiveMinimum": 0});
    json!({"type": "object", "properties": {"connect": seconds, "send": seconds, "read": seconds},
        "required": ["connect", "send", "read"]})
}

/// An address or a network.
pub(crate) fn address() -> Value {
    const BYTE: &str = "([0-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5])";
    const V6: &str = "([a-fA-F0-9]{0,4}:){1,8}(:[a-fA-F0-9]{0,4}){0,8}([a-fA-F0-9]{0,4})?";
    let v4 = [BYTE; 4].join("\\.");
    json!({"description": "client IP", "type": "string", "anyOf": [
        {"title": "IPv4", "type": "string", "format": "ipv4"},
        {"title": "IPv4/CIDR", "type": "string", "pattern": format!("^{v4}/([12]?[0-9]|3[0-2])$")},
        {"title": "IPv6", "type": "string", "format": "ipv6"},
        {"title": "IPv6/CIDR", "type": "string", "pattern": format!("^{V6}/[0-9]{{1,3}}$")},
    ]})
}

/// One of two spellings, or neither.
fn at_most_one(one: &str, list: &str) -> Value {
    json!({"oneOf": [
        {"not": {"anyOf": [{"required": [one]}, {"required": [list]}]}},
        {"required": [one]},
        {"required": [list]},
    ]})
}

/// Needs one of these members beside one of the spellings of a uri.
fn leads_somewhere() -> Value {
    let needed = |uri: &'static str| {
        let members = ["plugins", "upstream", "upstream_id", "service_id"];
        members.map(move |member| json!({"required": [member, uri]}))
    };
    let scripts = ["uri", "uris"].map(|uri| json!({"required": ["script", uri]}));
    needed("uri").into_iter().chain(needed("uris")).chain(scripts).collect()
}

/// A route.
pub(super) fn schema() -> Value {
    let methods = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "CONNECT", "TRACE", "PURGE"];
    let lua = Honour::Unsupported("it is written in Lua, which does not run here: the route takes nothing");
    let script = Honour::Unsupported("it is written in Lua, which does not run here: the route answers 503");
    json!({
        "type": "object",
        "properties": {
            "id": id(),
            "create_time": time(),
            "update_time": time(),
            "uri": {"type": "string", "minLength": 1, "maxLength": 4096},
            "uris": {"type": "array", "items": {"description": "HTTP uri", "type": "string"}, "minItems": 1,
                "uniqueItems": true},
            "name": name(),
            "desc": desc(),
            "priority": {"type": "integer", "default": 0},
            "methods": {"type": "array", "uniqueItems": true,
                "items": {"description": "HTTP method", "type": "string", "enum": methods}},
            "host": host(),
            "hosts": {"type": "array", "items": host(), "minItems": 1, "uniqueItems": true},
            "remote_addr": address(),
            "remote_addrs": {"type": "array", "items": address(), "minItems": 1, "uniqueItems": true},
            "timeout": timeout(),
            "vars": {"type": "array"},
            "filter_func": honour(json!({"type": "string", "minLength": 10, "pattern": "^function"}), lua),
            "script": honour(json!({"type": "string", "minLength": 10, "maxLength": 102400}), script),
            "script_id": honour(id(), script),
            "plugins": plugins(),
            "plugin_config_id": id(),
            "upstream": super::upstream::schema(),
            "labels": labels(),
            "service_id": id(),
            "upstream_id": id(),
            "enable_websocket": {"description": "enable websocket for request", "type": "boolean"},
            "status": {"description": "route status, 1 to enable, 0 to disable", "type": "integer", "enum": [1, 0],
                "default": 1},
        },
        "allOf": [
            {"oneOf": [{"required": ["uri"]}, {"required": ["uris"]}]},
            at_most_one("host", "hosts"),
            at_most_one("remote_addr", "remote_addrs"),
        ],
        "anyOf": leads_somewhere(),
        "not": {"anyOf": [{"required": ["script", "plugins"]}, {"required": ["script", "plugin_config_id"]}]},
        "additionalProperties": false,
    })
}

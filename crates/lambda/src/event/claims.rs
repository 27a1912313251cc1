//! What a token claims, as API Gateway tells functions: every claim is a text.

use super::json::Json;
use serde_json::{Map, Value};

/// Writes the members `claims` and `scopes` of an object that is open.
pub(super) fn write(json: &mut Json, claims: &Map<String, Value>) {
    json.member("claims").open(b'{');
    for (name, value) in claims {
        json.key(name);
        match value {
            Value::String(text) => json.text(text),
            // a list is written `[a b]`
            Value::Array(items) => {
                let items: Vec<String> = items.iter().map(text).collect();
                json.text(&format!("[{}]", items.join(" ")));
            }
            other => json.text(&text(other)),
        }
    }
    json.close(b'}');
    let scopes = scopes(claims);
    if scopes.is_empty() {
        return json.member("scopes").null();
    }
    json.member("scopes").open(b'[');
    for scope in scopes {
        json.item().text(scope);
    }
    json.close(b']');
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn scopes(claims: &Map<String, Value>) -> Vec<&str> {
    match claims.get("scope").or_else(|| claims.get("scp")) {
        Some(Value::String(text)) => text.split_ascii_whitespace().collect(),
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect(),
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_)) | None => Vec::new(),
    }
}

//! Defaults: what APISIX writes into an object while it loads it.

use super::{Node, Object, ObjectRules};
use serde_json::Value;

/// Writes defaults into a value, and into what is in it; alternatives have none.
pub(super) fn fill(node: &Node, value: &mut Value) {
    if matches!(value, Value::Array(items) if items.is_empty() && node.array.is_none() && node.object.is_some()) {
        *value = Value::Object(Object::new());
    }
    match value {
        Value::Object(members) => {
            if let Some(rules) = &node.object {
                object(rules, members);
            }
        }
        Value::Array(items) => {
            if let Some(rules) = &node.array {
                for (at, item) in items.iter_mut().enumerate() {
                    if let Some(node) = rules.tuple.get(at).or(rules.items.as_ref()) {
                        fill(node, item);
                    }
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    for alternative in node.all.iter().chain(&node.one) {
        if super::check::holds(alternative, value) {
            fill(alternative, value);
        }
    }
}

fn object(rules: &ObjectRules, members: &mut Object) {
    for (name, node) in &rules.properties {
        match (members.get_mut(name), &node.default) {
            (Some(value), _) => fill(node, value),
            (None, Some(default)) => {
                let mut value = default.clone();
                fill(node, &mut value);
                members.insert(name.clone(), value);
            }
            (None, None) => {}
        }
    }
    for (pattern, node) in &rules.patterns {
        members.iter_mut().filter(|(name, _)| pattern.is_match(name)).for_each(|(_, value)| fill(node, value));
    }
}

//! From YAML to JSON values, by the rules of YAML 1.1 that the original's reader follows.

use dialect::tree::{Node, Scalar, Tree};
use serde_json::{Map, Number, Value};

/// What a tree means. What is broken is nothing: a finding about it exists.
pub(crate) fn value(tree: &Tree) -> Value {
    match &tree.node {
        Node::Null | Node::Broken => Value::Null,
        Node::Scalar(scalar) => of_scalar(scalar),
        Node::List(items) => Value::Array(items.iter().map(value).collect()),
        Node::Map(entries) => {
            let members = entries.iter().map(|(key, tree)| (key.text.clone(), value(tree)));
            Value::Object(members.collect::<Map<_, _>>())
        }
    }
}

fn of_scalar(scalar: &Scalar) -> Value {
    let text = scalar.text.as_str();
    match text {
        text if !scalar.is_free() => Value::from(text),
        "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Value::Bool(true),
        "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Value::Bool(false),
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        text => number(text).map_or_else(|| Value::from(text), Value::Number),
    }
}

/// A number as YAML writes it.
pub(super) fn number(text: &str) -> Option<Number> {
    let plain = text.strip_prefix('+').unwrap_or(text);
    let digits = plain.strip_prefix('-').unwrap_or(plain);
    if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    if let Some(hex) = digits.strip_prefix("0x") {
        return i64::from_str_radix(hex, 16).ok().map(Number::from);
    }
    if let Ok(whole) = plain.parse::<i64>() {
        return Some(Number::from(whole));
    }
    let allowed = |byte: u8| byte.is_ascii_digit() || b".eE+-".contains(&byte);
    if digits.bytes().any(|byte| byte.is_ascii_digit()) && digits.bytes().all(allowed) {
        return plain.parse::<f64>().ok().and_then(Number::from_f64);
    }
    None
}

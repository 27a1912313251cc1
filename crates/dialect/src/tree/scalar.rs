//! From YAML to JSON values, by the rules of YAML 1.1 that the originals' reader follows.

use super::{Node, Scalar, Tree};
use serde_json::{Map, Number, Value};

/// What a tree means. What is broken is nothing: a finding about it exists.
pub fn value(tree: &Tree) -> Value {
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
    if !scalar.is_free() {
        return Value::from(text);
    }
    match text {
        "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Value::Bool(true),
        "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Value::Bool(false),
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        text => written_number(text).map_or_else(|| Value::from(text), Value::Number),
    }
}

/// A number as YAML writes it: a zero in front makes it octal.
fn written_number(text: &str) -> Option<Number> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.len() == 1 || !digits.starts_with('0') || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return number(text);
    }
    i64::from_str_radix(text, 8).ok().map(Number::from)
}

/// A number in decimals or behind `0x`.
pub fn number(text: &str) -> Option<Number> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Findings;
    use crate::tree::parse_plain;
    use serde_json::json;

    #[test]
    fn scalars_are_what_yaml_1_1_says() {
        let text =
            "[1, -2, 1.5, 010, -010, 0x1F, '1', yes, Off, ~, null, a, 1.2.3.4, 3.0, \"3.0\", 1e3, a-, 10.0.0.0/8]";
        let tree = parse_plain(text, &mut Findings::new("")).unwrap();
        let expected = json!([
            1,
            -2,
            1.5,
            8,
            -8,
            31,
            "1",
            true,
            false,
            null,
            null,
            "a",
            "1.2.3.4",
            3.0,
            "3.0",
            1000.0,
            "a-",
            "10.0.0.0/8"
        ]);
        assert_eq!(value(&tree), expected);
    }
}

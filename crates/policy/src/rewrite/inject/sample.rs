//! Examples of a shape, made anew each time.

use model::policy::Sample;
use serde_json::{Map, Value};

pub(super) fn json(sample: &Sample) -> Value {
    match sample {
        Sample::Nothing => Value::Null,
        Sample::Text(text) => text.clone().unwrap_or_else(letters).into(),
        Sample::Number(number) => number.unwrap_or_else(|| fastrand::f64() * 10_000.0).into(),
        Sample::Integer(number) => number.unwrap_or_else(|| fastrand::i64(1..=10_000)).into(),
        Sample::Boolean(value) => value.unwrap_or_else(fastrand::bool).into(),
        Sample::List(one) => (0..fastrand::usize(1..=3)).map(|_| json(one)).collect(),
        Sample::Object(members) => {
            let members = members.iter().map(|(name, one)| (name.clone(), json(one)));
            Value::Object(members.filter(|(_, value)| !value.is_null()).collect::<Map<_, _>>())
        }
    }
}

/// The same as XML: an element for each member, lists as elements of one name.
pub(super) fn xml(sample: &Sample) -> String {
    let mut text = String::new();
    element(&mut text, "data", &json(sample));
    text
}

fn element(text: &mut String, name: &str, value: &Value) {
    if let Value::Array(items) = value {
        return items.iter().for_each(|item| element(text, name, item));
    }
    text.push_str(&format!("<{name}>"));
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| element(text, name, value)),
        Value::String(one) => {
            text.push_str(&one.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"));
        }
        other => text.push_str(&other.to_string()),
    }
    text.push_str(&format!("</{name}>"));
}

fn letters() -> String {
    (0..fastrand::usize(1..=10)).map(|_| fastrand::lowercase()).collect()
}

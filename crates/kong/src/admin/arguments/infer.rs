//! Types of a form's texts, told by the schema of what they are for.

use crate::schema::{Field, Kind, Object, Record};
use serde_json::{Number, Value};

/// Gives the texts of an object the types of its fields. What does not fit stays a text, which the schema then refuses.
pub(in crate::admin) fn infer(record: &Record, object: &mut Object) {
    for (name, value) in object.iter_mut() {
        if let Some(field) = record.field(name) {
            of(field, value);
        }
    }
}

fn of(field: &Field, value: &mut Value) {
    match &field.kind {
        Kind::Number => number(value, false),
        Kind::Integer => number(value, true),
        Kind::Boolean => match value.as_str() {
            Some("true") => *value = Value::Bool(true),
            Some("false") => *value = Value::Bool(false),
            _ => {}
        },
        Kind::Array(element) | Kind::Set(element) => {
            if !value.is_array() && !value.is_null() {
                *value = Value::Array(vec![value.take()]);
            }
            value.as_array_mut().into_iter().flatten().for_each(|item| of(element, item));
        }
        Kind::Map(element) => {
            value.as_object_mut().into_iter().flat_map(|members| members.values_mut()).for_each(|one| of(element, one));
        }
        Kind::Record(record) => {
            if let Value::Object(object) = value {
                infer(record, object);
            }
        }
        Kind::String | Kind::Foreign(_) | Kind::Any => {}
    }
}

fn number(value: &mut Value, whole: bool) {
    let Some(text) = value.as_str() else { return };
    let number = match text.parse::<i64>() {
        Ok(number) => Some(Number::from(number)),
        Err(_) => text.parse::<f64>().ok().filter(|_| !whole).and_then(Number::from_f64),
    };
    if let Some(number) = number {
        *value = Value::Number(number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plugin::Plugin;
    use serde_json::json;

    #[test]
    fn texts_become_what_the_schema_says() {
        let mut value = json!({"name": "aws-lambda", "enabled": "false", "tags": "a",
            "config": {"timeout": "1000", "port": "x", "aws_key": "12", "is_proxy_integration": "true"}});
        if let Value::Object(object) = &mut value {
            infer(&Plugin::Call.record(), object);
        }
        let expected = json!({"name": "aws-lambda", "enabled": false, "tags": ["a"],
            "config": {"timeout": 1000, "port": "x", "aws_key": "12", "is_proxy_integration": true}});
        assert_eq!(value, expected);
    }
}

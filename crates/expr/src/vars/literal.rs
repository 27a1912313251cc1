//! Values that conditions compare with, and numbers as texts write them.

use serde::Serialize;
use serde_json::Value;

/// A value written in a condition.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Literal {
    /// Nothing.
    Null,
    /// True or false.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
    /// Several values, or an object: equal to nothing.
    Other,
}

impl Literal {
    /// From JSON.
    pub fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(*value),
            Value::Number(number) => Self::Number(number.as_f64().unwrap_or(f64::NAN)),
            Value::String(text) => Self::Text(text.clone()),
            Value::Array(_) | Value::Object(_) => Self::Other,
        }
    }

    /// Its number, if it has one.
    pub(super) fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Text(text) => number(text),
            Self::Null | Self::Bool(_) | Self::Other => None,
        }
    }
}

/// The number a text is as a whole: decimal, with exponent, or hexadecimal after `0x`; blanks around it do not matter.
pub(super) fn number(text: &str) -> Option<f64> {
    let text = text.trim_ascii();
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if let Some(digits) = unsigned.strip_prefix("0x").or_else(|| unsigned.strip_prefix("0X")) {
        let value = u64::from_str_radix(digits, 16).ok().filter(|_| !digits.starts_with('+'))? as f64;
        return Some(if text.starts_with('-') { -value } else { value });
    }
    // the standard library also reads `inf` and `nan`
    if !unsigned.starts_with(|first: char| first.is_ascii_digit() || first == '.') {
        return None;
    }
    text.parse().ok()
}

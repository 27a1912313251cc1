//! What a word of JSON without quotes means: a number, a truth, null.

use crate::value::{Decimal, Value};
use std::sync::Arc;

/// A number or a word with a meaning.
pub(super) fn literal<'a>(word: &str) -> Option<Value<'a>> {
    match word {
        "true" => Some(Value::Bool(true)),
        "false" => Some(Value::Bool(false)),
        "null" => Some(Value::Null),
        "NaN" => Some(Value::Float(f32::NAN)),
        _ => number(word),
    }
}

fn number<'a>(word: &str) -> Option<Value<'a>> {
    let digits = word.strip_prefix('-').unwrap_or(word);
    if digits.bytes().all(|b| b.is_ascii_digit()) {
        if digits.is_empty() {
            return Some(Value::Int(0));
        }
        return match word.parse::<i64>() {
            Ok(number) => Some(i32::try_from(number).map_or(Value::Long(number), Value::Int)),
            Err(_) if word.len() <= 4096 => Some(Value::Big(Arc::new(word.parse().ok()?))),
            Err(_) => None,
        };
    }
    let shape = |b: u8| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-');
    if !digits.bytes().all(shape) || !digits.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    if word.len() > 18 {
        return Some(Value::Decimal(Arc::new(Decimal::read(word)?)));
    }
    word.parse().ok().map(Value::Double)
}

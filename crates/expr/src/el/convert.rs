//! From one type to another, as Spring's conversions go.

use crate::error::Error;
use crate::limits::Budget;
use crate::value::{Sequence, Text, Thing, Value, java_text};

/// What an evaluation is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Whatever it is.
    Any,
    /// `java.lang.String`
    Text,
    /// `java.lang.Boolean`
    Boolean,
    /// `java.lang.Integer`
    Integer,
    /// `java.lang.Long`
    Long,
    /// `java.lang.Double`
    Double,
    /// `java.util.List`
    List,
    /// `java.util.Map`
    Map,
}

impl Wanted {
    /// By the name that the command line takes.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "object" | "any" => Self::Any,
            "string" => Self::Text,
            "boolean" => Self::Boolean,
            "integer" | "int" => Self::Integer,
            "long" => Self::Long,
            "double" | "number" => Self::Double,
            "list" => Self::List,
            "map" => Self::Map,
            _ => return None,
        })
    }

    fn class(self) -> &'static str {
        match self {
            Self::Any => "java.lang.Object",
            Self::Text => "java.lang.String",
            Self::Boolean => "java.lang.Boolean",
            Self::Integer => "java.lang.Integer",
            Self::Long => "java.lang.Long",
            Self::Double => "java.lang.Double",
            Self::List => "java.util.List",
            Self::Map => "java.util.Map",
        }
    }
}

/// The value as the type that is wanted. Null stays null.
pub(super) fn converted<'a>(value: Value<'a>, wanted: Wanted, budget: &mut Budget<'_>) -> Result<Value<'a>, Error> {
    if value.is_null() {
        return Ok(Value::Null);
    }
    match wanted {
        Wanted::Any => Ok(value),
        Wanted::Text => Ok(Value::Str(text(value, budget)?)),
        Wanted::Boolean => boolean(&value),
        Wanted::Integer => number(&value, wanted),
        Wanted::Long => number(&value, wanted),
        Wanted::Double => number(&value, wanted),
        Wanted::List => list(value),
        Wanted::Map => match value {
            Value::Map(_) => Ok(value),
            Value::Object(object) if object.is_map() => Ok(Value::Map(object.to_map())),
            other => Err(refused(&other, wanted)),
        },
    }
}

/// The text of a value that has one.
pub(super) fn text<'a>(value: Value<'a>, budget: &mut Budget<'_>) -> Result<Text<'a>, Error> {
    match value {
        Value::Str(text) => Ok(text),
        Value::List(list) => {
            let mut whole = String::new();
            for (at, item) in list.iter().enumerate() {
                if at > 0 {
                    whole.push(',');
                }
                match item {
                    Value::Null => whole.push_str("null"),
                    Value::Str(text) => whole.push_str(text),
                    other => whole.push_str(&nested(other, budget)?),
                }
                if whole.len() > budget.text_limit() {
                    break;
                }
            }
            budget.text(whole.len())?;
            Ok(whole.into())
        }
        other if has_text(&other) => Ok(java_text(&other, budget)?.into()),
        other => Err(refused(&other, Wanted::Text)),
    }
}

fn nested<'a>(value: &Value<'a>, budget: &mut Budget<'_>) -> Result<Text<'a>, Error> {
    budget.enter()?;
    let text = text(value.clone(), budget)?;
    budget.leave();
    Ok(text)
}

/// Whether a single value is convertible to text.
pub(super) fn has_text(value: &Value<'_>) -> bool {
    match value {
        Value::Null | Value::Map(_) | Value::Entry(_) | Value::Object(_) | Value::Class(_) => false,
        Value::Thing(thing) => {
            matches!(
                **thing,
                Thing::Constant(..)
                    | Thing::Instant(_)
                    | Thing::DecimalFormat(_)
                    | Thing::SimpleDateFormat(_)
                    | Thing::Uuid(_)
            )
        }
        _ => true,
    }
}

/// Of a list the first element counts.
fn first<'v, 'a>(value: &'v Value<'a>) -> Option<&'v Value<'a>> {
    match value {
        Value::List(list) => list.first(),
        other => Some(other),
    }
}

fn boolean<'a>(value: &Value<'a>) -> Result<Value<'a>, Error> {
    let Some(one) = first(value) else { return Ok(Value::Null) };
    match one {
        Value::Null => Ok(Value::Null),
        Value::Bool(yes) => Ok(Value::Bool(*yes)),
        Value::Str(text) => match &*text.trim().to_lowercase() {
            "" => Ok(Value::Null),
            "true" | "on" | "yes" | "1" => Ok(Value::Bool(true)),
            "false" | "off" | "no" | "0" => Ok(Value::Bool(false)),
            _ => Err(refused(value, Wanted::Boolean)),
        },
        Value::List(_) => boolean(one),
        _ => Err(refused(value, Wanted::Boolean)),
    }
}

/// A number of the wanted type; what does not fit is refused, fractions are cut.
pub(super) fn number<'a>(value: &Value<'a>, wanted: Wanted) -> Result<Value<'a>, Error> {
    let Some(one) = first(value) else { return Ok(Value::Null) };
    let read = match one {
        Value::Null => return Ok(Value::Null),
        Value::Str(text) if text.trim().is_empty() => return Ok(Value::Null),
        Value::Str(text) => parsed(text, wanted),
        Value::Char(c) => narrowed(&Value::Int(*c as i32), wanted),
        Value::List(_) => return number(one, wanted),
        other => narrowed(other, wanted),
    };
    read.ok_or_else(|| refused(value, wanted))
}

fn narrowed<'a>(number: &Value<'_>, wanted: Wanted) -> Option<Value<'a>> {
    if wanted == Wanted::Double {
        return number.as_f64().map(Value::Double);
    }
    let large = matches!(number, Value::Big(_) | Value::Decimal(_));
    let long = if large { i64::try_from(&*number.as_big()?).ok()? } else { number.as_i64()? };
    if wanted == Wanted::Long { Some(Value::Long(long)) } else { i32::try_from(long).ok().map(Value::Int) }
}

/// A number in a text, blanks apart; whole ones may be hexadecimal.
fn parsed<'a>(text: &str, wanted: Wanted) -> Option<Value<'a>> {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    if wanted == Wanted::Double {
        return java_double(&text).map(Value::Double);
    }
    let (minus, digits) = text.strip_prefix('-').map_or(("", &*text), |rest| ("-", rest));
    let hexadecimal =
        digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")).or_else(|| digits.strip_prefix('#'));
    let long = match hexadecimal {
        Some(rest) => i64::from_str_radix(&format!("{minus}{rest}"), 16).ok()?,
        None => text.parse().ok()?,
    };
    if wanted == Wanted::Long { Some(Value::Long(long)) } else { i32::try_from(long).ok().map(Value::Int) }
}

/// `Double.parseDouble`, as far as decimal notation goes.
pub(super) fn java_double(text: &str) -> Option<f64> {
    let text = text.trim();
    let digits = text.strip_suffix(['d', 'D', 'f', 'F']).unwrap_or(text);
    match text {
        "NaN" | "+NaN" | "-NaN" => return Some(f64::NAN),
        "Infinity" | "+Infinity" => return Some(f64::INFINITY),
        "-Infinity" => return Some(f64::NEG_INFINITY),
        _ => {}
    }
    let shaped = digits.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-'));
    if shaped { digits.parse().ok() } else { None }
}

fn list(value: Value<'_>) -> Result<Value<'_>, Error> {
    Ok(match value {
        Value::List(list) if list.kind == Sequence::List => Value::List(list),
        Value::List(list) => list.to_vec().into(),
        Value::Str(text) if text.is_empty() => Vec::new().into(),
        Value::Str(text) => {
            let whole = text.clone();
            let start = whole.as_ptr() as usize;
            let part = |part: &str| {
                let part = part.trim();
                let from = part.as_ptr() as usize - start;
                Value::Str(text.slice(from, from + part.len()))
            };
            whole.split(',').map(part).collect::<Vec<_>>().into()
        }
        other => vec![other].into(),
    })
}

pub(super) fn refused(value: &Value<'_>, wanted: Wanted) -> Error {
    Error::evaluation("EL1001E", format!("{} cannot be converted to {}", value.class(), wanted.class()))
}

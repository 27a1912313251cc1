//! `Integer`, `Long`, `Float`, `Double` and `Short`: their methods and what their classes offer.

use super::{Answer, Call};
use crate::el::convert::java_double;
use crate::error::Error;
use crate::value::{Number, Value, java_text};

/// Methods of a number.
pub(super) fn call<'a>(target: &Value<'a>, call: &mut Call<'_, 'a, '_>) -> Answer<'a> {
    let double = target.as_f64().unwrap_or(f64::NAN);
    let floating = matches!(target, Value::Float(_) | Value::Double(_));
    Ok(Some(match (call.name, call.arguments.len()) {
        ("intValue", 0) => Value::Int(target.as_i32().unwrap_or(0)),
        ("longValue", 0) => Value::Long(target.as_i64().unwrap_or(0)),
        ("doubleValue", 0) => Value::Double(double),
        ("floatValue", 0) => Value::Float(double as f32),
        ("shortValue", 0) => Value::Int(i32::from(target.as_i32().unwrap_or(0) as i16)),
        ("byteValue", 0) => Value::Int(i32::from(target.as_i32().unwrap_or(0) as i8)),
        ("isNaN", 0) if floating => Value::Bool(double.is_nan()),
        ("isInfinite", 0) if floating => Value::Bool(double.is_infinite()),
        ("compareTo", 1) => match Number::pair(target, &call.arguments[0]) {
            Some(pair) => Value::Int(pair.compare() as i32),
            None => return Err(call.missing()),
        },
        _ => return statics(target.class(), call),
    }))
}

/// Static methods.
pub(super) fn statics<'a>(class: &str, call: &mut Call<'_, 'a, '_>) -> Answer<'a> {
    match class {
        "java.lang.Integer" | "java.lang.Short" | "java.lang.Long" => whole(class, call),
        "java.lang.Double" | "java.lang.Float" => floating(class, call),
        _ => Ok(None),
    }
}

fn whole<'a>(class: &str, call: &mut Call<'_, 'a, '_>) -> Answer<'a> {
    let long = class == "java.lang.Long";
    let of = |number: i64| if long { Value::Long(number) } else { Value::Int(number as i32) };
    let count = call.arguments.len();
    Ok(Some(match (call.name, count) {
        ("parseInt" | "parseLong" | "parseShort" | "valueOf" | "decode", 1 | 2) => {
            if call.name.starts_with("parse") && !class.ends_with(&call.name[5..]) && call.name != "parseInt" {
                return Ok(None);
            }
            parsed(class, call)?
        }
        ("toString", 1) if !long => Value::text(call.int(0)?.to_string()),
        ("toString", 1) => Value::text(call.long(0)?.to_string()),
        ("toString", 2) => Value::text(radix(call.long(0)?, call.int(1)?)),
        ("toHexString", 1) => based(call, long, |n| format!("{n:x}"), |n| format!("{n:x}"))?,
        ("toBinaryString", 1) => based(call, long, |n| format!("{n:b}"), |n| format!("{n:b}"))?,
        ("toOctalString", 1) => based(call, long, |n| format!("{n:o}"), |n| format!("{n:o}"))?,
        ("max", 2) => of(call.long(0)?.max(call.long(1)?)),
        ("min", 2) => of(call.long(0)?.min(call.long(1)?)),
        ("sum", 2) => of(call.long(0)?.wrapping_add(call.long(1)?)),
        ("signum", 1) => Value::Int(call.long(0)?.signum() as i32),
        ("compare", 2) => Value::Int(call.long(0)?.cmp(&call.long(1)?) as i32),
        ("bitCount", 1) if long => Value::Int(call.long(0)?.count_ones() as i32),
        ("bitCount", 1) => Value::Int(call.int(0)?.count_ones() as i32),
        ("reverse", 1) if !long => Value::Int(call.int(0)?.reverse_bits()),
        ("hashCode", 1) if !long => Value::Int(call.int(0)?),
        _ => return Ok(None),
    }))
}

fn based<'a>(
    call: &mut Call<'_, 'a, '_>,
    long: bool,
    wide: fn(i64) -> String,
    narrow: fn(i32) -> String,
) -> Result<Value<'a>, Error> {
    Ok(Value::text(if long { wide(call.long(0)?) } else { narrow(call.int(0)?) }))
}

/// A whole number from text, refused as Java refuses it.
fn parsed<'a>(class: &str, call: &mut Call<'_, 'a, '_>) -> Result<Value<'a>, Error> {
    if call.name == "valueOf" && call.arguments.len() == 1 && call.arguments[0].is_number() {
        return Ok(if class == "java.lang.Long" { Value::Long(call.long(0)?) } else { Value::Int(call.int(0)?) });
    }
    if call.arguments[0].is_null() {
        return Err(Error::runtime("NumberFormatException", "Cannot parse null string"));
    }
    let text = call.text(0)?;
    let base = if call.arguments.len() == 2 { call.int(1)? } else { 10 };
    let base = u32::try_from(base).ok().filter(|base| (2..=36).contains(base));
    let number = base.and_then(|base| i64::from_str_radix(&text, base).ok());
    let fits = number.filter(|number| match class {
        "java.lang.Long" => true,
        "java.lang.Short" => i16::try_from(*number).is_ok(),
        _ => i32::try_from(*number).is_ok(),
    });
    let number =
        fits.ok_or_else(|| Error::runtime("NumberFormatException", format!("For input string: \"{}\"", &*text)))?;
    Ok(if class == "java.lang.Long" { Value::Long(number) } else { Value::Int(number as i32) })
}

fn radix(number: i64, base: i32) -> String {
    let base = if (2..=36).contains(&base) { base as u64 } else { 10 };
    let mut rest = number.unsigned_abs();
    let mut digits = Vec::new();
    loop {
        digits.push(char::from_digit((rest % base) as u32, base as u32).unwrap_or('0'));
        rest /= base;
        if rest == 0 {
            break;
        }
    }
    if number < 0 {
        digits.push('-');
    }
    digits.into_iter().rev().collect()
}

fn floating<'a>(class: &str, call: &mut Call<'_, 'a, '_>) -> Answer<'a> {
    let of = |number: f64| if class == "java.lang.Float" { Value::Float(number as f32) } else { Value::Double(number) };
    Ok(Some(match (call.name, call.arguments.len()) {
        ("parseDouble" | "parseFloat" | "valueOf", 1) => {
            if call.arguments[0].is_number() {
                return Ok(Some(of(call.double(0)?)));
            }
            let text = call.text(0)?;
            let number = java_double(&text);
            of(number
                .ok_or_else(|| Error::runtime("NumberFormatException", format!("For input string: \"{}\"", &*text)))?)
        }
        ("toString", 1) => Value::text(java_text(&of(call.double(0)?), call.budget)?),
        ("isNaN", 1) => Value::Bool(call.double(0)?.is_nan()),
        ("isInfinite", 1) => Value::Bool(call.double(0)?.is_infinite()),
        ("isFinite", 1) => Value::Bool(call.double(0)?.is_finite()),
        ("max", 2) => of(super::math::larger(call.double(0)?, call.double(1)?)),
        ("min", 2) => of(-super::math::larger(-call.double(0)?, -call.double(1)?)),
        ("sum", 2) => of(call.double(0)? + call.double(1)?),
        ("compare", 2) => {
            let pair = Number::Double(call.double(0)?, call.double(1)?);
            Value::Int(pair.compare() as i32)
        }
        _ => return Ok(None),
    }))
}

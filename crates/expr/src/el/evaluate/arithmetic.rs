//! `+ - * / % ^` with Java's numbers: the wider type of the two decides, whole numbers wrap around.

use crate::el::ast::Operator;
use crate::el::convert;
use crate::error::Error;
use crate::limits::Budget;
use crate::value::{Decimal, Number, Rounding, Text, Value, java_text};
use num_bigint::BigInt;
use std::sync::Arc;

/// A text may be repeated to so many characters.
const REPEATED: usize = 256;
/// Two texts may be joined to so many.
const JOINED: usize = 100_000;

/// The operator on two values.
pub(super) fn applied<'a>(
    operator: Operator,
    left: Value<'a>,
    right: Value<'a>,
    budget: &mut Budget<'_>,
) -> Result<Value<'a>, Error> {
    if let Some(pair) = Number::pair(&left, &right) {
        return numbers(operator, pair);
    }
    match (operator, &left, &right) {
        (Operator::Plus, Value::Str(text), _) => joined(text.clone(), as_text(right, budget)?, budget),
        (Operator::Plus, _, Value::Str(text)) => {
            let text = text.clone();
            joined(as_text(left, budget)?, text, budget)
        }
        (Operator::Minus, Value::Str(text), Value::Int(number)) => shifted(text, *number),
        (Operator::Times, Value::Str(text), Value::Int(count)) => repeated(text, *count),
        _ => Err(unsupported(sign(operator), &left, &right)),
    }
}

fn as_text<'a>(value: Value<'a>, budget: &mut Budget<'_>) -> Result<Text<'a>, Error> {
    let convertible = matches!(value, Value::List(_)) || convert::has_text(&value);
    if convertible { convert::text(value, budget) } else { Ok(java_text(&value, budget)?.into()) }
}

fn joined<'a>(left: Text<'a>, right: Text<'a>, budget: &mut Budget<'_>) -> Result<Value<'a>, Error> {
    let length = left.len() + right.len();
    budget.text(length)?;
    if length > JOINED && left.chars().count() + right.chars().count() > JOINED {
        let message = format!("the text would be longer than {JOINED} characters");
        return Err(Error::evaluation("EL1078E", message));
    }
    Ok(Value::text([&*left, &*right].concat()))
}

/// `'c' - 1`: the character that stands that much earlier.
fn shifted<'a>(text: &Text<'a>, number: i32) -> Result<Value<'a>, Error> {
    let mut characters = text.chars();
    match (characters.next(), characters.next()) {
        (Some(c), None) => {
            let code = (c as i64 - i64::from(number)) as u16;
            Ok(Value::text(char::from_u32(u32::from(code)).unwrap_or(char::REPLACEMENT_CHARACTER)))
        }
        _ => Err(unsupported("-", &Value::Str(text.clone()), &Value::Int(number))),
    }
}

fn repeated<'a>(text: &Text<'a>, count: i32) -> Result<Value<'a>, Error> {
    let Ok(count) = usize::try_from(count) else {
        return Err(Error::evaluation("EL1081E", format!("a text cannot be repeated {count} times")));
    };
    if text.chars().count().saturating_mul(count) > REPEATED {
        let message = format!("the repeated text would be longer than {REPEATED} characters");
        return Err(Error::evaluation("EL1076E", message));
    }
    Ok(Value::text(text.repeat(count)))
}

fn numbers<'a>(operator: Operator, pair: Number) -> Result<Value<'a>, Error> {
    Ok(match pair {
        Number::Int(a, b) => Value::Int(match operator {
            Operator::Plus => a.wrapping_add(b),
            Operator::Minus => a.wrapping_sub(b),
            Operator::Times => a.wrapping_mul(b),
            _ if b == 0 => return Err(by_zero()),
            Operator::Divide => a.wrapping_div(b),
            _ => a.wrapping_rem(b),
        }),
        Number::Long(a, b) => Value::Long(match operator {
            Operator::Plus => a.wrapping_add(b),
            Operator::Minus => a.wrapping_sub(b),
            Operator::Times => a.wrapping_mul(b),
            _ if b == 0 => return Err(by_zero()),
            Operator::Divide => a.wrapping_div(b),
            _ => a.wrapping_rem(b),
        }),
        Number::Float(a, b) => Value::Float(match operator {
            Operator::Plus => a + b,
            Operator::Minus => a - b,
            Operator::Times => a * b,
            Operator::Divide => a / b,
            _ => a % b,
        }),
        Number::Double(a, b) => Value::Double(match operator {
            Operator::Plus => a + b,
            Operator::Minus => a - b,
            Operator::Times => a * b,
            Operator::Divide => a / b,
            _ => a % b,
        }),
        Number::Big(a, b) => Value::Big(Arc::new(match operator {
            Operator::Plus => &*a + &*b,
            Operator::Minus => &*a - &*b,
            Operator::Times => small(&a, &b)?,
            _ if *b == BigInt::ZERO => return Err(by_zero()),
            Operator::Divide => &*a / &*b,
            _ => &*a % &*b,
        })),
        Number::Decimal(a, b) => Value::Decimal(Arc::new(decimals(operator, &a, &b)?)),
    })
}

/// The longest product, in bits.
const BITS: u64 = 1 << 16;

fn small(a: &BigInt, b: &BigInt) -> Result<BigInt, Error> {
    if a.bits() + b.bits() > BITS { Err(too_long()) } else { Ok(a * b) }
}

fn decimals(operator: Operator, a: &Decimal, b: &Decimal) -> Result<Decimal, Error> {
    match operator {
        Operator::Plus => Ok(a.plus(b)),
        Operator::Minus => Ok(a.minus(b)),
        Operator::Times => a.times(b).ok_or_else(too_long),
        Operator::Divide => a.divided(b, a.scale().max(b.scale()), Rounding::HalfEven).ok_or_else(by_zero),
        _ => a.remainder(b).ok_or_else(by_zero),
    }
}

/// `left ^ right`.
pub(super) fn power<'a>(left: &Value<'a>, right: &Value<'a>) -> Result<Value<'a>, Error> {
    if !left.is_number() || !right.is_number() {
        return Err(unsupported("^", left, right));
    }
    let exponent = right.as_i32().unwrap_or(0);
    match left {
        Value::Decimal(base) => {
            let exponent = u32::try_from(exponent).map_err(|_| invalid("Invalid operation"))?;
            return Ok(Value::Decimal(Arc::new(base.power(exponent).ok_or_else(too_long)?)));
        }
        Value::Big(base) => {
            let exponent = u32::try_from(exponent).map_err(|_| invalid("Negative exponent"))?;
            if base.bits().saturating_mul(u64::from(exponent)) > BITS {
                return Err(too_long());
            }
            return Ok(Value::Big(Arc::new(base.pow(exponent))));
        }
        _ => {}
    }
    let result = left.as_f64().unwrap_or(f64::NAN).powf(right.as_f64().unwrap_or(f64::NAN));
    let floating = |value: &Value<'_>| matches!(value, Value::Double(_) | Value::Float(_));
    Ok(if floating(left) || floating(right) {
        Value::Double(result)
    } else if result > f64::from(i32::MAX) || matches!(left, Value::Long(_)) || matches!(right, Value::Long(_)) {
        Value::Long(result as i64)
    } else {
        Value::Int(result as i32)
    })
}

pub(super) fn plus_sign(value: Value<'_>) -> Result<Value<'_>, Error> {
    if value.is_number() { Ok(value) } else { Err(unsupported("+", &value, &Value::Null)) }
}

pub(super) fn negated<'a>(value: &Value<'a>) -> Result<Value<'a>, Error> {
    Ok(match value {
        Value::Int(n) => Value::Int(n.wrapping_neg()),
        Value::Long(n) => Value::Long(n.wrapping_neg()),
        Value::Float(n) => Value::Float(-n),
        Value::Double(n) => Value::Double(-n),
        Value::Big(n) => Value::Big(Arc::new(-(**n).clone())),
        Value::Decimal(n) => Value::Decimal(Arc::new(n.negated())),
        other => return Err(unsupported("-", other, &Value::Null)),
    })
}

fn sign(operator: Operator) -> &'static str {
    match operator {
        Operator::Plus => "+",
        Operator::Minus => "-",
        Operator::Times => "*",
        Operator::Divide => "/",
        Operator::Modulus => "%",
        Operator::And => "and",
        Operator::Or => "or",
    }
}

fn unsupported(sign: &str, left: &Value<'_>, right: &Value<'_>) -> Error {
    let message = format!("'{sign}' cannot take {} and {}", left.class(), right.class());
    Error::evaluation("EL1030E", message)
}

pub(in crate::el) fn by_zero() -> Error {
    Error::runtime("ArithmeticException", "/ by zero")
}

fn invalid(message: &str) -> Error {
    Error::runtime("ArithmeticException", message)
}

fn too_long() -> Error {
    Error::evaluation("limit-text", "the number gets too long")
}

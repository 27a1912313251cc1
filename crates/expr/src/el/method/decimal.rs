//! `java.math.BigDecimal`.

use super::{Answer, Call};
use crate::el::evaluate::by_zero;
use crate::error::Error;
use crate::value::{Decimal, Rounding, Thing, Value};
use std::sync::Arc;

pub(super) fn call<'a>(number: &Arc<Decimal>, call: &mut Call<'_, 'a, '_>) -> Answer<'a> {
    let of = |number: Decimal| Value::Decimal(Arc::new(number));
    let text_too_long = || Error::evaluation("limit-text", "the number gets too long");
    Ok(Some(match (call.name, call.arguments.len()) {
        ("add", 1) => of(number.plus(&*other(call)?)),
        ("subtract", 1) => of(number.minus(&*other(call)?)),
        ("multiply", 1) => {
            let other = other(call)?;
            of(number.times(&other).ok_or_else(text_too_long)?)
        }
        ("divide", 1) => {
            let other = other(call)?;
            if other.signum() == 0 {
                return Err(by_zero());
            }
            let endless = || {
                Error::runtime(
                    "ArithmeticException",
                    "Non-terminating decimal expansion; no exact representable decimal result.",
                )
            };
            of(number.divided_exactly(&other).ok_or_else(endless)?)
        }
        ("divide", 2) => {
            let other = other(call)?;
            of(divided(number, &other, number.scale(), rounding(call, 1)?)?)
        }
        ("divide", 3) => {
            let (other, scale) = (other(call)?, call.int(1)?);
            of(divided(number, &other, scale, rounding(call, 2)?)?)
        }
        ("remainder", 1) => of(number.remainder(&*other(call)?).ok_or_else(by_zero)?),
        ("pow", 1) => {
            let invalid = || Error::runtime("ArithmeticException", "Invalid operation");
            let exponent = u32::try_from(call.int(0)?).map_err(|_| invalid())?;
            of(number.power(exponent).ok_or_else(text_too_long)?)
        }
        ("setScale", 1) => of(scaled(number, call.int(0)?, Rounding::Unnecessary)?),
        ("setScale", 2) => of(scaled(number, call.int(0)?, rounding(call, 1)?)?),
        ("negate", 0) => of(number.negated()),
        ("abs", 0) => of(if number.signum() < 0 { number.negated() } else { (**number).clone() }),
        ("plus", 0) => of((**number).clone()),
        ("signum", 0) => Value::Int(number.signum()),
        ("scale", 0) => Value::Int(number.scale()),
        ("precision", 0) => Value::Int(number.precision() as i32),
        ("stripTrailingZeros", 0) => of(number.stripped()),
        ("toPlainString", 0) => Value::text(number.plain()),
        ("toEngineeringString", 0) => Value::text(number.to_string()),
        ("toBigInteger", 0) => Value::Big(Arc::new(number.whole())),
        ("unscaledValue", 0) => Value::Big(Arc::new(number.unscaled().clone())),
        ("max", 1) => {
            let other = other(call)?;
            Value::Decimal(if number.compare(&other).is_lt() { other } else { number.clone() })
        }
        ("min", 1) => {
            let other = other(call)?;
            Value::Decimal(if number.compare(&other).is_gt() { other } else { number.clone() })
        }
        ("compareTo", 1) => Value::Int(number.compare(&*other(call)?) as i32),
        ("intValue", 0) => Value::Int(Value::Decimal(number.clone()).as_i32().unwrap_or(0)),
        ("longValue", 0) => Value::Long(Value::Decimal(number.clone()).as_i64().unwrap_or(0)),
        ("doubleValue", 0) => Value::Double(number.to_f64()),
        ("floatValue", 0) => Value::Float(number.to_f64() as f32),
        ("intValueExact", 0) => exact(number, |long| i32::try_from(long).ok().map(Value::Int))?,
        ("longValueExact", 0) => exact(number, |long| Some(Value::Long(long)))?,
        ("valueOf", 1 | 2) => return statics(call),
        _ => return Ok(None),
    }))
}

/// Static methods.
pub(super) fn statics<'a>(call: &mut Call<'_, 'a, '_>) -> Answer<'a> {
    Ok(match (call.name, call.arguments) {
        ("valueOf", [number]) if number.is_number() => number.as_decimal().map(Value::Decimal),
        ("valueOf", [_, _]) => {
            let (unscaled, scale) = (call.long(0)?, call.int(1)?);
            Some(Value::Decimal(Arc::new(Decimal::new(unscaled.into(), scale))))
        }
        _ => None,
    })
}

/// `new BigDecimal(…)`: of a double exactly, of a text as it is written.
pub(super) fn construct<'a>(call: &mut Call<'_, 'a, '_>) -> Answer<'a> {
    let wrong = || Error::runtime("NumberFormatException", "this is no decimal number");
    Ok(match call.arguments {
        [Value::Str(text)] => Some(Value::Decimal(Arc::new(Decimal::read(text).ok_or_else(wrong)?))),
        [number @ Value::Double(_)] => Some(Value::Decimal(exact_of(number).ok_or_else(wrong)?)),
        [number] if number.is_number() => number.as_decimal().map(Value::Decimal),
        _ => None,
    })
}

/// A number with all the digits that its bits mean.
pub(super) fn exact_of(number: &Value<'_>) -> Option<Arc<Decimal>> {
    match number {
        Value::Double(number) if number.is_finite() => {
            let exact = format!("{number:.1074}");
            Decimal::read(exact.trim_end_matches('0').trim_end_matches('.')).map(Arc::new)
        }
        Value::Double(_) => None,
        other => other.as_decimal(),
    }
}

fn other(call: &mut Call<'_, '_, '_>) -> Result<Arc<Decimal>, Error> {
    let found = match &call.arguments[0] {
        Value::Str(text) => Decimal::read(text.trim()).map(Arc::new),
        other => other.as_decimal(),
    };
    found.ok_or_else(|| call.missing())
}

fn rounding(call: &mut Call<'_, '_, '_>, at: usize) -> Result<Rounding, Error> {
    let named = match &call.arguments[at] {
        Value::Thing(thing) => match &**thing {
            Thing::Constant(_, name) => Rounding::named(name),
            _ => None,
        },
        Value::Str(name) => Rounding::named(name),
        Value::Int(number) => {
            usize::try_from(*number).ok().and_then(|at| Rounding::NAMES.get(at)).map(|(_, mode)| *mode)
        }
        _ => None,
    };
    named.ok_or_else(|| call.missing())
}

fn divided(a: &Decimal, b: &Decimal, scale: i32, mode: Rounding) -> Result<Decimal, Error> {
    if b.signum() == 0 {
        return Err(by_zero());
    }
    a.divided(b, scale, mode).ok_or_else(needs_rounding)
}

fn scaled(number: &Decimal, scale: i32, mode: Rounding) -> Result<Decimal, Error> {
    number.rescaled(scale, mode).ok_or_else(needs_rounding)
}

fn needs_rounding() -> Error {
    Error::runtime("ArithmeticException", "Rounding necessary")
}

fn exact<'a>(number: &Decimal, make: fn(i64) -> Option<Value<'a>>) -> Result<Value<'a>, Error> {
    let whole = number.rescaled(0, Rounding::Unnecessary).and_then(|whole| i64::try_from(&whole.whole()).ok());
    whole.and_then(make).ok_or_else(needs_rounding)
}

//! `java.lang.Math`.

use super::{Answer, Call};
use crate::error::Error;
use crate::value::{Number, Value};

pub(super) fn call<'a>(call: &mut Call<'_, 'a, '_>) -> Answer<'a> {
    match call.arguments.len() {
        0 if call.name == "random" => Ok(Some(Value::Double(fastrand::f64()))),
        1 => match typed(call)? {
            None => of_one(call),
            found => Ok(found),
        },
        2 => match pair(call)? {
            None => of_two(call),
            found => Ok(found),
        },
        _ => Ok(None),
    }
}

/// Functions that there are for several types: without the exact one nothing says which is meant.
fn typed<'a>(call: &mut Call<'_, 'a, '_>) -> Answer<'a> {
    Ok(Some(match (call.name, &call.arguments[0]) {
        ("abs", Value::Int(n)) => Value::Int(n.wrapping_abs()),
        ("abs", Value::Long(n)) => Value::Long(n.wrapping_abs()),
        ("abs", Value::Float(n)) => Value::Float(n.abs()),
        ("abs", Value::Double(n)) => Value::Double(n.abs()),
        ("round", Value::Double(n)) => Value::Long((n + 0.5).floor() as i64),
        ("round", Value::Float(n)) => Value::Int((n + 0.5).floor() as i32),
        ("signum", Value::Double(n)) => Value::Double(if *n == 0.0 || n.is_nan() { *n } else { n.signum() }),
        ("signum", Value::Float(n)) => Value::Float(if *n == 0.0 || n.is_nan() { *n } else { n.signum() }),
        ("negateExact", Value::Int(n)) => Value::Int(n.checked_neg().ok_or_else(overflow)?),
        ("negateExact", Value::Long(n)) => Value::Long(n.checked_neg().ok_or_else(overflow)?),
        ("incrementExact", Value::Int(n)) => Value::Int(n.checked_add(1).ok_or_else(overflow)?),
        ("decrementExact", Value::Int(n)) => Value::Int(n.checked_sub(1).ok_or_else(overflow)?),
        ("abs" | "round" | "signum" | "negateExact" | "incrementExact" | "decrementExact", _) => {
            return Err(call.ambiguous());
        }
        _ => return Ok(None),
    }))
}

fn of_one<'a>(call: &mut Call<'_, 'a, '_>) -> Answer<'a> {
    if call.name == "toIntExact" {
        let number = i32::try_from(call.long(0)?).map_err(|_| overflow())?;
        return Ok(Some(Value::Int(number)));
    }
    let function: fn(f64) -> f64 = match call.name {
        "floor" => f64::floor,
        "ceil" => f64::ceil,
        "rint" => f64::round_ties_even,
        "sqrt" => f64::sqrt,
        "cbrt" => f64::cbrt,
        "exp" => f64::exp,
        "expm1" => f64::exp_m1,
        "log" => f64::ln,
        "log10" => f64::log10,
        "log1p" => f64::ln_1p,
        "sin" => f64::sin,
        "cos" => f64::cos,
        "tan" => f64::tan,
        "asin" => f64::asin,
        "acos" => f64::acos,
        "atan" => f64::atan,
        "sinh" => f64::sinh,
        "cosh" => f64::cosh,
        "tanh" => f64::tanh,
        "toDegrees" => f64::to_degrees,
        "toRadians" => f64::to_radians,
        _ => return Ok(None),
    };
    Ok(Some(Value::Double(function(call.double(0)?))))
}

fn pair<'a>(call: &mut Call<'_, 'a, '_>) -> Answer<'a> {
    let names = ["max", "min", "floorDiv", "floorMod", "addExact", "subtractExact", "multiplyExact"];
    if !names.contains(&call.name) {
        return Ok(None);
    }
    let same = std::mem::discriminant(&call.arguments[0]) == std::mem::discriminant(&call.arguments[1]);
    let numbers = if same { Number::pair(&call.arguments[0], &call.arguments[1]) } else { None };
    let zero = || Error::runtime("ArithmeticException", "/ by zero");
    Ok(Some(match (call.name, numbers) {
        ("max", Some(Number::Int(a, b))) => Value::Int(a.max(b)),
        ("min", Some(Number::Int(a, b))) => Value::Int(a.min(b)),
        ("max", Some(Number::Long(a, b))) => Value::Long(a.max(b)),
        ("min", Some(Number::Long(a, b))) => Value::Long(a.min(b)),
        ("max", Some(Number::Double(a, b))) => Value::Double(larger(a, b)),
        ("min", Some(Number::Double(a, b))) => Value::Double(-larger(-a, -b)),
        ("max", Some(Number::Float(a, b))) => Value::Float(larger(f64::from(a), f64::from(b)) as f32),
        ("min", Some(Number::Float(a, b))) => Value::Float(-larger(f64::from(-a), f64::from(-b)) as f32),
        ("floorDiv" | "floorMod", Some(Number::Int(_, 0) | Number::Long(_, 0))) => return Err(zero()),
        ("floorDiv", Some(Number::Int(a, b))) => Value::Int(floor_div(a.into(), b.into()) as i32),
        ("floorDiv", Some(Number::Long(a, b))) => Value::Long(floor_div(a.into(), b.into()) as i64),
        ("floorMod", Some(Number::Int(a, b))) => Value::Int(floor_mod(a.into(), b.into()) as i32),
        ("floorMod", Some(Number::Long(a, b))) => Value::Long(floor_mod(a.into(), b.into()) as i64),
        ("addExact", Some(Number::Int(a, b))) => Value::Int(a.checked_add(b).ok_or_else(overflow)?),
        ("addExact", Some(Number::Long(a, b))) => Value::Long(a.checked_add(b).ok_or_else(overflow)?),
        ("subtractExact", Some(Number::Int(a, b))) => Value::Int(a.checked_sub(b).ok_or_else(overflow)?),
        ("subtractExact", Some(Number::Long(a, b))) => Value::Long(a.checked_sub(b).ok_or_else(overflow)?),
        ("multiplyExact", Some(Number::Int(a, b))) => Value::Int(a.checked_mul(b).ok_or_else(overflow)?),
        ("multiplyExact", Some(Number::Long(a, b))) => Value::Long(a.checked_mul(b).ok_or_else(overflow)?),
        _ => return Err(call.ambiguous()),
    }))
}

fn floor_div(a: i128, b: i128) -> i128 {
    let quotient = a / b;
    if a % b != 0 && (a < 0) != (b < 0) { quotient - 1 } else { quotient }
}

fn floor_mod(a: i128, b: i128) -> i128 {
    a - floor_div(a, b) * b
}

fn of_two<'a>(call: &mut Call<'_, 'a, '_>) -> Answer<'a> {
    let function: fn(f64, f64) -> f64 = match call.name {
        "pow" => f64::powf,
        "atan2" => f64::atan2,
        "hypot" => f64::hypot,
        "IEEEremainder" => |a, b| a - (a / b).round_ties_even() * b,
        _ => return Ok(None),
    };
    Ok(Some(Value::Double(function(call.double(0)?, call.double(1)?))))
}

/// `Math.max`: NaN wins, and zero is larger than minus zero.
pub(super) fn larger(a: f64, b: f64) -> f64 {
    match (a.is_nan() || b.is_nan(), a == b) {
        (true, _) => f64::NAN,
        (false, true) => {
            if a.is_sign_negative() {
                b
            } else {
                a
            }
        }
        (false, false) => a.max(b),
    }
}

fn overflow() -> Error {
    Error::runtime("ArithmeticException", "integer overflow")
}

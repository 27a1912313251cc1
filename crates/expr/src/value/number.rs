//! Two numbers on common ground: the wider of their types, as Java's and SpEL's rules choose it.

use super::{Decimal, Value};
use num_bigint::BigInt;
use num_bigint::ToBigInt;
use std::cmp::Ordering;
use std::sync::Arc;

/// Two numbers of one type.
pub(crate) enum Number {
    Int(i32, i32),
    Long(i64, i64),
    Float(f32, f32),
    Double(f64, f64),
    Big(Arc<BigInt>, Arc<BigInt>),
    Decimal(Arc<Decimal>, Arc<Decimal>),
}

impl Number {
    /// The two numbers; none when one of them is no number.
    pub(crate) fn pair(left: &Value<'_>, right: &Value<'_>) -> Option<Self> {
        use Value::{Big, Decimal as Dec, Double, Float, Int, Long};
        Some(match (left, right) {
            (Int(a), Int(b)) => Self::Int(*a, *b),
            _ if !left.is_number() || !right.is_number() => return None,
            (Dec(_), _) | (_, Dec(_)) => Self::Decimal(left.as_decimal()?, right.as_decimal()?),
            (Double(_), _) | (_, Double(_)) => Self::Double(left.as_f64()?, right.as_f64()?),
            (Float(_), _) | (_, Float(_)) => Self::Float(left.as_f64()? as f32, right.as_f64()? as f32),
            (Big(_), _) | (_, Big(_)) => Self::Big(left.as_big()?, right.as_big()?),
            (Long(_), _) | (_, Long(_)) => Self::Long(left.as_i64()?, right.as_i64()?),
            _ => return None,
        })
    }

    /// How they compare; `compareTo` of the common type, NaN being the largest.
    pub(crate) fn compare(&self) -> Ordering {
        match self {
            Self::Int(a, b) => a.cmp(b),
            Self::Long(a, b) => a.cmp(b),
            Self::Float(a, b) => java_order(f64::from(*a), f64::from(*b)),
            Self::Double(a, b) => java_order(*a, *b),
            Self::Big(a, b) => a.cmp(b),
            Self::Decimal(a, b) => a.compare(b),
        }
    }
}

/// `Double.compare`.
pub(crate) fn java_order(a: f64, b: f64) -> Ordering {
    a.partial_cmp(&b).filter(|order| order.is_ne()).unwrap_or_else(|| {
        let rank = |d: f64| if d.is_nan() { (1, 0) } else { (0, i32::from(d.is_sign_positive())) };
        rank(a).cmp(&rank(b))
    })
}

impl Value<'_> {
    pub(crate) fn is_number(&self) -> bool {
        use Value::{Big, Decimal, Double, Float, Int, Long};
        matches!(self, Int(_) | Long(_) | Float(_) | Double(_) | Big(_) | Decimal(_))
    }

    /// `Number.doubleValue`.
    pub(crate) fn as_f64(&self) -> Option<f64> {
        Some(match self {
            Self::Int(a) => f64::from(*a),
            Self::Long(a) => *a as f64,
            Self::Float(a) => f64::from(*a),
            Self::Double(a) => *a,
            Self::Big(a) => a.to_string().parse().ok()?,
            Self::Decimal(a) => a.to_f64(),
            _ => return None,
        })
    }

    /// `Number.longValue`: fractions are cut, what is too large wraps or stays at the edge as in Java.
    pub(crate) fn as_i64(&self) -> Option<i64> {
        Some(match self {
            Self::Int(a) => i64::from(*a),
            Self::Long(a) => *a,
            Self::Float(a) => *a as i64,
            Self::Double(a) => *a as i64,
            Self::Big(a) => low_bits(a),
            Self::Decimal(a) => low_bits(&a.whole()),
            _ => return None,
        })
    }

    /// `Number.intValue`.
    pub(crate) fn as_i32(&self) -> Option<i32> {
        Some(match self {
            Self::Float(a) => *a as i32,
            Self::Double(a) => *a as i32,
            other => other.as_i64()? as i32,
        })
    }

    /// The number as an integer of any length, fractions cut.
    pub(crate) fn as_big(&self) -> Option<Arc<BigInt>> {
        Some(match self {
            Self::Big(a) => a.clone(),
            Self::Decimal(a) => a.whole().into(),
            Self::Float(_) | Self::Double(_) => self.as_f64()?.trunc().to_bigint()?.into(),
            other => BigInt::from(other.as_i64()?).into(),
        })
    }

    /// The number as a decimal; floating ones by their text.
    pub(crate) fn as_decimal(&self) -> Option<Arc<Decimal>> {
        Some(match self {
            Self::Decimal(a) => a.clone(),
            Self::Big(a) => Arc::new(Decimal::new((**a).clone(), 0)),
            Self::Float(a) => Arc::new(Decimal::read(&float_text(*a))?),
            Self::Double(a) => Arc::new(Decimal::read(&double_text(*a))?),
            other => Arc::new(Decimal::new(BigInt::from(other.as_i64()?), 0)),
        })
    }
}

/// The low 64 bits of a long number, as `longValue` takes them.
fn low_bits(number: &BigInt) -> i64 {
    let bytes = number.to_signed_bytes_le();
    let fill = if bytes.last().is_some_and(|last| last & 0x80 != 0) { 0xff } else { 0 };
    let mut low = [fill; 8];
    for (to, from) in low.iter_mut().zip(&bytes) {
        *to = *from;
    }
    i64::from_le_bytes(low)
}

/// `Double.toString`.
pub(crate) fn double_text(number: f64) -> String {
    if !number.is_finite() {
        return special(number.is_nan(), number > 0.0);
    }
    shaped(number.abs() >= 1e-3 && number.abs() < 1e7 || number == 0.0, &format!("{number:?}"), &format!("{number:e}"))
}

/// `Float.toString`.
pub(crate) fn float_text(number: f32) -> String {
    if !number.is_finite() {
        return special(number.is_nan(), number > 0.0);
    }
    shaped(number.abs() >= 1e-3 && number.abs() < 1e7 || number == 0.0, &format!("{number:?}"), &format!("{number:e}"))
}

fn special(is_nan: bool, positive: bool) -> String {
    match (is_nan, positive) {
        (true, _) => "NaN",
        (false, true) => "Infinity",
        (false, false) => "-Infinity",
    }
    .to_owned()
}

fn shaped(plain: bool, as_decimal: &str, as_power: &str) -> String {
    if plain {
        return as_decimal.to_owned();
    }
    let (digits, exponent) = as_power.split_once('e').unwrap_or((as_power, "0"));
    let point = if digits.contains('.') { "" } else { ".0" };
    format!("{digits}{point}E{exponent}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_are_written_as_java_writes_them() {
        let cases = [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.0, "1.0"),
            (0.001, "0.001"),
            (0.0001, "1.0E-4"),
            (9_999_999.0, "9999999.0"),
            (1e7, "1.0E7"),
            (1.234e10, "1.234E10"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-Infinity"),
            (1e300, "1.0E300"),
            (5.25, "5.25"),
        ];
        for (number, expected) in cases {
            assert_eq!(double_text(number), expected);
        }
        assert_eq!(float_text(3.1), "3.1");
    }

    #[test]
    fn nan_is_the_largest_and_zero_has_two_signs() {
        assert_eq!(java_order(f64::NAN, f64::INFINITY), Ordering::Greater);
        assert_eq!(java_order(f64::NAN, f64::NAN), Ordering::Equal);
        assert_eq!(java_order(-0.0, 0.0), Ordering::Less);
    }
}

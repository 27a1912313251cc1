//! `java.math.BigDecimal`: an integer and the number of its digits after the point.

use num_bigint::{BigInt, Sign};
use std::cmp::Ordering;
use std::fmt;

/// A decimal number of any length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decimal {
    unscaled: BigInt,
    scale: i32,
}

/// How a division or a new scale rounds, by Java's names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rounding {
    Up,
    Down,
    Ceiling,
    Floor,
    HalfUp,
    HalfDown,
    HalfEven,
    Unnecessary,
}

impl Rounding {
    pub(crate) const NAMES: [(&'static str, Self); 8] = [
        ("UP", Self::Up),
        ("DOWN", Self::Down),
        ("CEILING", Self::Ceiling),
        ("FLOOR", Self::Floor),
        ("HALF_UP", Self::HalfUp),
        ("HALF_DOWN", Self::HalfDown),
        ("HALF_EVEN", Self::HalfEven),
        ("UNNECESSARY", Self::Unnecessary),
    ];

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(own, _)| *own == name).map(|(_, mode)| *mode)
    }
}

/// Digits that any number here may have; more would be work without a limit.
const DIGITS: i64 = 10_000;

impl Decimal {
    pub(crate) fn new(unscaled: BigInt, scale: i32) -> Self {
        Self { unscaled, scale }
    }

    /// Reads what `new BigDecimal(text)` reads.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let (number, exponent) = match text.find(['e', 'E']) {
            Some(at) => (&text[..at], text[at + 1..].parse::<i64>().ok()?),
            None => (text, 0),
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let unsigned = whole.strip_prefix(['+', '-']).unwrap_or(whole);
        let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        let scale = fraction.len() as i64 - exponent;
        if !digits(unsigned)
            || !digits(fraction)
            || unsigned.len() + fraction.len() == 0
            || scale.abs() > DIGITS
            || text.len() as i64 > DIGITS
        {
            return None;
        }
        let minus = if whole.starts_with('-') { "-" } else { "" };
        let unscaled = format!("{minus}{unsigned}{fraction}").parse().ok()?;
        Some(Self { unscaled, scale: i32::try_from(scale).ok()? })
    }

    pub(crate) fn scale(&self) -> i32 {
        self.scale
    }

    pub(crate) fn unscaled(&self) -> &BigInt {
        &self.unscaled
    }

    pub(crate) fn precision(&self) -> usize {
        self.unscaled.magnitude().to_string().len()
    }

    pub(crate) fn signum(&self) -> i32 {
        match self.unscaled.sign() {
            Sign::Minus => -1,
            Sign::NoSign => 0,
            Sign::Plus => 1,
        }
    }

    fn aligned(&self, other: &Self) -> (BigInt, BigInt, i32) {
        let scale = self.scale.max(other.scale);
        (self.grown(scale), other.grown(scale), scale)
    }

    fn grown(&self, scale: i32) -> BigInt {
        &self.unscaled * power_of_ten((scale - self.scale).unsigned_abs())
    }

    pub(crate) fn plus(&self, other: &Self) -> Self {
        let (a, b, scale) = self.aligned(other);
        Self::new(a + b, scale)
    }

    pub(crate) fn minus(&self, other: &Self) -> Self {
        let (a, b, scale) = self.aligned(other);
        Self::new(a - b, scale)
    }

    /// The product; none when it would have too many digits.
    pub(crate) fn times(&self, other: &Self) -> Option<Self> {
        let scale = self.scale.checked_add(other.scale).filter(|scale| i64::from(*scale).abs() <= DIGITS)?;
        let bits = self.unscaled.bits() + other.unscaled.bits();
        (bits <= DIGITS as u64 * 4).then(|| Self::new(&self.unscaled * &other.unscaled, scale))
    }

    /// The quotient with that many digits after the point; none when the divisor is zero, or when it would have to be
    /// rounded and must not be.
    pub(crate) fn divided(&self, other: &Self, scale: i32, mode: Rounding) -> Option<Self> {
        if other.signum() == 0 {
            return None;
        }
        let shift = i64::from(scale) + i64::from(other.scale) - i64::from(self.scale);
        let ten = power_of_ten(u32::try_from(shift.unsigned_abs()).ok()?);
        let (a, b) = if shift >= 0 {
            (&self.unscaled * ten, other.unscaled.clone())
        } else {
            (self.unscaled.clone(), &other.unscaled * ten)
        };
        Some(Self::new(rounded(&a, &b, mode)?, scale))
    }

    /// The exact quotient, none when it has no end.
    pub(crate) fn divided_exactly(&self, other: &Self) -> Option<Self> {
        let preferred = self.scale.saturating_sub(other.scale);
        let most = preferred.saturating_add(64 + (self.precision() + other.precision()) as i32 * 4);
        let quotient = self.divided(other, most, Rounding::Unnecessary)?;
        Some(quotient.stripped_to(preferred))
    }

    pub(crate) fn remainder(&self, other: &Self) -> Option<Self> {
        if other.signum() == 0 {
            return None;
        }
        let (a, b, scale) = self.aligned(other);
        Some(Self::new(a % b, scale))
    }

    pub(crate) fn power(&self, exponent: u32) -> Option<Self> {
        if self.precision() as u64 * u64::from(exponent) > DIGITS as u64 {
            return None;
        }
        let scale = self.scale.checked_mul(i32::try_from(exponent).ok()?)?;
        (i64::from(scale).abs() <= DIGITS).then(|| Self::new(self.unscaled.pow(exponent), scale))
    }

    pub(crate) fn negated(&self) -> Self {
        Self::new(-&self.unscaled, self.scale)
    }

    /// As many digits after the point as wanted; none when that needs rounding and must not.
    pub(crate) fn rescaled(&self, scale: i32, mode: Rounding) -> Option<Self> {
        if i64::from(scale).abs() > DIGITS {
            return None;
        }
        if scale >= self.scale {
            return Some(Self::new(self.grown(scale), scale));
        }
        let ten = power_of_ten((self.scale - scale).unsigned_abs());
        Some(Self::new(rounded(&self.unscaled, &ten, mode)?, scale))
    }

    /// Without zeros at the end.
    pub(crate) fn stripped(&self) -> Self {
        if self.signum() == 0 { Self::new(BigInt::ZERO, 0) } else { self.stripped_to(i32::MIN) }
    }

    fn stripped_to(&self, least: i32) -> Self {
        let mut result = self.clone();
        let ten = BigInt::from(10);
        while result.scale > least && (&result.unscaled % &ten) == BigInt::ZERO && result.scale > -10_000 {
            result = Self::new(&result.unscaled / &ten, result.scale - 1);
        }
        result
    }

    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        let (a, b, _) = self.aligned(other);
        a.cmp(&b)
    }

    pub(crate) fn to_f64(&self) -> f64 {
        format!("{}e{}", self.unscaled, -i64::from(self.scale)).parse().unwrap_or(f64::NAN)
    }

    /// The part before the point.
    pub(crate) fn whole(&self) -> BigInt {
        let ten = power_of_ten(self.scale.unsigned_abs());
        if self.scale >= 0 { &self.unscaled / ten } else { &self.unscaled * ten }
    }

    /// Without an exponent.
    pub(crate) fn plain(&self) -> String {
        let digits = self.unscaled.magnitude().to_string();
        let minus = if self.signum() < 0 { "-" } else { "" };
        if self.scale <= 0 {
            let zeros = if self.signum() == 0 { 0 } else { self.scale.unsigned_abs() as usize };
            return format!("{minus}{digits}{}", "0".repeat(zeros));
        }
        let scale = self.scale as usize;
        let digits = format!("{digits:0>width$}", width = scale + 1);
        let (whole, fraction) = digits.split_at(digits.len() - scale);
        format!("{minus}{whole}.{fraction}")
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.unscaled.magnitude().to_string();
        let adjusted = digits.len() as i64 - 1 - i64::from(self.scale);
        if self.scale >= 0 && adjusted >= -6 {
            return f.write_str(&self.plain());
        }
        let minus = if self.signum() < 0 { "-" } else { "" };
        let (first, rest) = digits.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        let sign = if adjusted >= 0 { "+" } else { "" };
        write!(f, "{minus}{first}{point}{rest}E{sign}{adjusted}")
    }
}

fn power_of_ten(exponent: u32) -> BigInt {
    BigInt::from(10).pow(exponent)
}

fn rounded(a: &BigInt, b: &BigInt, mode: Rounding) -> Option<BigInt> {
    let (quotient, rest) = (a / b, a % b);
    if rest == BigInt::ZERO {
        return Some(quotient);
    }
    let negative = (a.sign() == Sign::Minus) != (b.sign() == Sign::Minus);
    let half = (rest.magnitude() * 2_u32).cmp(b.magnitude());
    let away = match mode {
        Rounding::Unnecessary => return None,
        Rounding::Up => true,
        Rounding::Down => false,
        Rounding::Ceiling => !negative,
        Rounding::Floor => negative,
        Rounding::HalfUp => half != Ordering::Less,
        Rounding::HalfDown => half == Ordering::Greater,
        Rounding::HalfEven => half == Ordering::Greater || (half == Ordering::Equal && quotient.bit(0)),
    };
    Some(match (away, negative) {
        (false, _) => quotient,
        (true, true) => quotient - 1,
        (true, false) => quotient + 1,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        Decimal::read(text).unwrap()
    }

    #[test]
    fn texts_are_those_of_java() {
        for text in
            ["0", "1.10", "-0.05", "123456789012345678901234567890", "1E+3", "0.000001", "1E-7", "1.23E-8", "-1.5E+10"]
        {
            assert_eq!(decimal(text).to_string(), text);
        }
        assert_eq!(decimal("1E+3").plain(), "1000");
        assert_eq!(decimal("1E-7").plain(), "0.0000001");
    }

    #[test]
    fn quotients_round_as_told() {
        let cases = [
            ("1", "3", 2, Rounding::HalfEven, "0.33"),
            ("5", "2", 0, Rounding::HalfEven, "2"),
            ("5", "2", 0, Rounding::HalfUp, "3"),
            ("-5", "2", 0, Rounding::HalfUp, "-3"),
            ("-5", "2", 0, Rounding::Floor, "-3"),
            ("-5", "2", 0, Rounding::Ceiling, "-2"),
        ];
        for (a, b, scale, mode, expected) in cases {
            assert_eq!(decimal(a).divided(&decimal(b), scale, mode).unwrap().to_string(), expected, "{a}/{b} {mode:?}");
        }
        assert_eq!(decimal("1").divided_exactly(&decimal("8")).unwrap().to_string(), "0.125");
        assert_eq!(decimal("1").divided_exactly(&decimal("3")), None);
        assert_eq!(decimal("100").stripped().to_string(), "1E+2");
    }

    #[test]
    fn numbers_without_end_are_refused() {
        for text in ["1e99999999", "", ".", "1e", "a", "1.2.3", "--1", "1e-99999999"] {
            assert_eq!(Decimal::read(text), None, "{text}");
        }
        assert_eq!(decimal("10").power(999_999), None);
    }
}

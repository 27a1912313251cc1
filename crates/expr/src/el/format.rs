//! `String.format`: the conversions that make sense for values here.

use crate::error::Error;
use crate::limits::Budget;
use crate::value::{Rounding, Value, java_text};

/// The pattern with its conversions filled in.
pub(super) fn formatted(pattern: &str, arguments: &[Value<'_>], budget: &mut Budget<'_>) -> Result<String, Error> {
    let mut text = String::new();
    let mut next = 0;
    let mut last = 0;
    let mut rest = pattern;
    while let Some(at) = rest.find('%') {
        text.push_str(&rest[..at]);
        let (spec, length) = Spec::read(&rest[at..])?;
        rest = &rest[at + length..];
        match spec.conversion {
            '%' => text.push_str(&spec.padded("%".to_owned(), budget)?),
            'n' => text.push('\n'),
            _ => {
                let index = match (spec.index, spec.has('<')) {
                    (Some(index), _) => index - 1,
                    (None, true) => last,
                    (None, false) => {
                        next += 1;
                        next - 1
                    }
                };
                last = index;
                let missing =
                    || Error::runtime("MissingFormatArgumentException", format!("there is no argument {}", index + 1));
                let argument = arguments.get(index).ok_or_else(missing)?;
                let shown = spec.shown(argument, budget)?;
                text.push_str(&spec.padded(shown, budget)?);
            }
        }
        if text.len() > budget.text_limit() {
            break;
        }
    }
    text.push_str(rest);
    Ok(text)
}

/// `%[index$][flags][width][.precision]conversion`
struct Spec {
    index: Option<usize>,
    flags: String,
    width: usize,
    precision: Option<usize>,
    conversion: char,
}

impl Spec {
    fn read(text: &str) -> Result<(Self, usize), Error> {
        let unknown = || {
            let shown: String = text.chars().take(2).collect();
            Error::runtime("UnknownFormatConversionException", format!("Conversion = '{shown}'"))
        };
        let bytes = text.as_bytes();
        let digits = |from: usize| bytes[from..].iter().take_while(|b| b.is_ascii_digit()).count();
        let number = |range: std::ops::Range<usize>| text[range].parse::<usize>().map_err(|_| unknown());
        let mut at = 1;
        let count = digits(at);
        let mut index = None;
        if count > 0 && bytes.get(at + count) == Some(&b'$') {
            index = Some(number(at..at + count)?).filter(|index| *index > 0);
            at += count + 1;
        }
        let count = bytes[at..].iter().take_while(|b| b"-#+ 0,(<".contains(b)).count();
        let flags = text[at..at + count].to_owned();
        at += count;
        let count = digits(at);
        let width = if count > 0 { number(at..at + count)? } else { 0 };
        at += count;
        let mut precision = None;
        if bytes.get(at) == Some(&b'.') {
            let count = digits(at + 1);
            precision = Some(number(at + 1..at + 1 + count)?);
            at += count + 1;
        }
        let conversion = text[at..].chars().next().ok_or_else(unknown)?;
        if !"sSdxXocCbBfeEgGhH%n".contains(conversion) {
            return Err(unknown());
        }
        Ok((Self { index, flags, width, precision, conversion }, at + conversion.len_utf8()))
    }

    fn has(&self, flag: char) -> bool {
        self.flags.contains(flag)
    }

    fn shown(&self, value: &Value<'_>, budget: &mut Budget<'_>) -> Result<String, Error> {
        let text = match self.conversion.to_ascii_lowercase() {
            'b' => match value {
                Value::Bool(truth) => truth.to_string(),
                other => (!other.is_null()).to_string(),
            },
            _ if value.is_null() => "null".to_owned(),
            's' => java_text(value, budget)?,
            'h' => format!("{:x}", super::method::hash(value)),
            'c' => self.character(value)?,
            'd' => self.whole(value)?,
            'x' | 'o' => self.based(value)?,
            _ => self.real(value)?,
        };
        let text = match self.precision {
            Some(most) if "sSbB".contains(self.conversion) => text.chars().take(most).collect(),
            _ => text,
        };
        Ok(if self.conversion.is_ascii_uppercase() { text.to_uppercase() } else { text })
    }

    fn character(&self, value: &Value<'_>) -> Result<String, Error> {
        match value {
            Value::Char(c) => Ok(c.to_string()),
            Value::Int(code) => {
                u32::try_from(*code).ok().and_then(char::from_u32).map(String::from).ok_or_else(|| self.wrong(value))
            }
            _ => Err(self.wrong(value)),
        }
    }

    fn whole(&self, value: &Value<'_>) -> Result<String, Error> {
        match value {
            Value::Int(_) | Value::Long(_) | Value::Big(_) => {
                let number = value.as_big().ok_or_else(|| self.wrong(value))?;
                let negative = number.sign() == num_bigint::Sign::Minus;
                Ok(self.signed(number.magnitude().to_string(), "", negative))
            }
            _ => Err(self.wrong(value)),
        }
    }

    fn based(&self, value: &Value<'_>) -> Result<String, Error> {
        let octal = self.conversion == 'o';
        let digits = match (value, octal) {
            (Value::Int(n), false) => format!("{n:x}"),
            (Value::Int(n), true) => format!("{n:o}"),
            (Value::Long(n), false) => format!("{n:x}"),
            (Value::Long(n), true) => format!("{n:o}"),
            _ => return Err(self.wrong(value)),
        };
        Ok(self.zeros(digits, 0))
    }

    fn real(&self, value: &Value<'_>) -> Result<String, Error> {
        if !matches!(value, Value::Float(_) | Value::Double(_) | Value::Decimal(_)) {
            return Err(self.wrong(value));
        }
        let number = value.as_f64().unwrap_or(f64::NAN);
        if !number.is_finite() {
            return Ok(crate::value::double_text(number));
        }
        let precision = self.precision.unwrap_or(6).min(1000);
        let exponent = self.conversion.eq_ignore_ascii_case(&'e');
        let general = self.conversion.eq_ignore_ascii_case(&'g');
        if exponent || (general && number != 0.0 && !(1e-4..10_f64.powi(precision as i32)).contains(&number.abs())) {
            let precision = if general { precision.saturating_sub(1) } else { precision };
            let text = format!("{:.precision$e}", number.abs());
            let (digits, power) = text.split_once('e').unwrap_or((&text, "0"));
            let power: i32 = power.parse().unwrap_or(0);
            let sign = if power < 0 { '-' } else { '+' };
            return Ok(self.signed(format!("{digits}e{sign}{:02}", power.abs()), "", number.is_sign_negative()));
        }
        let decimal = value.as_decimal().ok_or_else(|| self.wrong(value))?;
        let scale = if general {
            precision.saturating_sub(decimal.precision().saturating_sub(decimal.scale().max(0) as usize).max(1))
        } else {
            precision
        };
        let rounded = decimal.rescaled(scale as i32, Rounding::HalfUp).ok_or_else(|| self.wrong(value))?;
        let plain = rounded.plain();
        let (whole, rest) =
            plain.trim_start_matches('-').split_once('.').unwrap_or((plain.trim_start_matches('-'), ""));
        let fraction = if rest.is_empty() { String::new() } else { format!(".{rest}") };
        Ok(self.signed(whole.to_owned(), &fraction, number.is_sign_negative()))
    }

    /// Groups, zeros and sign of a number.
    fn signed(&self, whole: String, fraction: &str, negative: bool) -> String {
        let whole = if self.has(',') { grouped(&whole) } else { whole };
        let sign = match (negative, self.has('('), self.has('+'), self.has(' ')) {
            (true, true, ..) => "(",
            (true, false, ..) => "-",
            (false, _, true, _) => "+",
            (false, _, _, true) => " ",
            _ => "",
        };
        let close = if negative && self.has('(') { ")" } else { "" };
        let digits = self.zeros(format!("{whole}{fraction}"), sign.len() + close.len());
        format!("{sign}{digits}{close}")
    }

    fn zeros(&self, digits: String, others: usize) -> String {
        let width = if self.has('0') { self.width.min(1 << 20).saturating_sub(others) } else { 0 };
        format!("{digits:0>width$}")
    }

    fn padded(&self, text: String, budget: &mut Budget<'_>) -> Result<String, Error> {
        budget.text(self.width)?;
        let width = self.width;
        Ok(if self.has('-') { format!("{text:<width$}") } else { format!("{text:>width$}") })
    }

    fn wrong(&self, value: &Value<'_>) -> Error {
        Error::runtime("IllegalFormatConversionException", format!("{} != {}", self.conversion, value.class()))
    }
}

fn grouped(digits: &str) -> String {
    let mut result = String::new();
    for (at, c) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            result.push(',');
        }
        result.push(c);
    }
    result
}

//! Numbers as texts: for people, as FreeMarker writes them with English rules, and for machines.

use crate::value::{Decimal, Rounding};

/// Groups of three digits, and at most three behind the point.
pub(super) fn for_people(number: &Decimal) -> String {
    let text = rounded(number, 3);
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |digits| ("-", digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let mut grouped = String::from(sign);
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    if !fraction.is_empty() {
        grouped.push('.');
        grouped.push_str(fraction);
    }
    grouped
}

/// At most 16 digits behind the point, and nothing but digits.
pub(super) fn for_machines(number: &Decimal) -> String {
    rounded(number, 16)
}

fn rounded(number: &Decimal, digits: i32) -> String {
    let kept = if number.scale() > digits { number.rescaled(digits, Rounding::HalfEven) } else { None };
    kept.as_ref().unwrap_or(number).stripped().plain()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_for_people_and_for_machines() {
        for (number, people, machines) in [
            ("0", "0", "0"),
            ("999", "999", "999"),
            ("1000", "1,000", "1000"),
            ("-1234567.50", "-1,234,567.5", "-1234567.5"),
            ("0.0005", "0", "0.0005"),
            ("2.0015", "2.002", "2.0015"),
            ("1e3", "1,000", "1000"),
            ("0.12345678901234565", "0.123", "0.1234567890123456"),
        ] {
            let number = Decimal::read(number).unwrap();
            assert_eq!((for_people(&number).as_str(), for_machines(&number).as_str()), (people, machines));
        }
    }
}

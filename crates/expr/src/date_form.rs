//! Whether a text is a date in a form, as Java's `SimpleDateFormat` reads it when it is strict.
//!
//! Letters stand for parts of a date, other characters and what is quoted for themselves. What follows the date in the
//! text is not looked at. Names are English, zones are offsets, `UTC`, `GMT` and `Z`.

use jiff::civil::Date;
use std::iter::Peekable;
use std::str::Chars;

/// A form, read once.
#[derive(Debug)]
pub struct DateForm(Vec<Part>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// This character.
    Literal(char),
    /// This letter, so many times.
    Field(char, usize),
}

/// What was read of a date.
struct Found {
    year: i64,
    month: i64,
    day: i64,
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

impl DateForm {
    /// Reads a form; none when it has letters without a meaning.
    pub fn read(form: &str) -> Option<Self> {
        let mut parts = Vec::new();
        let mut rest = form.chars().peekable();
        while let Some(c) = rest.next() {
            match c {
                '\'' => quoted(&mut rest, &mut parts)?,
                'y' | 'M' | 'd' | 'H' | 'k' | 'K' | 'h' | 'm' | 's' | 'S' | 'E' | 'a' | 'z' | 'Z' | 'X' => {
                    let mut count = 1;
                    while rest.next_if_eq(&c).is_some() {
                        count += 1;
                    }
                    parts.push(Part::Field(c, count));
                }
                c if c.is_ascii_alphabetic() => return None,
                c => parts.push(Part::Literal(c)),
            }
        }
        Some(Self(parts))
    }

    /// Whether the text begins with such a date.
    pub fn accepts(&self, text: &str) -> bool {
        let mut found = Found { year: 1970, month: 1, day: 1 };
        let mut rest = text;
        for (at, part) in self.0.iter().enumerate() {
            let left = match part {
                Part::Literal(c) => rest.strip_prefix(*c),
                Part::Field(letter, count) => {
                    let glued = self.0.get(at + 1).is_some_and(|next| is_number(*next));
                    found.read(*letter, *count, glued, rest)
                }
            };
            match left {
                Some(left) => rest = left,
                None => return false,
            }
        }
        let small = |number: i64| i8::try_from(number).ok();
        let date = i16::try_from(found.year).ok().zip(small(found.month)).zip(small(found.day));
        date.is_some_and(|((year, month), day)| Date::new(year, month, day).is_ok())
    }
}

/// Up to the closing quote; two quotes are one.
fn quoted(rest: &mut Peekable<Chars<'_>>, parts: &mut Vec<Part>) -> Option<()> {
    if rest.next_if_eq(&'\'').is_some() {
        parts.push(Part::Literal('\''));
        return Some(());
    }
    loop {
        match rest.next()? {
            '\'' if rest.next_if_eq(&'\'').is_some() => parts.push(Part::Literal('\'')),
            '\'' => return Some(()),
            c => parts.push(Part::Literal(c)),
        }
    }
}

fn is_number(part: Part) -> bool {
    match part {
        Part::Literal(_) => false,
        Part::Field('M', count) => count < 3,
        Part::Field(letter, _) => !matches!(letter, 'E' | 'a' | 'z' | 'Z' | 'X'),
    }
}

impl Found {
    /// Reads a field and gives what is left; `glued`: a number follows, so that its own has as many digits as letters.
    fn read<'t>(&mut self, letter: char, count: usize, glued: bool, text: &'t str) -> Option<&'t str> {
        match letter {
            'E' => return named(text, &DAYS).map(|(_, rest)| rest),
            'a' => return ["am", "pm"].iter().find_map(|word| strip(text, word)),
            'z' | 'Z' | 'X' => return zone(text),
            'M' if count > 2 => {
                let (month, rest) = named(text, &MONTHS)?;
                self.month = month;
                return Some(rest);
            }
            _ => {}
        }
        let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let digits = if glued { count.min(digits) } else { digits };
        let number: i64 = text[..digits].parse().ok()?;
        let within = match letter {
            'M' => 1..=12,
            'd' => 1..=31,
            'H' => 0..=23,
            'k' => 1..=24,
            'K' => 0..=11,
            'h' => 1..=12,
            'm' | 's' => 0..=59,
            'S' => 0..=999,
            _ => 0..=9999,
        };
        match letter {
            'y' => self.year = number,
            'M' => self.month = number,
            'd' => self.day = number,
            _ => {}
        }
        within.contains(&number).then_some(&text[digits..])
    }
}

fn strip<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    text.get(..word.len()).filter(|start| start.eq_ignore_ascii_case(word)).map(|_| &text[word.len()..])
}

/// A name, in full or its first three letters, and its number from one.
fn named<'t>(text: &'t str, names: &[&str]) -> Option<(i64, &'t str)> {
    (1..).zip(names).find_map(|(number, name)| {
        let rest = strip(text, name).or_else(|| strip(text, &name[..3]))?;
        Some((number, rest))
    })
}

fn zone(text: &str) -> Option<&str> {
    if let Some(rest) = ["UTC", "GMT", "Z"].iter().find_map(|name| text.strip_prefix(name)) {
        return Some(rest);
    }
    let digits = text.strip_prefix(['+', '-'])?;
    let length = digits.find(|c: char| !c.is_ascii_digit() && c != ':').unwrap_or(digits.len());
    matches!(length, 2 | 4 | 5).then(|| &digits[length..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_accepted_in_their_form() {
        for (form, text, expected) in [
            ("yyyy-MM-dd", "2024-02-29", true),
            ("yyyy-MM-dd", "2023-02-29", false),
            ("yyyy-MM-dd", "2024-13-01", false),
            ("yyyy-MM-dd", "2024-1-2", true),
            ("yyyy-MM-dd", "2024-01-02T00:00", true),
            ("yyyy-MM-dd", "24/01/02", false),
            ("yyyyMMdd", "20240102", true),
            ("yyyyMMdd", "202401", false),
            ("dd MMM yyyy", "02 Jan 2024", true),
            ("dd MMM yyyy", "02 Foo 2024", false),
            ("EEE, d MMMM yyyy HH:mm:ss Z", "Tue, 2 January 2024 23:59:59 +0100", true),
            ("yyyy-MM-dd'T'HH:mm:ssX", "2024-01-02T24:00:00Z", false),
            ("yyyy-MM-dd'T'HH:mm:ss.SSSX", "2024-01-02T23:00:00.123+01:00", true),
            ("hh:mm a", "12:30 pm", true),
            ("hh:mm a", "13:30 pm", false),
            ("h 'o''clock'", "3 o'clock", true),
            ("yyyy", "", false),
            ("yyyy", "x", false),
        ] {
            assert_eq!(DateForm::read(form).unwrap().accepts(text), expected, "{form} {text}");
        }
        assert!(DateForm::read("yyyy-QQ").is_none() && DateForm::read("'open").is_none());
    }
}

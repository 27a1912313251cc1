//! Dates as text, by the patterns of `java.time` and `java.text`.

use crate::value::{Decimal, Rounding};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan, Zoned};

/// A local time, taken as one of UTC.
pub(super) fn at_utc(at: DateTime) -> Zoned {
    at.to_zoned(TimeZone::UTC).unwrap_or_else(|_| zoned_of(0))
}

/// A moment, in UTC.
pub(super) fn zoned_of(millis: i64) -> Zoned {
    Timestamp::from_millisecond(millis).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(TimeZone::UTC)
}

/// A time with an offset, such as `2024-05-06T07:08:09+02:00`.
pub(super) fn read_zoned(text: &str) -> Option<Zoned> {
    if let Ok(zoned) = text.parse() {
        return Some(zoned);
    }
    let moment: Timestamp = text.parse().ok()?;
    let offset = text.rfind(['+', '-', 'Z']).map(|at| &text[at..])?;
    let minutes = match offset.split_once(':') {
        Some((hours, minutes)) => {
            let hours: i32 = hours.parse().ok()?;
            hours * 60 + hours.signum() * minutes.parse::<i32>().ok()?
        }
        None => 0,
    };
    let zone = TimeZone::fixed(jiff::tz::Offset::from_seconds(minutes * 60).ok()?);
    Some(moment.to_zoned(zone))
}

/// Whether a method moves a date by units.
pub(super) fn moves(name: &str) -> bool {
    moved(name, 0).is_some()
}

/// The span that `plusDays` and its kin add.
pub(super) fn moved(name: &str, count: i64) -> Option<Span> {
    let (count, unit) = match (name.strip_prefix("plus"), name.strip_prefix("minus")) {
        (Some(unit), _) => (count, unit),
        (_, Some(unit)) => (count.checked_neg()?, unit),
        _ => return None,
    };
    if count.abs() > 1_000_000_000 {
        return None;
    }
    match unit {
        "Years" => {
            count.try_into().ok().filter(|years: &i16| years.abs() < 19_000).map(|years| i64::from(years).years())
        }
        "Months" if count.abs() < 200_000 => Some(count.months()),
        "Weeks" if count.abs() < 1_000_000 => Some(count.weeks()),
        "Days" if count.abs() < 7_000_000 => Some(count.days()),
        "Hours" if count.abs() < 100_000_000 => Some(count.hours()),
        "Minutes" => Some(count.minutes()),
        "Seconds" => Some(count.seconds()),
        _ => None,
    }
}

/// `LocalDateTime.toString`: seconds only when there are some.
pub(crate) fn local_text(at: DateTime) -> String {
    let mut text = format!("{}T{:02}:{:02}", at.date(), at.hour(), at.minute());
    if at.second() != 0 || at.subsec_nanosecond() != 0 {
        text.push_str(&format!(":{:02}", at.second()));
    }
    let nanos = at.subsec_nanosecond();
    if nanos != 0 {
        let digits = format!("{nanos:09}");
        let kept = if nanos % 1_000_000 == 0 {
            3
        } else if nanos % 1000 == 0 {
            6
        } else {
            9
        };
        text.push_str(&format!(".{}", &digits[..kept]));
    }
    text
}

/// `ZonedDateTime.toString`.
pub(crate) fn zoned_text(at: &Zoned) -> String {
    format!("{}{}", local_text(at.datetime()), offset(at, true))
}

/// `Date.toString`.
pub(crate) fn date_text(millis: i64) -> String {
    formatted("EEE MMM dd HH:mm:ss 'UTC' yyyy", &zoned_of(millis)).unwrap_or_default()
}

fn offset(at: &Zoned, colon: bool) -> String {
    let seconds = at.offset().seconds();
    if seconds == 0 && colon {
        return "Z".to_owned();
    }
    let sign = if seconds < 0 { '-' } else { '+' };
    let minutes = seconds.abs() / 60;
    format!("{sign}{:02}{}{:02}", minutes / 60, if colon { ":" } else { "" }, minutes % 60)
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// The moment in the pattern's form; none when the pattern has letters without a meaning.
pub(super) fn formatted(pattern: &str, at: &Zoned) -> Option<String> {
    let mut text = String::new();
    let mut rest = pattern.chars().peekable();
    while let Some(c) = rest.next() {
        if c == '\'' {
            if rest.peek() == Some(&'\'') {
                rest.next();
                text.push('\'');
                continue;
            }
            let quoted: String = rest.by_ref().take_while(|c| *c != '\'').collect();
            text.push_str(&quoted);
        } else if c.is_ascii_alphabetic() {
            let mut count = 1;
            while rest.next_if_eq(&c).is_some() {
                count += 1;
            }
            text.push_str(&field(c, count.min(32), at)?);
        } else {
            text.push(c);
        }
    }
    Some(text)
}

fn field(letter: char, count: usize, at: &Zoned) -> Option<String> {
    let number = |number: i64| format!("{number:0count$}");
    let named = |names: &[&str], at: usize| {
        let name = names[at];
        if count >= 4 { name.to_owned() } else { name[..3].to_owned() }
    };
    let hour = i64::from(at.hour());
    Some(match letter {
        'y' | 'u' | 'Y' if count == 2 => format!("{:02}", at.year().rem_euclid(100)),
        'y' | 'u' | 'Y' => number(at.year().into()),
        'M' | 'L' if count >= 3 => named(&MONTHS, at.month() as usize - 1),
        'M' | 'L' => number(at.month().into()),
        'd' => number(at.day().into()),
        'D' => number(at.day_of_year().into()),
        'E' => named(&DAYS, at.weekday().to_monday_zero_offset() as usize),
        'e' => number(i64::from(at.weekday().to_sunday_one_offset())),
        'H' => number(hour),
        'k' => number(if hour == 0 { 24 } else { hour }),
        'K' => number(hour % 12),
        'h' => number(if hour % 12 == 0 { 12 } else { hour % 12 }),
        'm' => number(at.minute().into()),
        's' => number(at.second().into()),
        'S' => format!("{:09}", at.subsec_nanosecond()).get(..count).map(str::to_owned)?,
        'n' => number(at.subsec_nanosecond().into()),
        'a' => (if hour < 12 { "AM" } else { "PM" }).to_owned(),
        'z' | 'V' => (if at.offset().seconds() == 0 { "UTC".to_owned() } else { offset(at, true) }).clone(),
        'Z' => offset(at, false),
        'X' if count == 1 && at.offset().seconds() == 0 => "Z".to_owned(),
        'X' | 'x' => offset(at, count != 2),
        'G' => "AD".to_owned(),
        'Q' | 'q' => number(i64::from((at.month() - 1) / 3 + 1)),
        _ => return None,
    })
}

/// `DecimalFormat`: digits before and after the point, groups, percent, a prefix and a suffix.
pub(super) fn decimal(pattern: &str, number: &Decimal) -> String {
    let pattern = pattern.split(';').next().unwrap_or("");
    let is_digit = |c: char| matches!(c, '#' | '0' | ',' | '.');
    let start = pattern.find(is_digit).unwrap_or(pattern.len());
    let end = pattern.rfind(is_digit).map_or(start, |at| at + 1);
    let (prefix, digits, suffix) = (&pattern[..start], &pattern[start..end], &pattern[end..]);
    let hundred = Decimal::new(100.into(), 0);
    let scaled = if pattern.contains('%') { number.times(&hundred) } else { None };
    let number = scaled.unwrap_or_else(|| number.clone());
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let scale = fraction.len().min(340) as i32;
    let rounded = number.rescaled(scale, Rounding::HalfEven).unwrap_or(number);
    let minus = if rounded.signum() < 0 { "-" } else { "" };
    let plain = rounded.plain();
    let (own, rest) = plain.trim_start_matches('-').split_once('.').unwrap_or((plain.trim_start_matches('-'), ""));
    let least = whole.chars().filter(|c| *c == '0').count();
    let own = if own == "0" && least == 0 { "" } else { own };
    let own = grouped(&format!("{own:0>least$}"), whole.rfind(',').map(|at| whole.len() - at - 1));
    let kept = rest.trim_end_matches('0').len().max(fraction.chars().filter(|c| *c == '0').count());
    let rest = &rest[..kept.min(rest.len())];
    let point = if rest.is_empty() { "" } else { "." };
    let own = if own.is_empty() && rest.is_empty() { "0" } else { &own };
    format!("{minus}{}{own}{point}{rest}{}", prefix.replace('\'', ""), suffix.replace('\'', ""))
}

fn grouped(digits: &str, size: Option<usize>) -> String {
    let Some(size) = size.filter(|size| *size > 0) else { return digits.to_owned() };
    let mut result = String::new();
    for (at, c) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(size) {
            result.push(',');
        }
        result.push(c);
    }
    result
}

//! `java.time`, `java.util.Date` and the formats: what expressions commonly do with them.

use super::{Answer, Call, base64};
use crate::el::time;
use crate::error::Error;
use crate::value::{Thing, Value};
use jiff::civil::{Date, DateTime};
use jiff::{Timestamp, ToSpan, Zoned};

/// Formatters that `DateTimeFormatter` has as constants.
pub(in crate::el) fn standard(name: &str) -> Option<String> {
    let pattern = match name {
        "ISO_LOCAL_DATE" | "ISO_DATE" => "yyyy-MM-dd",
        "ISO_LOCAL_TIME" | "ISO_TIME" => "HH:mm:ss",
        "ISO_LOCAL_DATE_TIME" | "ISO_DATE_TIME" => "yyyy-MM-dd'T'HH:mm:ss",
        "ISO_OFFSET_DATE_TIME" | "ISO_INSTANT" => "yyyy-MM-dd'T'HH:mm:ssXXX",
        "BASIC_ISO_DATE" => "yyyyMMdd",
        "RFC_1123_DATE_TIME" => "EEE, d MMM yyyy HH:mm:ss 'GMT'",
        _ => return None,
    };
    Some(pattern.to_owned())
}

pub(super) fn statics<'a>(class: &str, call: &mut Call<'_, 'a, '_>) -> Answer<'a> {
    let now = || Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC);
    Ok(Some(Value::thing(match (class, call.name, call.arguments.len()) {
        ("java.time.LocalDate", "now", 0) => Thing::Date(now().date()),
        ("java.time.LocalDate", "of", 3) => Thing::Date(civil_date(call)?),
        ("java.time.LocalDate", "parse", 1) => Thing::Date(call.text(0)?.parse().map_err(|_| unreadable())?),
        ("java.time.LocalDate", "ofEpochDay", 1) => {
            let day = i32::try_from(call.long(0)?).map_err(|_| out_of_range())?;
            let epoch = Date::constant(1970, 1, 1);
            Thing::Date(epoch.checked_add(day.days()).map_err(|_| out_of_range())?)
        }
        ("java.time.LocalDateTime", "now", 0) => Thing::DateTime(now().datetime()),
        ("java.time.LocalDateTime", "of", 5 | 6) => {
            let date = civil_date(call)?;
            let second = if call.arguments.len() == 6 { call.int(5)? } else { 0 };
            let small = |number: i32| i8::try_from(number).map_err(|_| out_of_range());
            let (hour, minute) = (small(call.int(3)?)?, small(call.int(4)?)?);
            let time = jiff::civil::Time::new(hour, minute, small(second)?, 0).map_err(|_| out_of_range())?;
            Thing::DateTime(date.to_datetime(time))
        }
        ("java.time.LocalDateTime", "parse", 1) => Thing::DateTime(call.text(0)?.parse().map_err(|_| unreadable())?),
        ("java.time.ZonedDateTime", "now", 0) => Thing::Zoned(now()),
        ("java.time.ZonedDateTime", "parse", 1) => {
            let text = call.text(0)?;
            Thing::Zoned(time::read_zoned(&text).ok_or_else(unreadable)?)
        }
        ("java.time.format.DateTimeFormatter", "ofPattern", 1) => Thing::DateFormat(call.text(0)?.to_string()),
        _ => return Ok(None),
    })))
}

fn civil_date(call: &mut Call<'_, '_, '_>) -> Result<Date, Error> {
    let small = |number: i32| i8::try_from(number).map_err(|_| out_of_range());
    let year = i16::try_from(call.int(0)?).map_err(|_| out_of_range())?;
    Date::new(year, small(call.int(1)?)?, small(call.int(2)?)?).map_err(|_| out_of_range())
}

pub(super) fn construct<'a>(class: &str, call: &mut Call<'_, 'a, '_>) -> Answer<'a> {
    Ok(Some(Value::thing(match (class, call.arguments.len()) {
        ("java.util.Date", 0) => Thing::Instant(Timestamp::now().as_millisecond()),
        ("java.util.Date", 1) => Thing::Instant(call.long(0)?),
        ("java.text.SimpleDateFormat", 1) => Thing::SimpleDateFormat(call.text(0)?.to_string()),
        ("java.text.DecimalFormat", 1) => Thing::DecimalFormat(call.text(0)?.to_string()),
        _ => return Ok(None),
    })))
}

pub(super) fn call<'a>(thing: &Thing, call: &mut Call<'_, 'a, '_>) -> Answer<'a> {
    match thing {
        Thing::Base64Encoder(url, padded) => base64::encoder(*url, *padded, call),
        Thing::Base64Decoder(url) => base64::decoder(*url, call),
        Thing::Date(date) => local_date(*date, call),
        Thing::DateTime(at) => local_time(*at, call),
        Thing::Zoned(at) => zoned(at, call),
        Thing::Instant(millis) => Ok(match (call.name, call.arguments) {
            ("getTime", []) => Some(Value::Long(*millis)),
            ("before", [Value::Thing(other)]) => instant(other).map(|other| Value::Bool(*millis < other)),
            ("after", [Value::Thing(other)]) => instant(other).map(|other| Value::Bool(*millis > other)),
            _ => None,
        }),
        Thing::SimpleDateFormat(pattern) => match (call.name, call.arguments) {
            ("format", [Value::Thing(other)]) => match instant(other) {
                Some(millis) => formatted(pattern, &time::zoned_of(millis)).map(Some),
                None => Ok(None),
            },
            _ => Ok(None),
        },
        Thing::DecimalFormat(pattern) => match (call.name, call.arguments) {
            ("format", [number]) if number.is_number() => {
                Ok(number.as_decimal().map(|number| Value::text(time::decimal(pattern, &number))))
            }
            _ => Ok(None),
        },
        Thing::DateFormat(pattern) => match (call.name, call.arguments) {
            ("format", [Value::Thing(other)]) => of_any(pattern, other).transpose(),
            _ => Ok(None),
        },
        _ => Ok(None),
    }
}

fn instant(thing: &Thing) -> Option<i64> {
    match thing {
        Thing::Instant(millis) => Some(*millis),
        _ => None,
    }
}

/// `format(formatter)` of any of the three.
fn format<'a>(zoned: &Zoned, call: &Call<'_, 'a, '_>) -> Answer<'a> {
    match call.arguments {
        [Value::Thing(other)] => match &**other {
            Thing::DateFormat(pattern) => formatted(pattern, zoned).map(Some),
            _ => Ok(None),
        },
        _ => Ok(None),
    }
}

fn of_any<'a>(pattern: &str, thing: &Thing) -> Option<Result<Value<'a>, Error>> {
    let zoned = match thing {
        Thing::Date(date) => time::at_utc(date.at(0, 0, 0, 0)),
        Thing::DateTime(at) => time::at_utc(*at),
        Thing::Zoned(at) => at.clone(),
        _ => return None,
    };
    Some(formatted(pattern, &zoned))
}

fn formatted<'a>(pattern: &str, at: &Zoned) -> Result<Value<'a>, Error> {
    let text = time::formatted(pattern, at);
    text.map(Value::text)
        .ok_or_else(|| Error::runtime("IllegalArgumentException", format!("the pattern {pattern} is not understood")))
}

fn local_date<'a>(date: Date, call: &mut Call<'_, 'a, '_>) -> Answer<'a> {
    if let ("isBefore" | "isAfter" | "isEqual", [Value::Thing(other)]) = (call.name, call.arguments)
        && let Thing::Date(other) = **other
    {
        return Ok(Some(Value::Bool(related(call.name, date.cmp(&other)))));
    }
    match (call.name, call.arguments.len()) {
        ("format", 1) => format(&time::at_utc(date.at(0, 0, 0, 0)), call),
        ("toEpochDay", 0) => {
            let days =
                Date::constant(1970, 1, 1).until(date).map(|span| span.get_days()).map_err(|_| out_of_range())?;
            Ok(Some(Value::Long(days.into())))
        }
        ("atStartOfDay", 0) => Ok(Some(Value::thing(Thing::DateTime(date.at(0, 0, 0, 0))))),
        (name, 1) if time::moves(name) => {
            let moved = time::moved(name, call.long(0)?).and_then(|span| date.checked_add(span).ok());
            Ok(Some(Value::thing(Thing::Date(moved.ok_or_else(out_of_range)?))))
        }
        (name, 0) => Ok(field(&time::at_utc(date.at(0, 0, 0, 0)), name, false)),
        _ => Ok(None),
    }
}

fn local_time<'a>(at: DateTime, call: &mut Call<'_, 'a, '_>) -> Answer<'a> {
    if let ("isBefore" | "isAfter" | "isEqual", [Value::Thing(other)]) = (call.name, call.arguments)
        && let Thing::DateTime(other) = **other
    {
        return Ok(Some(Value::Bool(related(call.name, at.cmp(&other)))));
    }
    match (call.name, call.arguments.len()) {
        ("format", 1) => format(&time::at_utc(at), call),
        ("toLocalDate", 0) => Ok(Some(Value::thing(Thing::Date(at.date())))),
        (name, 1) if time::moves(name) => {
            let moved = time::moved(name, call.long(0)?).and_then(|span| at.checked_add(span).ok());
            Ok(Some(Value::thing(Thing::DateTime(moved.ok_or_else(out_of_range)?))))
        }
        (name, 0) => Ok(field(&time::at_utc(at), name, true)),
        _ => Ok(None),
    }
}

fn zoned<'a>(at: &Zoned, call: &mut Call<'_, 'a, '_>) -> Answer<'a> {
    match (call.name, call.arguments.len()) {
        ("format", 1) => format(at, call),
        ("toLocalDate", 0) => Ok(Some(Value::thing(Thing::Date(at.date())))),
        ("toLocalDateTime", 0) => Ok(Some(Value::thing(Thing::DateTime(at.datetime())))),
        (name, 1) if time::moves(name) => {
            let moved = time::moved(name, call.long(0)?).and_then(|span| at.checked_add(span).ok());
            Ok(Some(Value::thing(Thing::Zoned(moved.ok_or_else(out_of_range)?))))
        }
        (name, 0) => Ok(field(at, name, true)),
        _ => Ok(None),
    }
}

fn related(name: &str, order: std::cmp::Ordering) -> bool {
    match name {
        "isBefore" => order.is_lt(),
        "isAfter" => order.is_gt(),
        _ => order.is_eq(),
    }
}

/// `getYear` and the like.
fn field<'a>(at: &Zoned, getter: &str, timed: bool) -> Option<Value<'a>> {
    let number = match getter {
        "getYear" => i32::from(at.year()),
        "getMonthValue" => i32::from(at.month()),
        "getDayOfMonth" => i32::from(at.day()),
        "getDayOfYear" => i32::from(at.day_of_year()),
        "getHour" if timed => i32::from(at.hour()),
        "getMinute" if timed => i32::from(at.minute()),
        "getSecond" if timed => i32::from(at.second()),
        "getNano" if timed => at.subsec_nanosecond(),
        "isLeapYear" if !timed => return Some(Value::Bool(at.in_leap_year())),
        "lengthOfMonth" if !timed => i32::from(at.days_in_month()),
        "lengthOfYear" if !timed => i32::from(at.days_in_year()),
        _ => return None,
    };
    Some(Value::Int(number))
}

/// The same, as properties.
pub(in crate::el) fn property<'a>(thing: &Thing, name: &str) -> Option<Value<'a>> {
    let capital = |prefix: &str| {
        let mut letters = name.chars();
        letters.next().map(|first| format!("{prefix}{}{}", first.to_ascii_uppercase(), letters.as_str()))
    };
    let (at, timed) = match thing {
        Thing::Date(date) => (time::at_utc(date.at(0, 0, 0, 0)), false),
        Thing::DateTime(at) => (time::at_utc(*at), true),
        Thing::Zoned(at) => (at.clone(), true),
        Thing::Instant(millis) if name == "time" => return Some(Value::Long(*millis)),
        Thing::Node(_, text) if name == "textContent" => return Some(Value::text(text.clone())),
        Thing::Node(own, _) if name == "nodeName" => return Some(Value::text(own.clone())),
        _ => return None,
    };
    field(&at, &capital("get")?, timed).or_else(|| field(&at, &capital("is")?, timed))
}

fn unreadable() -> Error {
    Error::runtime("DateTimeParseException", "the text is no date of this form")
}

fn out_of_range() -> Error {
    Error::runtime("DateTimeException", "there is no such date")
}

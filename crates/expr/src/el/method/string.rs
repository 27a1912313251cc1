//! `java.lang.String`: its places count UTF-16 units, as Java's do.

use super::{Answer, Call};
use crate::el::Pattern;
use crate::el::{evaluate, format};
use crate::error::Error;
use crate::value::{List, Sequence, Text, Thing, Value};
use std::borrow::Cow;

pub(super) fn call<'a>(text: &Text<'a>, call: &mut Call<'_, 'a, '_>) -> Answer<'a> {
    call.budget.steps(text.len())?;
    Ok(Some(match (call.name, call.arguments.len()) {
        ("length", 0) => Value::Int(length(text) as i32),
        ("isEmpty", 0) => Value::Bool(text.is_empty()),
        ("isBlank", 0) => Value::Bool(text.chars().all(char::is_whitespace)),
        ("toString" | "intern" | "strip" | "trim", 0) => same_or_trimmed(text, call.name),
        ("stripLeading", 0) => Value::Str(text.slice(text.len() - text.trim_start().len(), text.len())),
        ("stripTrailing", 0) => Value::Str(text.slice(0, text.trim_end().len())),
        ("toLowerCase", 0) => text.to_lowercase().into(),
        ("toUpperCase", 0) => text.to_uppercase().into(),
        ("equals", 1) => Value::Bool(matches!(&call.arguments[0], Value::Str(other) if **other == **text)),
        ("contentEquals", 1) => Value::Bool(*call.text(0)? == **text),
        ("equalsIgnoreCase", 1) => match &call.arguments[0] {
            Value::Null => Value::Bool(false),
            _ => Value::Bool(text.to_lowercase() == call.text(0)?.to_lowercase()),
        },
        ("compareTo", 1) => Value::Int(distance(text, &call.text(0)?)),
        ("compareToIgnoreCase", 1) => Value::Int(distance(&text.to_lowercase(), &call.text(0)?.to_lowercase())),
        ("contains", 1) => Value::Bool(text.contains(&*call.text(0)?)),
        ("startsWith", 1) => Value::Bool(text.starts_with(&*call.text(0)?)),
        ("startsWith", 2) => {
            let (prefix, from) = (call.text(0)?, call.int(1)?);
            let rest = usize::try_from(from).ok().and_then(|from| part(text, from, length(text)));
            Value::Bool(rest.is_some_and(|rest| rest.starts_with(&*prefix)))
        }
        ("endsWith", 1) => Value::Bool(text.ends_with(&*call.text(0)?)),
        ("indexOf" | "lastIndexOf", 1 | 2) => Value::Int(found(text, call)?),
        ("charAt", 1) => {
            let at = call.int(0)?;
            let one = usize::try_from(at).ok().and_then(|at| part(text, at, at + 1));
            Value::Char(one.and_then(|one| one.chars().next()).ok_or_else(|| outside(at))?)
        }
        ("codePointAt", 1) => {
            let at = call.int(0)?;
            let rest = usize::try_from(at).ok().and_then(|at| part(text, at, length(text)));
            Value::Int(rest.and_then(|rest| rest.chars().next()).ok_or_else(|| outside(at))? as i32)
        }
        ("substring", 1) => sub(text, call.int(0)?, length(text) as i32)?,
        ("substring" | "subSequence", 2) => sub(text, call.int(0)?, call.int(1)?)?,
        ("concat", 1) => made([&**text, &*call.text(0)?].concat(), call)?,
        ("repeat", 1) => repeated(text, call)?,
        ("replace", 2) => replaced(text, call)?,
        ("replaceAll" | "replaceFirst", 2) => {
            let (all, replacement) = (call.name == "replaceAll", call.text(1)?);
            let changed = with_pattern(call, |pattern, limit| pattern.replaced(text, &replacement, all, limit))?;
            made(changed, call)?
        }
        ("matches", 1) => Value::Bool(with_pattern(call, |pattern, _| pattern.matches(text))?),
        ("split", 1 | 2) => split(text, call)?,
        ("formatted", _) => made(format::formatted(text, &call.rest(0), call.budget)?, call)?,
        ("toCharArray", 0) => {
            call.budget.elements(text.len())?;
            Value::List(List::of(Sequence::Array("char"), text.chars().map(Value::Char).collect()))
        }
        ("getBytes", 0 | 1) => {
            call.budget.elements(text.len())?;
            evaluate::bytes(text.as_bytes())
        }
        ("regionMatches", 4) => region(text, call)?,
        ("chars" | "codePoints" | "lines", 0) => Value::thing(Thing::Opaque("java.util.stream.Stream")),
        ("stripIndent", 0) => made(strip_indent(text), call)?,
        // Static ones can be called on a text as well.
        ("valueOf" | "format" | "join" | "copyValueOf", _) => return statics(call),
        _ => return Ok(None),
    }))
}

/// The static methods.
pub(super) fn statics<'a>(call: &mut Call<'_, 'a, '_>) -> Answer<'a> {
    Ok(Some(match (call.name, call.arguments.len()) {
        ("valueOf", 1) => crate::value::java_text(&call.arguments[0], call.budget)?.into(),
        ("format", 1..) => {
            let (pattern, rest) = (call.text(0)?, call.rest(1));
            made(format::formatted(&pattern, &rest, call.budget)?, call)?
        }
        ("join", 1..) => joined(call)?,
        _ => return Ok(None),
    }))
}

fn joined<'a>(call: &mut Call<'_, 'a, '_>) -> Result<Value<'a>, Error> {
    let between = call.text(0)?;
    let parts = match &call.arguments[1..] {
        [Value::List(list)] if list.iter().all(|part| matches!(part, Value::Str(_) | Value::Null)) => list.to_vec(),
        [Value::List(_)] => return Err(Error::runtime("ClassCastException", "only texts can be joined")),
        rest => rest.to_vec(),
    };
    let mut whole = String::new();
    for (at, part) in parts.iter().enumerate() {
        if at > 0 {
            whole.push_str(&between);
        }
        whole.push_str(&crate::value::java_text(part, call.budget)?);
        if whole.len() > call.budget.text_limit() {
            break;
        }
    }
    made(whole, call)
}

fn made<'a>(text: String, call: &mut Call<'_, 'a, '_>) -> Result<Value<'a>, Error> {
    call.budget.text(text.len())?;
    Ok(text.into())
}

fn same_or_trimmed<'a>(text: &Text<'a>, name: &str) -> Value<'a> {
    let trimmed = match name {
        "trim" => text.trim_matches(|c: char| c <= ' '),
        "strip" => text.trim(),
        _ => text,
    };
    let start = trimmed.as_ptr() as usize - text.as_ptr() as usize;
    Value::Str(text.slice(start, start + trimmed.len()))
}

/// The number of UTF-16 units.
pub(in crate::el) fn length(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.encode_utf16().count() }
}

/// From one unit to another, if both are inside.
pub(in crate::el) fn part<'a>(text: &Text<'a>, from: usize, to: usize) -> Option<Text<'a>> {
    if from > to {
        return None;
    }
    if text.is_ascii() {
        return (to <= text.len()).then(|| text.slice(from, to));
    }
    let units: Vec<u16> = text.encode_utf16().collect();
    units.get(from..to).map(|units| String::from_utf16_lossy(units).into())
}

fn sub<'a>(text: &Text<'a>, from: i32, to: i32) -> Result<Value<'a>, Error> {
    let range = usize::try_from(from).ok().zip(usize::try_from(to).ok());
    range.and_then(|(from, to)| part(text, from, to)).map(Value::Str).ok_or_else(|| {
        Error::runtime("StringIndexOutOfBoundsException", format!("begin {from}, end {to}, length {}", length(text)))
    })
}

fn outside(at: i32) -> Error {
    Error::runtime("StringIndexOutOfBoundsException", format!("there is no character at {at}"))
}

/// The difference of the first units that differ, or of the lengths.
fn distance(a: &str, b: &str) -> i32 {
    let pairs = a.encode_utf16().zip(b.encode_utf16());
    let differing = pairs.map(|(a, b)| i32::from(a) - i32::from(b)).find(|difference| *difference != 0);
    differing.unwrap_or_else(|| length(a) as i32 - length(b) as i32)
}

fn found<'a>(text: &Text<'a>, call: &mut Call<'_, 'a, '_>) -> Result<i32, Error> {
    let needle: Cow<'_, str> = match &call.arguments[0] {
        Value::Int(code) => {
            u32::try_from(*code).ok().and_then(char::from_u32).map_or_else(String::new, String::from).into()
        }
        Value::Char(c) => c.to_string().into(),
        Value::Str(needle) => needle.to_string().into(),
        Value::Null => return Err(Error::runtime("NullPointerException", "the text to find is null")),
        _ => return Err(call.ambiguous()),
    };
    let units = |byte: usize| length(&text[..byte]) as i32;
    if call.name == "indexOf" {
        let from = if call.arguments.len() == 2 { call.int(1)?.max(0) as usize } else { 0 };
        let start = byte_of(text, from);
        return Ok(text[start..].find(&*needle).map_or(-1, |at| units(start + at)));
    }
    if call.arguments.len() == 1 {
        return Ok(text.rfind(&*needle).map_or(-1, units));
    }
    let last = call.int(1)?;
    let places = text.match_indices(&*needle).map(|(at, _)| units(at));
    Ok(places.filter(|at| *at <= last).last().unwrap_or(-1))
}

/// The byte at which a unit begins.
fn byte_of(text: &str, unit: usize) -> usize {
    if text.is_ascii() {
        return unit.min(text.len());
    }
    let mut seen = 0;
    let at = text.char_indices().find(|(_, c)| {
        let here = seen >= unit;
        seen += c.len_utf16();
        here
    });
    at.map_or(text.len(), |(at, _)| at)
}

fn repeated<'a>(text: &Text<'a>, call: &mut Call<'_, 'a, '_>) -> Result<Value<'a>, Error> {
    let count = call.int(0)?;
    let count = usize::try_from(count)
        .map_err(|_| Error::runtime("IllegalArgumentException", format!("count is negative: {count}")))?;
    call.budget.text(text.len().saturating_mul(count))?;
    Ok(text.repeat(count).into())
}

fn replaced<'a>(text: &Text<'a>, call: &mut Call<'_, 'a, '_>) -> Result<Value<'a>, Error> {
    let (from, to) = (call.text(0)?, call.text(1)?);
    let places = text.matches(&*from).count();
    call.budget.text(text.len().saturating_add(places.saturating_mul(to.len())))?;
    Ok(text.replace(&*from, &to).into())
}

/// The first argument as a pattern; one that stands in the expression is compiled once.
fn with_pattern<'a, T>(
    call: &mut Call<'_, 'a, '_>,
    then: impl FnOnce(&Pattern, usize) -> Result<T, Error>,
) -> Result<T, Error> {
    let limit = call.budget.text_limit();
    match call.literal(0) {
        Some(literal) => match literal.pattern.get_or_init(|| Pattern::read(&literal.text)) {
            Ok(pattern) => then(pattern, limit),
            Err(error) => Err(error.clone()),
        },
        None => then(&Pattern::read(&call.text(0)?)?, limit),
    }
}

/// `split`: empty parts at the end are left out unless a limit is given.
fn split<'a>(text: &Text<'a>, call: &mut Call<'_, 'a, '_>) -> Result<Value<'a>, Error> {
    let limit = if call.arguments.len() == 2 { call.int(1)? } else { 0 };
    let cuts = with_pattern(call, |pattern, _| pattern.cuts(text, limit))?;
    let mut parts = Vec::with_capacity(cuts.len() + 1);
    let mut start = 0;
    for cut in cuts {
        if cut.end == 0 {
            continue; // nothing stands before a match of no width at the beginning
        }
        parts.push(Value::Str(text.slice(start, cut.start)));
        start = cut.end;
    }
    parts.push(Value::Str(text.slice(start, text.len())));
    if limit == 0 {
        while parts.len() > 1 && matches!(parts.last(), Some(Value::Str(part)) if part.is_empty()) {
            parts.pop();
        }
        if parts.len() == 1 && start > 0 && matches!(&parts[0], Value::Str(part) if part.is_empty()) {
            parts.pop();
        }
    }
    call.budget.elements(parts.len())?;
    Ok(Value::List(List::of(Sequence::Array("java.lang.String"), parts)))
}

fn region<'a>(text: &Text<'a>, call: &mut Call<'_, 'a, '_>) -> Result<Value<'a>, Error> {
    let (at, other, from, count) = (call.int(0)?, call.text(1)?, call.int(2)?, call.int(3)?);
    let cut = |text: &Text<'a>, at: i32| {
        let (at, end) = (usize::try_from(at).ok()?, usize::try_from(at.checked_add(count)?).ok()?);
        part(text, at, end)
    };
    Ok(Value::Bool(cut(text, at).zip(cut(&other, from)).is_some_and(|(a, b)| *a == *b)))
}

/// The lines without the blanks that all of them begin with.
fn strip_indent(text: &str) -> String {
    let blanks = |line: &str| line.len() - line.trim_start().len();
    let indent = text.lines().filter(|line| !line.trim().is_empty()).map(blanks).min().unwrap_or(0);
    let lines: Vec<&str> = text.split('\n').map(|line| line.get(indent..).unwrap_or("").trim_end()).collect();
    lines.join("\n")
}

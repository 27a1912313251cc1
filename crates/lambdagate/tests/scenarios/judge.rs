//! Whether something is as a row says.
//!
//! A value is what it should be; a text that begins with `~` is a pattern; a map with a `$` is a matcher. Of a header
//! field null says that it is absent, a list has all its values. Of a status, a path or a body a list has all that
//! are right.

mod signature;

use crate::client::Answer;
use crate::double::Asked;
use serde_json::{Map, Value};

/// What a client got.
pub(crate) fn answer(expected: &Value, answer: &Answer) -> Result<(), String> {
    let text = answer.text();
    for (member, want) in expected.as_object().into_iter().flatten() {
        match member.as_str() {
            "status" => one_of("status", want, &answer.status.into())?,
            "body_trimmed" => one_of("body", want, &text.trim().into())?,
            "headers" => headers(want, &answer.headers)?,
            "headers_absent" => absent(want, &answer.headers)?,
            other => body(other, want, &text)?,
        }
    }
    Ok(())
}

/// What was sent on.
pub(crate) fn asked(expected: &Value, asked: &Asked) -> Result<(), String> {
    for (member, want) in expected.as_object().into_iter().flatten() {
        match member.as_str() {
            "method" => one_of("method", want, &asked.method.as_str().into())?,
            "target" => one_of("target", want, &asked.target.as_str().into())?,
            "path" => one_of("path", want, &asked.path().into())?,
            "path_decoded" => {
                let path = percent_encoding::percent_decode_str(&asked.target).decode_utf8_lossy().into_owned();
                one_of("path", want, &path.into())?;
            }
            "query" => one_of("query", want, &asked.query().into())?,
            "args" => same("args", want, &args(asked.query()))?,
            "headers" => headers(want, &asked.headers)?,
            "headers_absent" => absent(want, &asked.headers)?,
            "header_patterns" => patterns(want, &asked.headers)?,
            "sigv4" => signature::judge(want, asked)?,
            other => body(other, want, &asked.text())?,
        }
    }
    Ok(())
}

/// A body, by what a row calls the way to look at it.
fn body(way: &str, want: &Value, text: &str) -> Result<(), String> {
    match way {
        "body" => one_of("body", want, &text.into()),
        "body_contains" => {
            let all = want.as_array().cloned().unwrap_or_else(|| vec![want.clone()]);
            let lacking = all.iter().find(|part| !text.contains(part.as_str().unwrap()));
            lacking.map_or(Ok(()), |part| Err(format!("the body has no {part}")))
        }
        "body_json" => same("body", want, &serde_json::from_str(text).unwrap_or(Value::Null)),
        "json" => json(want, text),
        other => Err(format!("nobody judges {other}")),
    }
}

/// A JSON text: a part of it, or as `match` says the whole or a part.
pub(crate) fn json(expected: &Value, text: &str) -> Result<(), String> {
    if expected.is_null() {
        return Ok(());
    }
    let found: Value = serde_json::from_str(text).map_err(|cause| format!("no JSON ({cause}): {text}"))?;
    match expected["match"].as_str() {
        Some("exact") => matches("$", &expected["json"], &found, true),
        Some("subset") => matches("$", &expected["json"], &found, false),
        Some(other) => Err(format!("nobody matches {other:?}")),
        None => matches("$", expected, &found, false),
    }
}

fn all<'a>(name: &str, found: &'a [(String, String)]) -> Vec<&'a str> {
    found.iter().filter(|(one, _)| one.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str()).collect()
}

fn headers(expected: &Value, found: &[(String, String)]) -> Result<(), String> {
    for (name, want) in expected.as_object().into_iter().flatten() {
        let all = all(name, found);
        match want {
            Value::Null if all.is_empty() => {}
            Value::Null => return Err(format!("{name} is {all:?} and should be absent")),
            Value::Array(_) => same(name, want, &all.into())?,
            Value::Object(matching) if matching.contains_key("$multi") => same(name, &matching["$multi"], &all.into())?,
            Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
                let value = if all.is_empty() { None } else { Some(Value::from(all.join(", "))) };
                member_of(name, want, value.as_ref(), true)?;
            }
        }
    }
    Ok(())
}

fn patterns(expected: &Value, found: &[(String, String)]) -> Result<(), String> {
    for (name, want) in expected.as_object().into_iter().flatten() {
        let value = all(name, found).join(", ");
        if !fits(want.as_str().unwrap(), &value) {
            return Err(format!("{name} is {value:?} and should match {want}"));
        }
    }
    Ok(())
}

fn absent(expected: &Value, found: &[(String, String)]) -> Result<(), String> {
    match expected.as_array().into_iter().flatten().find(|name| !all(name.as_str().unwrap(), found).is_empty()) {
        Some(name) => Err(format!("there is {name}")),
        None => Ok(()),
    }
}

fn args(query: &str) -> Value {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    pairs.map(|(name, value)| Value::from(vec![name, value])).collect()
}

/// One of several, where there are several.
fn one_of(at: &str, want: &Value, found: &Value) -> Result<(), String> {
    let all = want.as_array().cloned().unwrap_or_else(|| vec![want.clone()]);
    if all.iter().any(|want| matches(at, want, found, true).is_ok()) {
        return Ok(());
    }
    Err(format!("{at} is {found} and should be {want}"))
}

fn matches(at: &str, want: &Value, found: &Value, exact: bool) -> Result<(), String> {
    match (want, found) {
        (Value::Object(wanted), _) if wanted.keys().any(|key| key.starts_with('$')) => matcher(at, wanted, Some(found)),
        (Value::Object(wanted), Value::Object(members)) => {
            for (name, want) in wanted {
                member_of(&format!("{at}.{name}"), want, members.get(name), exact)?;
            }
            match members.keys().find(|name| exact && !wanted.contains_key(*name)) {
                Some(more) => Err(format!("{at}.{more} is too much")),
                None => Ok(()),
            }
        }
        (Value::Array(wanted), Value::Array(items)) if wanted.len() == items.len() => wanted
            .iter()
            .zip(items)
            .enumerate()
            .try_for_each(|(n, (want, item))| matches(&format!("{at}[{n}]"), want, item, exact)),
        _ => same(at, want, found),
    }
}

fn member_of(at: &str, want: &Value, found: Option<&Value>, exact: bool) -> Result<(), String> {
    match (want.as_object().filter(|map| map.keys().any(|key| key.starts_with('$'))), found) {
        (Some(matching), found) => matcher(at, matching, found),
        (None, Some(found)) => matches(at, want, found, exact),
        (None, None) if want.is_null() && !exact => Ok(()),
        (None, None) => Err(format!("{at} is missing, and should be {want}")),
    }
}

fn matcher(at: &str, matching: &Map<String, Value>, found: Option<&Value>) -> Result<(), String> {
    let (name, argument) = matching.iter().next().unwrap();
    let right = match (name.as_str(), found) {
        ("$absent", found) => found.is_none(),
        ("$optional", None) => true,
        ("$optional", Some(found)) => return matches(at, argument, found, true),
        (_, None) => false,
        ("$any", Some(_)) => true,
        ("$exact", Some(found)) => return matches(at, argument, found, true),
        ("$regex", Some(found)) => {
            let text = found.as_str().map_or_else(|| found.to_string(), str::to_owned);
            fits(argument.as_str().unwrap(), &text)
        }
        ("$one_of", Some(found)) => argument.as_array().unwrap().contains(found),
        ("$peer_ip", Some(found)) => found == "127.0.0.1",
        ("$type", Some(found)) => argument == kind(found),
        (other, _) => return Err(format!("nobody knows {other}")),
    };
    if right { Ok(()) } else { Err(format!("{at} is {found:?} and should be {}", Value::Object(matching.clone()))) }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// Numbers are compared as numbers: 1 is 1.0.
pub(crate) fn same(at: &str, want: &Value, found: &Value) -> Result<(), String> {
    let pattern = want.as_str().and_then(|text| text.strip_prefix('~'));
    let right = match (pattern, found.as_str()) {
        (Some(pattern), Some(text)) => fits(pattern, text),
        _ => want == found || want.as_f64().is_some_and(|want| found.as_f64() == Some(want)),
    };
    if right { Ok(()) } else { Err(format!("{at} is {found} and should be {want}")) }
}

fn fits(pattern: &str, text: &str) -> bool {
    regex::Regex::new(pattern).unwrap().is_match(text)
}

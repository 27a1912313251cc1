//! Whether something is as a row says: values, and matchers that begin with a dollar sign.

use super::double::Invocation;
use crate::client::Answer;
use serde_json::{Map, Value};

pub(super) fn response(expected: &Value, answer: &Answer) -> Result<(), String> {
    let Some(expected) = expected.as_object() else { return Ok(()) };
    for (member, want) in expected {
        let text = answer.text();
        match member.as_str() {
            "status" => same("status", want, &answer.status.into())?,
            "headers" => headers(want, &answer.headers)?,
            "body" => same("body", want, &text.clone().into())?,
            "body_trimmed" => same("body", want, &text.trim().into())?,
            "body_contains" => holds(&text, want)?,
            "json" => payload(want, &text)?,
            other => return Err(format!("nobody judges {other}")),
        }
    }
    Ok(())
}

pub(super) fn invocation(expected: &Value, call: &Invocation) -> Result<(), String> {
    for (member, want) in expected.as_object().into_iter().flatten() {
        match member.as_str() {
            "headers" => headers(want, &call.headers)?,
            "path_decoded" => {
                let path = percent_encoding::percent_decode_str(&call.path).decode_utf8_lossy().into_owned();
                same("path", want, &path.into())?;
            }
            other => return Err(format!("nobody judges {other}")),
        }
    }
    Ok(())
}

/// A JSON text as a whole, in part, or by its number of members.
pub(super) fn payload(expected: &Value, text: &str) -> Result<(), String> {
    if expected.is_null() {
        return Ok(());
    }
    let found: Value = serde_json::from_str(text).map_err(|cause| format!("no JSON ({cause}): {text}"))?;
    let want = &expected["json"];
    match expected["match"].as_str() {
        Some("exact") => matches("$", want, &found, true),
        Some("subset") => matches("$", want, &found, false),
        other => Err(format!("nobody matches {other:?}")),
    }
}

fn headers(expected: &Value, found: &[(String, String)]) -> Result<(), String> {
    for (name, want) in expected.as_object().into_iter().flatten() {
        let all: Vec<&str> =
            found.iter().filter(|(one, _)| one.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str()).collect();
        if let Some(values) = want.get("$multi") {
            same(name, values, &all.into())?;
            continue;
        }
        let value = if all.is_empty() { None } else { Some(Value::from(all.join(", "))) };
        member(name, want, value.as_ref(), true)?;
    }
    Ok(())
}

fn matches(at: &str, want: &Value, found: &Value, exact: bool) -> Result<(), String> {
    match (want, found) {
        (Value::Object(wanted), _) if wanted.keys().any(|key| key.starts_with('$')) => matcher(at, wanted, Some(found)),
        (Value::Object(wanted), Value::Object(members)) => {
            for (name, want) in wanted {
                member(&format!("{at}.{name}"), want, members.get(name), exact)?;
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

fn member(at: &str, want: &Value, found: Option<&Value>, exact: bool) -> Result<(), String> {
    match (want.as_object().filter(|map| map.keys().any(|key| key.starts_with('$'))), found) {
        (Some(matching), found) => matcher(at, matching, found),
        (None, Some(found)) => matches(at, want, found, exact),
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
            regex::Regex::new(argument.as_str().unwrap()).unwrap().is_match(&text)
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

fn holds(text: &str, want: &Value) -> Result<(), String> {
    let all = want.as_array().cloned().unwrap_or_else(|| vec![want.clone()]);
    match all.iter().find(|part| !text.contains(part.as_str().unwrap())) {
        Some(part) => Err(format!("the body has no {part}")),
        None => Ok(()),
    }
}

/// Numbers are compared as numbers: 1 is 1.0.
fn same(at: &str, want: &Value, found: &Value) -> Result<(), String> {
    let equal = want == found || want.as_f64().is_some_and(|want| found.as_f64() == Some(want));
    if equal { Ok(()) } else { Err(format!("{at} is {found} and should be {want}")) }
}

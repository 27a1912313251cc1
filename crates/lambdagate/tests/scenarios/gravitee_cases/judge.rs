//! Whether something is as a row says.

use super::double::Asked;
use crate::client::Answer;
use serde_json::Value;

pub(super) fn response(expected: &Value, answer: &Answer) -> Result<(), String> {
    let text = answer.text();
    for (member, want) in expected.as_object().into_iter().flatten() {
        match member.as_str() {
            "status" => same("status", want, &answer.status.into())?,
            "headers" => headers(want, &answer.headers)?,
            "headers_absent" => absent(want, &answer.headers)?,
            "body" => same("body", want, &text.clone().into())?,
            "body_contains" => holds(want, &text)?,
            "body_json" => same("body", want, &serde_json::from_str(&text).unwrap_or(Value::Null))?,
            other => return Err(format!("nobody judges {other} of a response")),
        }
    }
    Ok(())
}

pub(super) fn request(expected: &Value, asked: &Asked) -> Result<(), String> {
    for (member, want) in expected.as_object().into_iter().flatten() {
        match member.as_str() {
            "method" => same("method", want, &asked.method.clone().into())?,
            "path" => same("path", want, &asked.path.clone().into())?,
            "query" => same("query", want, &asked.path.split_once('?').map_or("", |(_, query)| query).into())?,
            "body" => same("body", want, &asked.body.clone().into())?,
            "body_json" => same("body", want, &serde_json::from_str(&asked.body).unwrap_or(Value::Null))?,
            "headers" => headers(want, &asked.headers)?,
            "headers_absent" => absent(want, &asked.headers)?,
            "header_patterns" => patterns(want, &asked.headers)?,
            other => return Err(format!("nobody judges {other} of a request")),
        }
    }
    Ok(())
}

fn all<'a>(name: &str, found: &'a [(String, String)]) -> Vec<&'a str> {
    found.iter().filter(|(one, _)| one.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str()).collect()
}

fn headers(expected: &Value, found: &[(String, String)]) -> Result<(), String> {
    for (name, want) in expected.as_object().into_iter().flatten() {
        same(name, want, &all(name, found).join(", ").into())?;
    }
    Ok(())
}

fn patterns(expected: &Value, found: &[(String, String)]) -> Result<(), String> {
    for (name, want) in expected.as_object().into_iter().flatten() {
        let value = all(name, found).join(", ");
        if !regex::Regex::new(want.as_str().unwrap()).unwrap().is_match(&value) {
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

fn holds(expected: &Value, text: &str) -> Result<(), String> {
    let wanted = expected.as_array().cloned().unwrap_or_else(|| vec![expected.clone()]);
    match wanted.iter().find(|part| !text.contains(part.as_str().unwrap())) {
        Some(part) => Err(format!("the body has no {part}")),
        None => Ok(()),
    }
}

pub(super) fn same(at: &str, want: &Value, found: &Value) -> Result<(), String> {
    if want == found { Ok(()) } else { Err(format!("{at} is {found} and should be {want}")) }
}

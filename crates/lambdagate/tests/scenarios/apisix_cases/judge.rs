//! Whether something is as a row says.

use super::double::Sent;
use super::signature;
use crate::client::Answer;
use serde_json::Value;

/// What a client got.
pub(super) fn answer(expected: &Value, answer: &Answer) -> Result<(), String> {
    for (member, want) in expected.as_object().into_iter().flatten() {
        match member.as_str() {
            "status" => one_of("status", want, &answer.status.into())?,
            "headers" => headers(want, &answer.headers)?,
            "body" => one_of("body", want, &answer.text().into())?,
            "body_contains" => {
                let text = answer.text();
                let all = want.as_array().unwrap().iter().map(|part| part.as_str().unwrap());
                if let Some(part) = all.into_iter().find(|part| !text.contains(part)) {
                    return Err(format!("the body has no {part:?}"));
                }
            }
            "json" => {
                let text = answer.text();
                let found = serde_json::from_str(&text).map_err(|cause| format!("no JSON ({cause}): {text}"))?;
                within("$", want, &found)?;
            }
            other => return Err(format!("nobody judges {other}")),
        }
    }
    Ok(())
}

/// What was sent on; `none`: nothing.
pub(super) fn sent(expected: &Value, sent: Option<&Sent>) -> Result<(), String> {
    let sent = match (expected, sent) {
        (Value::Null, _) => return Ok(()),
        (Value::String(_), Some(_)) => return Err("something was sent on".to_owned()),
        (Value::String(_), None) => return Ok(()),
        (_, None) => return Err("nothing was sent on".to_owned()),
        (_, Some(sent)) => sent,
    };
    for (member, want) in expected.as_object().into_iter().flatten() {
        let path = sent.target.split('?').next().unwrap_or_default();
        match member.as_str() {
            "method" => one_of("method", want, &sent.method.as_str().into())?,
            "target" => one_of("target", want, &sent.target.as_str().into())?,
            "path" => one_of("path", want, &path.into())?,
            "args" => one_of("args", &Value::Array(vec![want.clone()]), &args(&sent.target))?,
            "headers" => headers(want, &sent.headers)?,
            "body" => one_of("body", want, &String::from_utf8_lossy(&sent.body).into_owned().into())?,
            "sigv4" => signature::judge(want, sent)?,
            other => return Err(format!("nobody judges {other}")),
        }
    }
    Ok(())
}

fn args(target: &str) -> Value {
    let query = target.split_once('?').map_or("", |(_, query)| query);
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| Value::from(vec![name, value]))
        .collect()
}

/// A text is the value, `~` before it makes it a pattern, a list has all values, and null is absence.
fn headers(expected: &Value, found: &[(String, String)]) -> Result<(), String> {
    for (name, want) in expected.as_object().into_iter().flatten() {
        let all: Vec<&str> =
            found.iter().filter(|(one, _)| one.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str()).collect();
        match want {
            Value::Null if all.is_empty() => {}
            Value::Array(_) if *want == Value::from(all.clone()) => {}
            Value::String(_) if !all.is_empty() => leaf(name, want, &all.join(", ").into())?,
            _ => return Err(format!("{name} is {all:?} and should be {want}")),
        }
    }
    Ok(())
}

/// One of several, where there are several.
fn one_of(at: &str, want: &Value, found: &Value) -> Result<(), String> {
    let all = want.as_array().cloned().unwrap_or_else(|| vec![want.clone()]);
    if all.iter().any(|want| leaf(at, want, found).is_ok()) {
        return Ok(());
    }
    Err(format!("{at} is {found} and should be {want}"))
}

fn within(at: &str, want: &Value, found: &Value) -> Result<(), String> {
    match (want, found) {
        (Value::Object(wanted), Value::Object(members)) => wanted.iter().try_for_each(|(name, want)| {
            within(&format!("{at}.{name}"), want, members.get(name).unwrap_or(&Value::Null))
        }),
        (Value::Array(wanted), Value::Array(items)) if wanted.len() == items.len() => {
            wanted.iter().zip(items).try_for_each(|(want, item)| within(at, want, item))
        }
        (want, found) => leaf(at, want, found),
    }
}

fn leaf(at: &str, want: &Value, found: &Value) -> Result<(), String> {
    let fits = match (want.as_str().and_then(|text| text.strip_prefix('~')), found.as_str()) {
        (Some(pattern), Some(text)) => regex::Regex::new(pattern).unwrap().is_match(text),
        _ => want == found,
    };
    if fits { Ok(()) } else { Err(format!("{at} is {found} and should be {want}")) }
}

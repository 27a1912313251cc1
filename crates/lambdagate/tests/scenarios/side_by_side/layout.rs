//! YAML as people lay it out: what fits into a line stands in one.

use serde_json::Value;

/// As long as a line gets.
const WIDTH: usize = 110;

/// A list or map as lines.
pub(super) fn lay_out(value: &Value) -> String {
    let mut text = String::new();
    block(value, 0, &mut text);
    text
}

/// The members of a list or a map, each on lines of its own.
fn block(value: &Value, indent: usize, text: &mut String) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| entry("- ", item, indent, text)),
        Value::Object(members) => {
            for (name, member) in members {
                entry(&format!("{}: ", scalar(name)), member, indent, text);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => text.push_str(&inline(value)),
    }
}

/// One item or member, behind its dash or name.
fn entry(before: &str, value: &Value, indent: usize, text: &mut String) {
    // A policy stands behind its dash on a line of its own, with whatever says more of it below.
    let opens = before == "- " && matches!(value, Value::Object(members) if members.len() == 1 || indent == 0);
    let line = format!("{:indent$}{before}{}", "", inline(value));
    if line.len() <= WIDTH && !opens || is_scalar(value) {
        text.push_str(&line);
        text.push('\n');
        return;
    }
    let mut inner = String::new();
    if before == "- " {
        block(value, indent + 2, &mut inner);
        inner.replace_range(indent..indent + 2, "- ");
    } else {
        text.push_str(&format!("{:indent$}{}\n", "", before.trim_end()));
        block(value, indent + 2, &mut inner);
    }
    text.push_str(&inner);
}

fn is_scalar(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
    }
}

fn inline(value: &Value) -> String {
    match value {
        Value::String(plain) => scalar(plain),
        Value::Array(items) => format!("[{}]", items.iter().map(inline).collect::<Vec<_>>().join(", ")),
        Value::Object(members) if members.is_empty() => "{}".to_owned(),
        Value::Object(members) => {
            let shown = members.iter().map(|(name, member)| format!("{}: {}", scalar(name), inline(member)));
            format!("{{ {} }}", shown.collect::<Vec<_>>().join(", "))
        }
        Value::Number(number) => match number.as_f64().filter(|_| number.is_f64()) {
            Some(whole) if whole.fract() == 0.0 => format!("{whole:.0}"),
            _ => number.to_string(),
        },
        Value::Null | Value::Bool(_) => value.to_string(),
    }
}

/// A text, bare where nobody can take it for something else.
fn scalar(plain: &str) -> String {
    let first =
        plain.chars().next().is_some_and(|first| first.is_ascii_alphabetic() || matches!(first, '/' | '$' | '.'));
    let rest = plain.chars().all(|one| one.is_ascii_alphanumeric() || " -_./$@%()+=;'".contains(one));
    let word = matches!(
        plain.to_ascii_lowercase().as_str(),
        "null" | "true" | "false" | "yes" | "no" | "on" | "off" | "y" | "n"
    );
    let number = plain.parse::<f64>().is_ok();
    let is_rate = plain.split_once('/').is_some_and(|(count, _)| count.parse::<u64>().is_ok())
        || plain.starts_with(|one: char| one.is_ascii_digit())
            && plain.ends_with(|one: char| one.is_ascii_alphabetic());
    let bare = (first || is_rate && !number) && rest && !word && !plain.ends_with(' ');
    let quotable = plain.contains('"') && !plain.contains(|one: char| one == '\'' || one.is_control());
    match (bare, quotable) {
        (true, _) => plain.to_owned(),
        (false, true) => format!("'{plain}'"),
        (false, false) => Value::from(plain).to_string(),
    }
}

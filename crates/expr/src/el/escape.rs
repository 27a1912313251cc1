//! `#xmlEscape` and `#jsonEscape`: values as text that fits into a document.

use crate::error::Error;
use crate::limits::Budget;
use crate::value::{Value, java_text};
use std::fmt::Write;

/// A language to escape for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    Xml,
    Json,
}

/// The value's text, escaped; null stays null.
pub(super) fn escaped<'a>(value: &Value<'a>, language: Language, budget: &mut Budget<'_>) -> Result<Value<'a>, Error> {
    let text = match value {
        Value::Null => return Ok(Value::Null),
        Value::List(list) => {
            let mut parts = Vec::with_capacity(list.len());
            for item in list.iter() {
                parts.push(if item.is_null() { String::new() } else { java_text(item, budget)? });
            }
            parts.join(" ")
        }
        other => java_text(other, budget)?,
    };
    budget.text(text.len())?;
    let escaped = match language {
        Language::Xml => xml(&text),
        Language::Json => json(&text),
    };
    budget.text(escaped.len())?;
    Ok(Value::text(escaped))
}

/// XML 1.0: five characters have names, what no document may hold is left out.
fn xml(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            '\t' | '\n' | '\r' => escaped.push(c),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            '\u{7f}'..='\u{84}' | '\u{86}'..='\u{9f}' => write!(escaped, "&#{};", c as u32).unwrap_or_default(),
            c => escaped.push(c),
        }
    }
    escaped
}

/// JSON: all that is not printable ASCII by its number, the slash too.
fn json(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '"' => escaped.push_str("\\\""),
            '\\' => escaped.push_str("\\\\"),
            '/' => escaped.push_str("\\/"),
            '\u{8}' => escaped.push_str("\\b"),
            '\u{c}' => escaped.push_str("\\f"),
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\t' => escaped.push_str("\\t"),
            ' '..='~' => escaped.push(c),
            c => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    write!(escaped, "\\u{unit:04X}").unwrap_or_default();
                }
            }
        }
    }
    escaped
}

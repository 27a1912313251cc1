//! Functions of texts.

use super::BuiltIn;
use crate::error::Error;
use crate::freemarker::compute::{Problem, shown};
use crate::freemarker::data::Data;
use crate::limits::Budget;
use crate::value::{Decimal, Text};
use std::fmt::Write;
use std::sync::Arc;

/// `text?name(given)`.
pub(super) fn call<'w>(
    text: &Text<'w>,
    built_in: BuiltIn,
    given: &[Data<'w>],
    budget: &mut Budget<'_>,
) -> Result<Data<'w>, Error> {
    use BuiltIn as B;
    budget.steps(text.len())?;
    let argument = |at: usize| given.get(at).map_or(Ok(Text::Borrowed("")), shown);
    let made = match built_in {
        B::Contains => return Ok(Data::Bool(text.contains(&*argument(0)?))),
        B::StartsWith => return Ok(Data::Bool(text.starts_with(&*argument(0)?))),
        B::EndsWith => return Ok(Data::Bool(text.ends_with(&*argument(0)?))),
        B::Length => return Ok(Data::whole(text.chars().map(char::len_utf16).sum::<usize>() as u64)),
        B::IndexOf => return Ok(Data::whole(index_of(text, &argument(0)?))),
        B::Number => {
            let number = Decimal::read(text.trim()).ok_or_else(|| Problem::new("the text is no number"))?;
            return Ok(Data::Number(Arc::new(number)));
        }
        B::Boolean => match &**text {
            "true" => return Ok(Data::Bool(true)),
            "false" => return Ok(Data::Bool(false)),
            _ => return Err(Problem::new("the text is neither true nor false").into()),
        },
        B::Split => return split(text, &argument(0)?, budget),
        B::Trim => return Ok(Data::text(text.trim_matches(|c| c <= ' '))),
        B::Substring => return substring(text, given),
        B::UpperCase => text.to_uppercase(),
        B::LowerCase => text.to_lowercase(),
        B::CapFirst => with_first(text, |c| c.to_uppercase().collect()),
        B::UncapFirst => with_first(text, |c| c.to_lowercase().collect()),
        B::Replace => replace(text, &argument(0)?, &argument(1)?, budget)?,
        B::Html => escaped(text, "&#39;"),
        B::Xml => escaped(text, "&apos;"),
        B::JsonString => script(text, true),
        B::JsString => script(text, false),
        other => return Err(Problem::new(format!("{other:?} is of no text")).into()),
    };
    budget.text(made.len())?;
    Ok(Data::text(made))
}

fn index_of(text: &str, wanted: &str) -> i64 {
    let units = |text: &str| text.chars().map(char::len_utf16).sum::<usize>();
    text.find(wanted).map_or(-1, |at| i64::try_from(units(&text[..at])).unwrap_or(i64::MAX))
}

fn split<'w>(text: &str, between: &str, budget: &mut Budget<'_>) -> Result<Data<'w>, Error> {
    if between.is_empty() {
        return Err(Problem::new("what is to split a text is empty").into());
    }
    budget.elements(text.matches(between).count() + 1)?;
    Ok(Data::list(text.split(between).map(Data::text).collect()))
}

fn replace(text: &str, old: &str, new: &str, budget: &mut Budget<'_>) -> Result<String, Error> {
    let count = text.matches(old).count();
    let added = new.len().saturating_sub(old.len()).saturating_mul(count);
    budget.text(text.len().saturating_add(added))?;
    Ok(text.replace(old, new))
}

fn substring<'w>(text: &str, given: &[Data<'w>]) -> Result<Data<'w>, Error> {
    let index = |value: &Data<'w>| {
        let index = crate::freemarker::operate::integer(value)?;
        usize::try_from(index).map_err(|_| Problem::new("an index is below zero"))
    };
    let from = index(&given[0])?;
    let chars: Vec<char> = text.chars().collect();
    let to = given.get(1).map(index).transpose()?.unwrap_or(chars.len());
    let part = chars.get(from..to).ok_or_else(|| Problem::new("an index is beyond the end"))?;
    Ok(Data::text(part.iter().collect::<String>()))
}

/// The first character that is no white space, changed.
fn with_first(text: &str, change: fn(char) -> String) -> String {
    let begin = text.len() - text.trim_start().len();
    let mut rest = text[begin..].chars();
    let first = rest.next().map(change).unwrap_or_default();
    format!("{}{first}{}", &text[..begin], rest.as_str())
}

fn escaped(text: &str, apostrophe: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str(apostrophe),
            other => out.push(other),
        }
    }
    out
}

/// Between the quotes of JSON or of JavaScript, so that no tag of HTML ends there either.
fn script(text: &str, json: bool) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    let mut before = [None, None];
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let code = |out: &mut String| match json || c as u32 > 0xff {
            true => write!(out, "\\u{:04X}", c as u32),
            false => write!(out, "\\x{:02X}", c as u32),
        };
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{c}' => out.push_str("\\f"),
            '\u{8}' => out.push_str("\\b"),
            '"' | '\\' => out.extend(['\\', c]),
            '\'' if !json => out.push_str("\\'"),
            '/' if matches!(before[1], None | Some('<')) => out.push_str("\\/"),
            '>' if ends_section(before) && !json => out.push_str("\\>"),
            '>' if ends_section(before) => code(&mut out).unwrap_or_default(),
            '<' if matches!(chars.peek(), None | Some('!' | '?')) => code(&mut out).unwrap_or_default(),
            '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' => code(&mut out).unwrap_or_default(),
            other => out.push(other),
        }
        before = [before[1], Some(c)];
    }
    out
}

/// Whether a `>` here would end a section or a comment: behind two `]` or two `-`, or perhaps so.
fn ends_section(before: [Option<char>; 2]) -> bool {
    match before {
        [_, None] | [None, Some(']' | '-')] => true,
        [first, second @ Some(']' | '-')] => first == second,
        _ => false,
    }
}

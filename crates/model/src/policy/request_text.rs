//! A text with parts of the request in it: `/users/$(uri_captures.id)`.

mod variables;

use crate::variable::Variable;
use serde::Serialize;

/// Texts and parts of the request, one behind the other.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RequestText {
    /// What stands behind each other.
    pub parts: Vec<TextPart>,
}

/// A part of a [`RequestText`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum TextPart {
    /// These characters.
    Text(String),
    /// The first of these that is there; nothing when none is.
    FirstOf(Vec<TextSource>),
}

/// Where a part of the request comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum TextSource {
    /// A header field, the first of its name. In the name `_` stands for `-` too.
    Header(String),
    /// A query parameter, decoded, the first of its name.
    Query(String),
    /// What the route's path captured under this name, or by this number from 1.
    Capture(String),
    /// A variable.
    Variable(Variable),
    /// What the step's own regular expression captured by this number.
    Matched(usize),
    /// These characters.
    Text(String),
}

/// Why such a text cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestTextError {
    /// `$(` without `)`.
    #[error("$( has no closing parenthesis: {text:?}")]
    Open {
        /// From there on.
        text: String,
    },
    /// Something else stands in the parentheses.
    #[error(
        "{text:?} is not known: headers.NAME, query_params.NAME, uri_captures.NAME and quoted texts are, with `or` \
         between them"
    )]
    Source {
        /// What stands there.
        text: String,
    },
}

impl RequestText {
    /// A text that stands for itself.
    pub fn plain(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { parts: if text.is_empty() { Vec::new() } else { vec![TextPart::Text(text)] } }
    }

    /// Reads `a$(headers.x)b`, `$(query_params["a-b"] or uri_captures[1] or "none")`.
    pub fn parse(text: &str) -> Result<Self, RequestTextError> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(at) = rest.find("$(") {
            push_text(&mut parts, &rest[..at]);
            let inner = &rest[at + 2..];
            let end = closing(inner).ok_or_else(|| RequestTextError::Open { text: rest[at..].to_owned() })?;
            parts.push(TextPart::FirstOf(sources(&inner[..end])?));
            rest = &inner[end + 1..];
        }
        push_text(&mut parts, rest);
        Ok(Self { parts })
    }

    /// The text, when it stands for itself.
    pub fn as_plain(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [] => Some(""),
            [TextPart::Text(text)] => Some(text),
            _ => None,
        }
    }
}

impl std::fmt::Display for RequestText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for part in &self.parts {
            match part {
                TextPart::Text(text) => f.write_str(text)?,
                TextPart::FirstOf(sources) => {
                    let written: Vec<String> = sources.iter().map(TextSource::to_string).collect();
                    write!(f, "$({})", written.join(" or "))?;
                }
            }
        }
        Ok(())
    }
}

impl std::fmt::Display for TextSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (table, name) = match self {
            Self::Header(name) => ("headers", name),
            Self::Query(name) => ("query_params", name),
            Self::Capture(name) => ("uri_captures", name),
            Self::Variable(variable) => return write!(f, "variables[{}]", quoted(&variable.to_string())),
            Self::Matched(number) => return write!(f, "matched[{number}]"),
            Self::Text(text) => return write!(f, "{}", quoted(text)),
        };
        match is_name(name) {
            true => write!(f, "{table}.{name}"),
            false => write!(f, "{table}[{}]", quoted(name)),
        }
    }
}

fn push_text(parts: &mut Vec<TextPart>, text: &str) {
    if !text.is_empty() {
        parts.push(TextPart::Text(text.to_owned()));
    }
}

/// The parenthesis that closes, outside of quotes.
fn closing(text: &str) -> Option<usize> {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if c == '"' || c == '\'' => quote = Some(c),
            None if c == ')' => return Some(at),
            None => {}
        }
    }
    None
}

fn sources(text: &str) -> Result<Vec<TextSource>, RequestTextError> {
    let mut sources = Vec::new();
    let mut rest = text;
    loop {
        let (source, after) = source(rest.trim_start())?;
        sources.push(source);
        let after = after.trim_start();
        if after.is_empty() {
            return Ok(sources);
        }
        let following = after.strip_prefix("or").filter(|next| next.starts_with(|c: char| !is_word(c)));
        rest = following.ok_or_else(|| RequestTextError::Source { text: text.to_owned() })?;
    }
}

fn source(text: &str) -> Result<(TextSource, &str), RequestTextError> {
    let unknown = || RequestTextError::Source { text: text.to_owned() };
    if text.starts_with(['"', '\'']) {
        return unquoted(text).map(|(text, rest)| (TextSource::Text(text), rest)).ok_or_else(unknown);
    }
    type Make = fn(String) -> TextSource;
    let tables: [(&str, Make); 4] = [
        ("headers", TextSource::Header),
        ("query_params", TextSource::Query),
        ("uri_captures", TextSource::Capture),
        ("variables", |name| TextSource::Variable(Variable::of(&name))),
    ];
    let (make, rest) =
        tables.iter().find_map(|(table, make)| Some((make, text.strip_prefix(table)?))).ok_or_else(unknown)?;
    let (name, rest) = key(rest).filter(|(name, _)| !name.is_empty()).ok_or_else(unknown)?;
    Ok((make(name), rest))
}

/// `.name`, `["name"]` or `[1]`.
fn key(text: &str) -> Option<(String, &str)> {
    if let Some(rest) = text.strip_prefix('.') {
        let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        return Some((rest[..end].to_owned(), &rest[end..]));
    }
    let rest = text.strip_prefix('[')?;
    let (name, rest) = match rest.starts_with(['"', '\'']) {
        true => unquoted(rest)?,
        false => {
            let end = rest.find(|c: char| !c.is_ascii_digit())?;
            (rest[..end].to_owned(), &rest[end..])
        }
    };
    Some((name, rest.strip_prefix(']')?))
}

fn unquoted(text: &str) -> Option<(String, &str)> {
    let quote = text.chars().next()?;
    let (inner, rest) = text[1..].split_once(quote)?;
    Some((inner.to_owned(), rest))
}

/// In the quotes that the text does not hold itself.
fn quoted(text: &str) -> String {
    if text.contains('"') { format!("'{text}'") } else { format!("\"{text}\"") }
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(is_word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_read_and_written() {
        let text = |text: &str| TextPart::Text(text.to_owned());
        let header = |name: &str| TextSource::Header(name.to_owned());
        let cases = [
            ("", vec![], ""),
            ("plain ) $ ( text", vec![text("plain ) $ ( text")], "plain ) $ ( text"),
            (
                "/a/$(uri_captures.id)/b",
                vec![text("/a/"), TextPart::FirstOf(vec![TextSource::Capture("id".into())]), text("/b")],
                "/a/$(uri_captures.id)/b",
            ),
            (
                "$(headers.x_val or headers['x-b'] or \"no)ne\")",
                vec![TextPart::FirstOf(vec![header("x_val"), header("x-b"), TextSource::Text("no)ne".into())])],
                "$(headers.x_val or headers[\"x-b\"] or \"no)ne\")",
            ),
            (
                "$( uri_captures[1] )$(query_params.q)",
                vec![
                    TextPart::FirstOf(vec![TextSource::Capture("1".into())]),
                    TextPart::FirstOf(vec![TextSource::Query("q".into())]),
                ],
                "$(uri_captures.1)$(query_params.q)",
            ),
            (
                "$(variables.remote_addr)",
                vec![TextPart::FirstOf(vec![TextSource::Variable(Variable::ClientAddress)])],
                "$(variables[\"remote_addr\"])",
            ),
        ];
        for (written, parts, again) in cases {
            let read = RequestText::parse(written).unwrap();
            assert_eq!(read.parts, parts, "{written}");
            assert_eq!(read.to_string(), again);
            assert_eq!(RequestText::parse(again).unwrap(), read);
        }
    }

    #[test]
    fn what_is_no_such_text_says_why() {
        for (text, word) in [
            ("$(headers.x", "closing"),
            ("a$(headers['x)", "closing"),
            ("$(headers.x-val)", "not known"),
            ("$(os.exit())", "not known"),
            ("$(shared.x)", "not known"),
            ("$()", "not known"),
            ("$(headers)", "not known"),
            ("$(headers.a .. headers.b)", "not known"),
            ("$(headers.a orheaders.b)", "not known"),
        ] {
            let error = RequestText::parse(text).expect_err(text).to_string();
            assert!(error.contains(word), "{text}: {error}");
        }
    }
}

//! A template cut into text, tags, interpolations and comments.

use crate::error::Error;
use std::ops::Range;

/// A piece of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) kind: Kind,
    /// The whole piece.
    pub(super) whole: Range<usize>,
    /// What stands in it: of a tag what follows its name, of an interpolation the expression.
    pub(super) inner: Range<usize>,
}

impl Piece {
    /// Whether it is an assignment of the text up to its end tag.
    pub(super) fn captures(&self, template: &str) -> bool {
        let name = template[self.inner.clone()].trim();
        !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '$' | '@'))
    }
}

/// What a piece is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Comment,
    Interpolation,
    /// `<#name …>`
    Open(Directive),
    /// `</#name>`
    Close(Directive),
}

/// The directives that are there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Directive {
    If,
    ElseIf,
    Else,
    List,
    Items,
    Sep,
    Break,
    Continue,
    Assign,
}

impl Directive {
    const ALL: [(&'static str, Self); 10] = [
        ("if", Self::If),
        ("elseif", Self::ElseIf),
        ("elseIf", Self::ElseIf),
        ("else", Self::Else),
        ("list", Self::List),
        ("items", Self::Items),
        ("sep", Self::Sep),
        ("break", Self::Break),
        ("continue", Self::Continue),
        ("assign", Self::Assign),
    ];

    pub(super) fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, one)| *one == self).map_or("", |(name, _)| name)
    }
}

pub(super) fn unsupported(place: usize, what: impl std::fmt::Display) -> Error {
    Error::parse("ftl-unsupported", place, format!("{what} is not supported"))
}

pub(super) fn wrong(place: usize, message: impl Into<String>) -> Error {
    Error::parse("ftl-parse", place, message)
}

/// Cuts a template.
pub(super) fn pieces(text: &str) -> Result<Vec<Piece>, Error> {
    cut(text, piece)
}

/// Cuts a text within an expression, in which tags are characters.
pub(super) fn interpolations(text: &str) -> Result<Vec<Piece>, Error> {
    cut(text, interpolation)
}

fn cut(text: &str, piece: fn(&str, usize) -> Result<Option<Piece>, Error>) -> Result<Vec<Piece>, Error> {
    let mut pieces = Vec::new();
    let mut begin = 0;
    let mut at = 0;
    while let Some(found) = memchr::memchr3(b'<', b'$', b'#', &text.as_bytes()[at..]) {
        at += found;
        match piece(text, at)? {
            Some(piece) => {
                push_text(&mut pieces, begin..at);
                at = piece.whole.end;
                begin = at;
                pieces.push(piece);
            }
            None => at += 1,
        }
    }
    push_text(&mut pieces, begin..text.len());
    Ok(pieces)
}

fn push_text(pieces: &mut Vec<Piece>, range: Range<usize>) {
    if !range.is_empty() {
        pieces.push(Piece { kind: Kind::Text, whole: range.clone(), inner: range });
    }
}

fn interpolation(text: &str, at: usize) -> Result<Option<Piece>, Error> {
    let rest = &text[at..];
    if rest.starts_with("#{") {
        return Err(unsupported(at, "#{…}"));
    }
    if !rest.starts_with("${") {
        return Ok(None);
    }
    let end = closing(text, at + 2, b'}').ok_or_else(|| wrong(at, "${ has no closing brace"))?;
    Ok(Some(Piece { kind: Kind::Interpolation, whole: at..end + 1, inner: at + 2..end }))
}

/// The piece that begins here, when it is none of text.
fn piece(text: &str, at: usize) -> Result<Option<Piece>, Error> {
    let rest = &text[at..];
    if !rest.starts_with('<') {
        return interpolation(text, at);
    }
    if let Some(comment) = rest.strip_prefix("<#--") {
        let end = comment.find("-->").ok_or_else(|| wrong(at, "the comment has no end"))?;
        let inner = at + 4..at + 4 + end;
        return Ok(Some(Piece { kind: Kind::Comment, whole: at..inner.end + 3, inner }));
    }
    if rest.starts_with("<@") || rest.starts_with("</@") {
        return Err(unsupported(at, "calling a macro"));
    }
    match (rest.strip_prefix("<#"), rest.strip_prefix("</#")) {
        (Some(name), _) => tag(text, at, name, Kind::Open),
        (None, Some(name)) => tag(text, at, name, Kind::Close),
        (None, None) => Ok(None),
    }
}

fn tag(text: &str, at: usize, rest: &str, kind: fn(Directive) -> Kind) -> Result<Option<Piece>, Error> {
    let length = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
    let name = &rest[..length];
    if name.is_empty() {
        return Ok(None);
    }
    let begin = text.len() - rest.len() + length;
    let known = Directive::ALL.iter().find(|(own, _)| *own == name).map(|(_, directive)| *directive);
    let directive = known.ok_or_else(|| unsupported(at, format_args!("<#{name}>")))?;
    let end = closing(text, begin, b'>').ok_or_else(|| wrong(at, format!("the tag {name} has no end")))?;
    let inner_end = if text[begin..end].ends_with('/') { end - 1 } else { end };
    Ok(Some(Piece { kind: kind(directive), whole: at..end + 1, inner: begin..inner_end }))
}

/// Where a tag or an interpolation ends: outside of quotes, parentheses and, for braces, inner braces.
fn closing(text: &str, begin: usize, close: u8) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut nested = 0_usize;
    let mut at = begin;
    while at < bytes.len() {
        match bytes[at] {
            quote @ (b'"' | b'\'') => at = quoted(bytes, at, quote, raw(bytes, begin, at))?,
            found if found == close && nested == 0 => return Some(at),
            b'(' => nested += 1,
            b')' => nested = nested.saturating_sub(1),
            b'{' if close == b'}' => nested += 1,
            b'}' if close == b'}' => nested -= 1,
            _ => {}
        }
        at += 1;
    }
    None
}

/// Whether an `r` that is no part of a name stands before the quote.
fn raw(bytes: &[u8], begin: usize, quote: usize) -> bool {
    let part_of_name = |at: usize| bytes[at].is_ascii_alphanumeric() || bytes[at] == b'_';
    quote > begin && bytes[quote - 1] == b'r' && !(quote > begin + 1 && part_of_name(quote - 2))
}

/// The quote that closes a text.
pub(super) fn quoted(bytes: &[u8], open: usize, quote: u8, raw: bool) -> Option<usize> {
    let mut at = open + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if !raw => at += 1,
            found if found == quote => return Some(at),
            _ => {}
        }
        at += 1;
    }
    None
}

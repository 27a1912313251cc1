//! Which braces of a template hold an expression.
//!
//! Two passes, as measured at the original: the first finds `{` with blanks and `#`, `T` or `(` behind it, up to the
//! brace that closes it, with at most one level of braces inside; the second takes everything behind `{#` for an
//! expression, up to the brace that balances it. What only the second finds has lost its `#`.

use crate::error::Error;
use std::ops::Range;

/// A template after the first pass: each expression stands between `{#` and `}`.
pub(super) struct Rewritten {
    pub(super) text: String,
    /// Places in the text with the places in the template that they come from; between them both advance alike.
    origins: Vec<(usize, usize)>,
}

impl Rewritten {
    /// Where in the template something of the text comes from.
    pub(super) fn origin(&self, place: usize) -> usize {
        let at = self.origins.partition_point(|(own, _)| *own <= place);
        at.checked_sub(1).map_or(place, |at| self.origins[at].1 + (place - self.origins[at].0))
    }

    fn copy(&mut self, template: &str, range: Range<usize>) {
        self.origins.push((self.text.len(), range.start));
        self.text.push_str(&template[range]);
    }
}

/// A part of the rewritten text.
pub(super) enum Piece {
    Text(Range<usize>),
    Expression(Range<usize>),
}

/// Cuts a template into texts and expressions.
pub(super) fn pieces(template: &str) -> Result<(Rewritten, Vec<Piece>), Error> {
    let rewritten = rewritten(template);
    let mut pieces = Vec::new();
    let mut at = 0;
    while at < rewritten.text.len() {
        let Some(start) = rewritten.text[at..].find("{#").map(|found| at + found) else {
            pieces.push(Piece::Text(at..rewritten.text.len()));
            break;
        };
        if start > at {
            pieces.push(Piece::Text(at..start));
        }
        let end = closing(&rewritten.text, start + 2).map_err(|error| {
            let place = if error.place == usize::MAX { start } else { error.place };
            Error { place: rewritten.origin(place), ..error }
        })?;
        let inner = &rewritten.text[start + 2..end];
        let from = start + 2 + (inner.len() - inner.trim_start().len());
        let expression = from..from + inner.trim().len();
        if expression.is_empty() {
            return Err(Error::parse("parse", rewritten.origin(start), "there is no expression in the braces"));
        }
        pieces.push(Piece::Expression(expression));
        at = end + 1;
    }
    Ok((rewritten, pieces))
}

/// The first pass.
fn rewritten(template: &str) -> Rewritten {
    let mut result = Rewritten { text: String::with_capacity(template.len() + 16), origins: Vec::new() };
    let mut at = 0;
    while let Some(open) = template[at..].find('{').map(|found| at + found) {
        match expression_behind(template, open) {
            Some((start, end)) => {
                result.copy(template, at..open);
                result.text.push_str("{#");
                result.copy(template, start..end);
                at = end;
            }
            None => {
                result.copy(template, at..open + 1);
                at = open + 1;
            }
        }
    }
    result.copy(template, at..template.len());
    result
}

/// From `#`, `T` or `(` to behind the closing brace, if the brace opens an expression.
fn expression_behind(template: &str, open: usize) -> Option<(usize, usize)> {
    let bytes = template.as_bytes();
    let blanks = bytes[open + 1..].iter().take_while(|&&b| b == b' ').count();
    let start = open + 1 + blanks;
    if !matches!(bytes.get(start), Some(b'#' | b'T' | b'(')) {
        return None;
    }
    let mut inside = false;
    for (at, byte) in bytes.iter().enumerate().skip(start + 1) {
        match (byte, inside) {
            (b'{', false) => inside = true,
            (b'{', true) => return None,
            (b'}', true) => inside = false,
            (b'}', false) => return Some((start, at + 1)),
            _ => {}
        }
    }
    None
}

/// The brace that closes what begins at `start`; brackets nest, texts in quotes are skipped.
fn closing(text: &str, start: usize) -> Result<usize, Error> {
    let refused = |place: usize, message: &str| Error::parse("parse", place, message);
    let unclosed = || refused(usize::MAX, "the brace that closes the expression is missing");
    if !text[start..].contains('}') {
        return Err(unclosed());
    }
    let bytes = text.as_bytes();
    let mut open = Vec::new();
    let mut at = start;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'}' if open.is_empty() => return Ok(at),
            b'{' | b'[' | b'(' => open.push(byte),
            b'}' | b']' | b')' => {
                let matching = match byte {
                    b'}' => b'{',
                    b']' => b'[',
                    _ => b'(',
                };
                match open.pop() {
                    None => return Err(refused(at, "a bracket closes that was never opened")),
                    Some(last) if last != matching => {
                        return Err(refused(at, "a bracket closes another kind of bracket"));
                    }
                    Some(_) => {}
                }
            }
            b'\'' | b'"' => {
                let length = text[at + 1..].find(char::from(byte));
                at += 1 + length.ok_or_else(|| refused(at, "the text in quotes does not end"))?;
            }
            _ => {}
        }
        at += 1;
    }
    Err(if open.is_empty() { unclosed() } else { refused(usize::MAX, "a bracket is not closed") })
}

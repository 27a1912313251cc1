//! The words and signs of expressions.

use super::cut::{quoted, wrong};
use crate::error::Error;
use std::ops::Range;

/// A word or sign, with its place in the template.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    pub(super) place: usize,
    pub(super) kind: TokenKind,
}

/// What a token is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum TokenKind {
    Name(String),
    Number(String),
    /// A text; `raw`: nothing in it is evaluated.
    Text {
        text: String,
        raw: bool,
    },
    Sign(&'static str),
}

/// Signs, the longer before the shorter that they begin with; and what else they may be written as.
const SIGNS: [(&str, &str); 47] = [
    ("&amp;&amp;", "&&"),
    ("&lt;=", "lte"),
    ("&gt;=", "gte"),
    ("&lt;", "lt"),
    ("&gt;", "gt"),
    ("\\lte", "lte"),
    ("\\gte", "gte"),
    ("\\and", "&&"),
    ("\\lt", "lt"),
    ("\\gt", "gt"),
    ("..<", "..<"),
    ("..!", "..<"),
    ("..*", "..*"),
    ("..", ".."),
    ("??", "??"),
    ("?", "?"),
    ("->", "->"),
    ("&&", "&&"),
    ("||", "||"),
    ("==", "=="),
    ("!=", "!="),
    ("<=", "lte"),
    (">=", "gte"),
    ("+=", "+="),
    ("-=", "-="),
    ("*=", "*="),
    ("/=", "/="),
    ("%=", "%="),
    ("++", "++"),
    ("--", "--"),
    ("=", "="),
    ("<", "lt"),
    (">", "gt"),
    ("&", "&&"),
    ("|", "||"),
    ("!", "!"),
    ("+", "+"),
    ("-", "-"),
    ("*", "*"),
    ("/", "/"),
    ("%", "%"),
    (".", "."),
    (",", ","),
    (":", ":"),
    (";", ";"),
    ("(", "("),
    (")", ")"),
];

const BRACKETS: [(&str, &str); 4] = [("[", "["), ("]", "]"), ("{", "{"), ("}", "}")];

/// The tokens of a part of the template.
pub(super) fn tokens(template: &str, range: Range<usize>) -> Result<Vec<Token>, Error> {
    let text = &template[..range.end];
    let mut tokens = Vec::new();
    let mut at = range.start;
    while let Some(first) = text[at..].chars().next() {
        if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        }
        let (kind, end) = token(text, at, first)?;
        tokens.push(Token { place: at, kind });
        at = end;
    }
    Ok(tokens)
}

fn token(text: &str, at: usize, first: char) -> Result<(TokenKind, usize), Error> {
    let rest = &text[at..];
    if matches!(first, '"' | '\'') {
        return literal(text, at);
    }
    if first == 'r' && rest[1..].starts_with(['"', '\'']) {
        let quote = rest.as_bytes()[1];
        let end = quoted(text.as_bytes(), at + 1, quote, true).ok_or_else(|| wrong(at, "the text has no end"))?;
        return Ok((TokenKind::Text { text: text[at + 2..end].to_owned(), raw: true }, end + 1));
    }
    if first.is_ascii_digit() {
        let length = number_length(rest);
        return Ok((TokenKind::Number(rest[..length].to_owned()), at + length));
    }
    if is_name_start(first) {
        let (name, length) = name(rest);
        return Ok((TokenKind::Name(name), at + length));
    }
    let sign = SIGNS.iter().chain(&BRACKETS).find(|(written, _)| rest.starts_with(written));
    let (written, sign) = sign.ok_or_else(|| wrong(at, format!("{first:?} means nothing here")))?;
    Ok((TokenKind::Sign(sign), at + written.len()))
}

/// Digits, and a point with digits behind it: two points are a range.
fn number_length(rest: &str) -> usize {
    let digits = |text: &str| text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let whole = digits(rest);
    let fraction = rest[whole..].strip_prefix('.').map_or(0, digits);
    if fraction > 0 { whole + 1 + fraction } else { whole }
}

fn is_name_start(c: char) -> bool {
    c.is_alphabetic() || matches!(c, '_' | '$' | '@')
}

/// A name; `\-`, `\.` and `\:` are characters of it.
fn name(rest: &str) -> (String, usize) {
    let mut name = String::new();
    let mut chars = rest.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let escaped = chars.peek().map(|(_, next)| *next).filter(|next| c == '\\' && matches!(next, '-' | '.' | ':'));
        match escaped {
            Some(next) => {
                name.push(next);
                chars.next();
            }
            None if is_name_start(c) || c.is_numeric() => name.push(c),
            None => return (name, at),
        }
    }
    (name, rest.len())
}

fn literal(text: &str, at: usize) -> Result<(TokenKind, usize), Error> {
    let quote = text.as_bytes()[at];
    let end = quoted(text.as_bytes(), at, quote, false).ok_or_else(|| wrong(at, "the text has no end"))?;
    let text = unescaped(&text[at + 1..end], at + 1)?;
    Ok((TokenKind::Text { text, raw: false }, end + 1))
}

fn unescaped(written: &str, place: usize) -> Result<String, Error> {
    let mut text = String::with_capacity(written.len());
    let mut chars = written.char_indices();
    while let Some((at, c)) = chars.next() {
        if c != '\\' {
            text.push(c);
            continue;
        }
        let unknown = || wrong(place + at, "no such escape in a text");
        let (_, next) = chars.next().ok_or_else(unknown)?;
        text.push(match next {
            '"' | '\'' | '\\' | '{' | '}' | '=' => next,
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'f' => '\u{c}',
            'b' => '\u{8}',
            'l' => '<',
            'g' => '>',
            'a' => '&',
            'x' => {
                let digits = &written[at + 2..];
                let length = digits.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(digits.len()).min(4);
                let code = u32::from_str_radix(&digits[..length], 16).ok().and_then(char::from_u32);
                for _ in 0..length {
                    chars.next();
                }
                code.ok_or_else(unknown)?
            }
            _ => return Err(unknown()),
        });
    }
    Ok(text)
}

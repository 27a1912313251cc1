//! Tokens of XPath.

use super::failed;
use crate::error::Error;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Name(String),
    Number(f64),
    Text(String),
    /// `$name`
    Variable,
    Sign(&'static str),
}

const SIGNS: [&str; 21] =
    ["::", "//", "..", "!=", "<=", ">=", "/", "(", ")", "[", "]", ".", "@", ",", "|", "+", "-", "=", "<", ">", "*"];

pub(super) fn tokens(text: &str) -> Result<Vec<Token>, Error> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if c.is_whitespace() {
            rest = &rest[c.len_utf8()..];
            continue;
        }
        let digit = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
        if digit(rest) || (c == '.' && digit(&rest[1..])) {
            let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
            tokens.push(Token::Number(rest[..end].parse().map_err(|_| failed("XPath: this is no number"))?));
            rest = &rest[end..];
        } else if c == '"' || c == '\'' {
            let end = rest[1..].find(c).ok_or_else(|| failed("XPath: a text in quotes does not end"))?;
            tokens.push(Token::Text(rest[1..end + 1].to_owned()));
            rest = &rest[end + 2..];
        } else if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            tokens.push(Token::Sign(sign));
            rest = &rest[sign.len()..];
        } else if c == '$' {
            tokens.push(Token::Variable);
            rest = &rest[1..];
        } else if c.is_alphabetic() || c == '_' {
            let part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
            let mut end = rest.find(|c: char| !part(c)).unwrap_or(rest.len());
            let behind = &rest[end..];
            if behind.starts_with(':') && !behind.starts_with("::") {
                end += 1;
                end += rest[end..].find(|c: char| !part(c)).unwrap_or(rest[end..].len());
            }
            tokens.push(Token::Name(rest[..end].to_owned()));
            rest = &rest[end..];
        } else {
            return Err(failed(format!("XPath: '{c}' has no meaning")));
        }
    }
    Ok(tokens)
}

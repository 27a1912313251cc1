//! Texts with variables: `$remote_addr $http_x`, `${http_w ?? 60}`.

use super::{RequestText, TextPart, TextSource, push_text};
use crate::variable::Variable;

impl RequestText {
    /// Reads variables behind `$`, bare or in braces, there with a value for when they are absent behind `??`. A `$`
    /// behind a backslash, or before nothing that is a name, stands for itself.
    pub fn with_variables(text: &str) -> Self {
        read(text, false)
    }

    /// The same, and `$1` or `${1}` is what the step's own expression captured by this number.
    pub fn with_captures(text: &str) -> Self {
        read(text, true)
    }

    /// How many places there are to fill.
    pub fn places(&self) -> usize {
        self.parts.iter().filter(|part| matches!(part, TextPart::FirstOf(_))).count()
    }

    /// Whether it needs the request's body.
    pub fn asks_body(&self) -> bool {
        let asks = |source: &TextSource| matches!(source, TextSource::Variable(variable) if variable.asks_body());
        self.parts.iter().any(|part| match part {
            TextPart::Text(_) => false,
            TextPart::FirstOf(sources) => sources.iter().any(asks),
        })
    }
}

fn read(text: &str, captures: bool) -> RequestText {
    let mut parts = Vec::new();
    let mut begin = 0;
    let mut at = 0;
    while let Some(found) = text[at..].find('$') {
        let dollar = at + found;
        let escaped = text[..dollar].ends_with('\\');
        match place(&text[dollar + 1..], captures).filter(|_| !escaped) {
            Some((inner, bytes)) => {
                push_text(&mut parts, &text[begin..dollar]);
                parts.push(TextPart::FirstOf(sources(inner, captures)));
                begin = dollar + 1 + bytes;
                at = begin;
            }
            None => at = dollar + 1,
        }
    }
    push_text(&mut parts, &text[begin..]);
    RequestText { parts }
}

/// What stands behind the dollar, and its length.
fn place(text: &str, captures: bool) -> Option<(&str, usize)> {
    if let Some(rest) = text.strip_prefix('{') {
        let (inner, _) = rest.split_once('}')?;
        return (!inner.trim().is_empty()).then(|| (inner.trim(), inner.len() + 2));
    }
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    if captures && digits > 0 {
        return Some((&text[..digits], digits));
    }
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '.')).unwrap_or(text.len());
    (end > 0).then(|| (&text[..end], end))
}

fn sources(inner: &str, captures: bool) -> Vec<TextSource> {
    let (name, otherwise) = match inner.split_once("??") {
        Some((name, otherwise)) => (name.trim(), Some(otherwise.trim())),
        None => (inner, None),
    };
    let first = match name.parse() {
        Ok(number) if captures && name.bytes().all(|byte| byte.is_ascii_digit()) => TextSource::Matched(number),
        _ => TextSource::Variable(Variable::of(name)),
    };
    std::iter::once(first).chain(otherwise.map(|text| TextSource::Text(text.to_owned()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_stand_behind_a_dollar() {
        let text = |text: &str| TextPart::Text(text.to_owned());
        let variable = |name: &str| TextSource::Variable(Variable::of(name));
        let of = |source: TextSource| TextPart::FirstOf(vec![source]);
        for (written, parts) in [
            ("", vec![]),
            ("a$", vec![text("a$")]),
            ("$remote_addr $http_x", vec![of(variable("remote_addr")), text(" "), of(variable("http_x"))]),
            ("/a${ uri }b", vec![text("/a"), of(variable("uri")), text("b")]),
            ("${http_w ?? 60}", vec![TextPart::FirstOf(vec![variable("http_w"), TextSource::Text("60".into())])]),
            ("\\$uri$ {x", vec![text("\\$uri$ {x")]),
            ("${}${", vec![text("${}${")]),
            ("$post_arg.a.b-", vec![of(variable("post_arg.a.b")), text("-")]),
        ] {
            assert_eq!(RequestText::with_variables(written).parts, parts, "{written}");
        }
        let captured = RequestText::with_captures("/$2/${1}$uri");
        let expected =
            vec![text("/"), of(TextSource::Matched(2)), text("/"), of(TextSource::Matched(1)), of(variable("uri"))];
        assert_eq!(captured.parts, expected);
        let glued = RequestText::with_captures("$1i").parts;
        assert_eq!(glued, [of(TextSource::Matched(1)), text("i")]);
    }
}

//! Replacements by regular expression, compiled.

use super::texts::{Escape, fill_with};
use crate::build::BuildCause;
use crate::exchange::Exchange;
use fancy_regex::{Regex, RegexBuilder};
use model::policy::{RequestText, Substitution as Data};

/// A replacement, ready.
pub(crate) struct Substitution {
    regex: Regex,
    replacement: RequestText,
}

/// What an expression found.
pub(crate) struct Found {
    /// The text with the replacement in it.
    pub(crate) text: String,
    /// What was captured, the whole match first.
    pub(crate) matched: Vec<Option<String>>,
}

/// Steps that an expression may go back: beyond, it finds nothing.
const BACKTRACKS: usize = 100_000;

/// An expression in Perl's manner.
pub(crate) fn regex(text: &str, ignore_case: bool) -> Result<Regex, BuildCause> {
    let built = RegexBuilder::new(text).case_insensitive(ignore_case).backtrack_limit(BACKTRACKS).build();
    built.map_err(|cause| BuildCause::Regex { text: text.to_owned(), cause: cause.to_string() })
}

impl Substitution {
    pub(crate) fn compile(data: &Data, ignore_case: bool) -> Result<Self, BuildCause> {
        Ok(Self { regex: regex(&data.regex, ignore_case)?, replacement: data.replacement.clone() })
    }

    /// The text with what is found first replaced; `None` when nothing is found.
    pub(crate) fn once(&self, text: &str, exchange: &Exchange) -> Option<Found> {
        let captures = self.regex.captures(text).ok().flatten()?;
        let whole = captures.get(0)?;
        let matched: Vec<Option<&str>> = captures.iter().map(|group| group.map(|group| group.as_str())).collect();
        let filled = fill_with(&self.replacement, exchange, &matched, Escape::None).text;
        let made = [&text[..whole.start()], &filled, &text[whole.end()..]].concat();
        Some(Found { text: made, matched: matched.into_iter().map(|group| group.map(str::to_owned)).collect() })
    }

    /// The text with all that is found replaced; `None` when nothing is found. A text that grows beyond `limit` bytes
    /// stays as it was.
    pub(crate) fn everywhere(&self, text: &str, exchange: &Exchange, limit: usize) -> Option<String> {
        let mut made = String::with_capacity(text.len());
        let mut end = 0;
        for captures in self.regex.captures_iter(text) {
            let captures = captures.ok()?;
            let whole = captures.get(0)?;
            let matched: Vec<Option<&str>> = captures.iter().map(|group| group.map(|group| group.as_str())).collect();
            made.push_str(&text[end..whole.start()]);
            made.push_str(&fill_with(&self.replacement, exchange, &matched, Escape::None).text);
            end = whole.end();
            if made.len() > limit {
                return None;
            }
        }
        if end == 0 && made.is_empty() {
            return None;
        }
        made.push_str(&text[end..]);
        Some(made)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::testing;

    #[test]
    fn what_is_found_is_replaced_and_the_rest_stays() {
        let exchange = testing::get("/");
        for (expression, replacement, text, once, everywhere) in [
            ("^/re/(.*)/(.*)", "/$2/$1", "/re/a/b", Some("/b/a"), Some("/b/a")),
            ("b", "<$0>", "abab", Some("a<b>ab"), Some("a<b>a<b>")),
            ("(x)?b", "${1}-", "ab", Some("a-"), Some("a-")),
            ("a(?=c)", "", "abac", Some("abc"), Some("abc")),
            ("$", "!", "a", Some("a!"), Some("a!")),
            ("z", "!", "a", None, None),
            ("a", "$request_method", "a", Some("GET"), Some("GET")),
        ] {
            let data = Data { regex: expression.to_owned(), replacement: RequestText::with_captures(replacement) };
            let ready = Substitution::compile(&data, false).unwrap();
            assert_eq!(ready.once(text, &exchange).map(|found| found.text).as_deref(), once, "{expression}");
            assert_eq!(ready.everywhere(text, &exchange, 99).as_deref(), everywhere, "{expression}");
            assert!(ready.everywhere(text, &exchange, 0).is_none_or(|made| made.len() <= text.len()));
        }
        let broken = Data { regex: "(".to_owned(), replacement: RequestText::default() };
        assert!(matches!(Substitution::compile(&broken, false), Err(BuildCause::Regex { .. })));
    }
}

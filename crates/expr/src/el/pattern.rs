//! Java's regular expressions, by an engine that bounds its work.
//!
//! Java's classes such as `\d` and `\w` know ASCII only, its dot stops at more line ends, its quotes `\Q…\E` and POSIX
//! classes are written differently: a pattern is rewritten before it is compiled.

use crate::error::Error;
use fancy_regex::{Captures, Regex, RegexBuilder};
use std::ops::Range;

/// How often a pattern may step back before the match is given up.
const STEPS_BACK: usize = 100_000;
/// How large a compiled pattern may be, in bytes.
const SIZE: usize = 1 << 20;

/// A compiled pattern.
#[derive(Debug)]
pub struct Pattern {
    whole: Regex,
    part: Regex,
}

impl Pattern {
    /// Compiles a pattern of Java's.
    ///
    /// # Errors
    /// A text that is no pattern.
    pub fn read(pattern: &str) -> Result<Self, Error> {
        Self::with_flags(pattern, "")
    }

    /// As [`Self::read`], with flags such as `i`.
    pub(crate) fn with_flags(pattern: &str, flags: &str) -> Result<Self, Error> {
        let own = translated(pattern);
        let flags = if flags.is_empty() { String::new() } else { format!("(?{flags})") };
        let build = |text: &str| {
            let mut builder = RegexBuilder::new(text);
            builder.backtrack_limit(STEPS_BACK).delegate_size_limit(SIZE);
            builder.build().map_err(|error| Error::runtime("PatternSyntaxException", error.to_string()))
        };
        let part = build(&format!("{flags}{own}"))?;
        let whole = build(&format!(r"{flags}\A(?:{own})\z"))?;
        Ok(Self { whole, part })
    }

    /// Whether the whole text matches.
    pub(crate) fn matches(&self, text: &str) -> Result<bool, Error> {
        self.whole.is_match(text).map_err(given_up)
    }

    /// Whether a part of the text matches.
    ///
    /// # Errors
    /// A pattern that goes back and forth too long.
    pub fn finds(&self, text: &str) -> Result<bool, Error> {
        self.part.is_match(text).map_err(given_up)
    }

    /// The text with all matches, or the first, replaced; `$1` and `${name}` mean groups.
    pub(crate) fn replaced(&self, text: &str, replacement: &str, all: bool, limit: usize) -> Result<String, Error> {
        let mut result = String::new();
        let mut end = 0;
        for captures in self.part.captures_iter(text) {
            let captures = captures.map_err(given_up)?;
            let whole = captures.get(0).expect("a match has its whole");
            result.push_str(&text[end..whole.start()]);
            expand(replacement, &captures, &mut result)?;
            end = whole.end();
            if !all {
                break;
            }
            if result.len() > limit {
                return Ok(result); // too long already: whoever asked refuses it
            }
        }
        result.push_str(&text[end..]);
        Ok(result)
    }

    /// Where `split` cuts: at every match, or at most so often that `limit` parts remain.
    pub(crate) fn cuts(&self, text: &str, limit: i32) -> Result<Vec<Range<usize>>, Error> {
        let most = usize::try_from(limit).ok().filter(|limit| *limit > 0).map_or(usize::MAX, |limit| limit - 1);
        let mut cuts = Vec::new();
        for found in self.part.find_iter(text) {
            let found = found.map_err(given_up)?;
            if cuts.len() >= most {
                break;
            }
            if found.start() == found.end() && found.end() == text.len() {
                continue;
            }
            if found.end() > 0 {
                cuts.push(found.start()..found.end());
            }
        }
        Ok(cuts)
    }
}

fn given_up(error: fancy_regex::Error) -> Error {
    Error::evaluation("EL1073E", format!("the pattern takes too long on this text: {error}"))
}

fn expand(replacement: &str, captures: &Captures<'_, str>, result: &mut String) -> Result<(), Error> {
    let illegal = |message: &str| Error::runtime("IllegalArgumentException", message);
    let mut rest = replacement.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\\' => result.push(rest.next().ok_or_else(|| illegal("character to be escaped is missing"))?),
            '$' if rest.next_if_eq(&'{').is_some() => {
                let name: String = rest.by_ref().take_while(|c| *c != '}').collect();
                let group = captures.name(&name).ok_or_else(|| illegal("No group with that name"))?;
                result.push_str(group.as_str());
            }
            '$' => {
                let first =
                    rest.next().and_then(|c| c.to_digit(10)).ok_or_else(|| illegal("Illegal group reference"))?;
                let mut group = first as usize;
                if group >= captures.len() {
                    return Err(Error::runtime("IndexOutOfBoundsException", format!("No group {group}")));
                }
                while let Some(digit) = rest.peek().and_then(|c| c.to_digit(10))
                    && group * 10 + (digit as usize) < captures.len()
                {
                    group = group * 10 + digit as usize;
                    rest.next();
                }
                result.push_str(captures.get(group).map_or("", |group| group.as_str()));
            }
            c => result.push(c),
        }
    }
    Ok(())
}

/// The pattern in the engine's own syntax.
fn translated(pattern: &str) -> String {
    let mut own = String::with_capacity(pattern.len() + 16);
    let mut rest = pattern.chars().peekable();
    let mut depth = 0_usize;
    let flags = pattern.split("(?").skip(1).map(|part| part.split([')', ':']).next().unwrap_or("")).collect::<Vec<_>>();
    let flagged = |flag| flags.iter().any(|flags| flags.len() < 8 && flags.contains(flag));
    let (dots_take_all, lines) = (flagged('s'), flagged('m'));
    while let Some(c) = rest.next() {
        match c {
            '\\' => escape(&mut rest, depth > 0, &mut own),
            '[' => {
                depth += 1;
                own.push('[');
                if rest.next_if_eq(&'^').is_some() {
                    own.push('^');
                }
                // Java takes a bracket in first place for the end of the class only after something.
                if rest.next_if_eq(&']').is_some() {
                    own.push_str("\\]");
                }
            }
            ']' if depth > 0 => {
                depth -= 1;
                own.push(']');
            }
            ']' => own.push_str("\\]"),
            '.' if depth == 0 && !dots_take_all => own.push_str("[^\\n\\r\\x{85}\\x{2028}\\x{2029}]"),
            '$' if depth == 0 && !lines => own.push_str("\\z"),
            '#' | '~' | '-' if depth > 0 && c != '-' => {
                own.push('\\');
                own.push(c);
            }
            c => own.push(c),
        }
    }
    own
}

type Rest<'p> = std::iter::Peekable<std::str::Chars<'p>>;

fn escape(rest: &mut Rest<'_>, in_class: bool, own: &mut String) {
    let Some(c) = rest.next() else {
        own.push('\\');
        return;
    };
    let class = |inner: &str, not: bool| match (in_class, not) {
        (true, false) => inner.to_owned(),
        (_, true) => format!("[^{inner}]"),
        (false, false) => format!("[{inner}]"),
    };
    const SPACE: &str = " \\t\\n\\x0B\\f\\r";
    const WORD: &str = "a-zA-Z_0-9";
    const BLANK: &str = " \\t\\x{A0}\\x{1680}\\x{180e}\\x{2000}-\\x{200a}\\x{202f}\\x{205f}\\x{3000}";
    const VERTICAL: &str = "\\n\\x0B\\f\\r\\x{85}\\x{2028}\\x{2029}";
    let text = match c {
        'd' | 'D' => class("0-9", c == 'D'),
        's' | 'S' => class(SPACE, c == 'S'),
        'w' | 'W' => class(WORD, c == 'W'),
        'h' | 'H' => class(BLANK, c == 'H'),
        'v' | 'V' => class(VERTICAL, c == 'V'),
        'R' => "(?:\\r\\n|[\\n\\x0B\\f\\r\\x{85}\\x{2028}\\x{2029}])".to_owned(),
        'Z' => "(?:\\z|(?=\\r?\\n\\z))".to_owned(),
        'e' => "\\x1B".to_owned(),
        'Q' => {
            let all: String = rest.clone().collect();
            let end = all.find("\\E").unwrap_or(all.len());
            for _ in 0..all[..end].chars().count() + if end < all.len() { 2 } else { 0 } {
                rest.next();
            }
            fancy_regex::escape(&all[..end]).into_owned()
        }
        'p' | 'P' => property(rest, c == 'P', in_class),
        'u' => {
            let digits: String = rest.by_ref().take(4).collect();
            format!("\\x{{{digits}}}")
        }
        c => format!("\\{c}"),
    };
    own.push_str(&text);
}

/// `\p{Alpha}` and the like.
fn property(rest: &mut Rest<'_>, not: bool, in_class: bool) -> String {
    let name: String = if rest.next_if_eq(&'{').is_some() {
        rest.by_ref().take_while(|c| *c != '}').collect()
    } else {
        rest.next().map(String::from).unwrap_or_default()
    };
    let ascii = match &*name {
        "Lower" => "a-z",
        "Upper" => "A-Z",
        "ASCII" => "\\x00-\\x7F",
        "Alpha" => "a-zA-Z",
        "Digit" => "0-9",
        "Alnum" => "a-zA-Z0-9",
        "Punct" => "!-/:-@\\[-`{-\\x7E",
        "Graph" => "!-\\x7E",
        "Print" => " -\\x7E",
        "Blank" => " \\t",
        "Cntrl" => "\\x00-\\x1F\\x7F",
        "XDigit" => "0-9a-fA-F",
        "Space" => " \\t\\n\\x0B\\f\\r",
        _ => "",
    };
    match (ascii.is_empty(), not, in_class) {
        (false, false, true) => ascii.to_owned(),
        (false, false, false) => format!("[{ascii}]"),
        (false, true, _) => format!("[^{ascii}]"),
        (true, not, _) => {
            let name = name.strip_prefix("Is").or_else(|| name.strip_prefix("java")).unwrap_or(&name);
            let name = if name == "LetterOrDigit" { "Alphabetic" } else { name };
            format!("\\{}{{{name}}}", if not { 'P' } else { 'p' })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_in_java() {
        let cases = [
            ("[0-9]{2}", "78", true),
            ("[0-9]{2}", "789", false),
            (r"\d+", "٣", false),
            (r"\w+", "é", false),
            ("a.c", "a\nc", false),
            ("(?s)a.c", "a\nc", true),
            (r"\Qa.b\E+", "a.b", true),
            (r"\p{Alpha}+", "abC", true),
            (r"\p{L}+", "é", true),
            ("(?i)ABC", "abc", true),
            (r"(\w)\1", "aa", true),
            ("(?!x).*", "y", true),
            ("a|ab", "ab", true),
            ("[a-z&&[^b]]+", "abc", false),
            ("[]a]+", "]a", true),
            ("^a$", "a", true),
            ("[^,]*", "abc", true),
        ];
        for (pattern, text, expected) in cases {
            assert_eq!(Pattern::read(pattern).unwrap().matches(text), Ok(expected), "{pattern:?} on {text:?}");
        }
    }

    #[test]
    fn a_pattern_that_steps_back_without_end_is_given_up() {
        let pattern = Pattern::read(r"(?:(a+)+\1)+b").unwrap();
        let error = pattern.matches(&"a".repeat(5000)).unwrap_err();
        assert_eq!(error.code, "EL1073E");
    }

    #[test]
    fn large_patterns_are_refused() {
        assert_eq!(Pattern::read("((a{1000}){1000}){1000}").unwrap_err().code, "PatternSyntaxException");
        assert_eq!(Pattern::read("(").unwrap_err().code, "PatternSyntaxException");
    }

    #[test]
    fn replacements_name_groups() {
        let cases =
            [("(a)(b)", "$2$1", "xbax"), ("(?<n>a)b", "${n}!", "xa!x"), ("b", r"\$", "xa$x"), ("a|b", "", "xx")];
        for (pattern, replacement, expected) in cases {
            let changed = Pattern::read(pattern).unwrap().replaced("xabx", replacement, true, 1 << 20);
            assert_eq!(changed.unwrap(), expected, "{pattern} by {replacement}");
        }
    }
}

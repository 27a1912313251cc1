//! Regular expressions of predicates: compiled once for each text, anchored for paths.

use super::PredicateError;
use regex::Regex;
use std::collections::HashMap;

/// Expressions compiled so far; clones of one share their program.
#[derive(Default)]
pub struct Patterns {
    paths: HashMap<String, Regex>,
    texts: HashMap<String, regex::bytes::Regex>,
}

impl Patterns {
    /// For paths: a match begins where the path begins.
    pub fn path(&mut self, pattern: &str) -> Result<Regex, PredicateError> {
        if let Some(known) = self.paths.get(pattern) {
            return Ok(known.clone());
        }
        let regex = anchored(pattern).map_err(|cause| error(pattern, cause))?;
        self.paths.insert(pattern.to_owned(), regex.clone());
        Ok(regex)
    }

    /// For values of headers and query parameters: matches anywhere, also in values that are not UTF-8.
    pub fn text(&mut self, pattern: &str) -> Result<regex::bytes::Regex, PredicateError> {
        if let Some(known) = self.texts.get(pattern) {
            return Ok(known.clone());
        }
        let regex = regex::bytes::Regex::new(pattern).map_err(|cause| error(pattern, cause))?;
        self.texts.insert(pattern.to_owned(), regex.clone());
        Ok(regex)
    }
}

fn error(pattern: &str, cause: regex::Error) -> PredicateError {
    PredicateError::Regex { text: pattern.to_owned(), cause: Box::new(cause) }
}

/// A pattern whose groups are not plainly balanced must be valid alone, else `a)(b` would pass through the group around
/// it. In verbose mode a comment at its end would hide the closing parenthesis: a line break ends the comment there.
fn anchored(pattern: &str) -> Result<Regex, regex::Error> {
    if outline(pattern) == Outline::Doubtful {
        Regex::new(pattern)?;
        return Regex::new(&format!("^(?:{pattern})")).or_else(|_| Regex::new(&format!("^(?:{pattern}\n)")));
    }
    // the error of the bare pattern shows what was written
    Regex::new(&format!("^(?:{pattern})")).map_err(|cause| Regex::new(pattern).err().unwrap_or(cause))
}

/// Characters with which every match of a path pattern begins; possibly fewer than could be known, never more.
pub fn literal_beginning(pattern: &str) -> String {
    if outline(pattern) != Outline::Sequence {
        return String::new();
    }
    let mut literal = String::new();
    let mut rest = pattern.strip_prefix('^').unwrap_or(pattern).chars().peekable();
    while let Some(character) = rest.next() {
        let character = match character {
            '\\' => match rest.next() {
                Some(escaped) if escaped.is_ascii_punctuation() && !"<>".contains(escaped) => escaped,
                _ => break,
            },
            '.' | '+' | '*' | '?' | '(' | ')' | '[' | ']' | '{' | '}' | '^' | '$' | '|' => break,
            plain => plain,
        };
        if matches!(rest.peek(), Some('*' | '?' | '{')) {
            break; // it may be missing
        }
        literal.push(character);
    }
    literal
}

/// What a pattern's groups look like from afar.
#[derive(PartialEq, Eq)]
enum Outline {
    /// Balanced groups, and every `|` inside of one.
    Sequence,
    /// Balanced groups, and a `|` outside of all of them.
    Choice,
    /// Unbalanced, or too unusual to tell: nested classes, comments.
    Doubtful,
}

fn outline(pattern: &str) -> Outline {
    let (mut depth, mut class, mut choice) = (0_usize, false, false);
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        match (character, class) {
            ('\\', _) => drop(characters.next()),
            ('[', true) | ('#', false) => return Outline::Doubtful,
            ('[', false) => class = true,
            (']', _) => class = false,
            ('(', false) => depth += 1,
            (')', false) if depth == 0 => return Outline::Doubtful,
            (')', false) => depth -= 1,
            ('|', false) if depth == 0 => choice = true,
            _ => {}
        }
    }
    match (depth, class) {
        (0, false) if choice => Outline::Choice,
        (0, false) => Outline::Sequence,
        _ => Outline::Doubtful,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_literal_beginning_is_never_too_long() {
        for (pattern, expected) in [
            ("/users/\\d+", "/users/"),
            ("^/users/[0-9]", "/users/"),
            ("/a|/b", ""),
            ("/a(b|c)/d", "/a"),
            ("/ab?", "/a"),
            ("/ab*", "/a"),
            ("/ab{0}", "/a"),
            ("/ab+c", "/ab"),
            ("/v1\\.2/x$", "/v1.2/x"),
            ("(?i)/a", ""),
            ("/a[|]b", "/a"),
            ("/a[[]|b]", ""),
            ("/a\\|b", "/a|b"),
            ("/a\\bx", "/a"),
            ("/a\\<x", "/a"),
        ] {
            assert_eq!(literal_beginning(pattern), expected, "{pattern}");
        }
    }

    #[test]
    fn path_patterns_are_anchored_and_judged_alone() {
        for (pattern, path, expected) in [
            ("/a|/b", "/b", Some(true)),
            ("/a|/b", "/x/b", Some(false)),
            ("(?x)/a # note", "/ab", Some(true)),
            ("(?m)^/a", "/x\n/a", Some(false)),
            ("(?x)(?:/a) # ) note", "/ab", Some(true)),
            ("/a[)]", "/a)", Some(true)),
            ("/[]|)]a", "/|a", Some(true)),
            ("a)(b", "ab", None),
            ("(?x)a # (\n)(b # )", "ab", None),
            ("(", "", None),
        ] {
            assert_eq!(anchored(pattern).ok().map(|regex| regex.is_match(path)), expected, "{pattern}");
        }
    }
}

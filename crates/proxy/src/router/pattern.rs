//! Regular expressions of predicates: compiled once for each text, anchored for paths.

use super::RouterError;
use model::id::RouteId;
use regex::Regex;
use std::collections::HashMap;

/// Expressions compiled so far; clones of one share their program.
#[derive(Default)]
pub(super) struct Patterns {
    paths: HashMap<String, Regex>,
    texts: HashMap<String, regex::bytes::Regex>,
}

impl Patterns {
    /// For paths: a match begins where the path begins.
    pub(super) fn path(&mut self, route: &RouteId, pattern: &str) -> Result<Regex, RouterError> {
        if let Some(known) = self.paths.get(pattern) {
            return Ok(known.clone());
        }
        let regex = anchored(pattern).map_err(|cause| error(route, pattern, cause))?;
        self.paths.insert(pattern.to_owned(), regex.clone());
        Ok(regex)
    }

    /// For values of headers and query parameters: matches anywhere, also in values that are not UTF-8.
    pub(super) fn text(&mut self, route: &RouteId, pattern: &str) -> Result<regex::bytes::Regex, RouterError> {
        if let Some(known) = self.texts.get(pattern) {
            return Ok(known.clone());
        }
        let regex = regex::bytes::Regex::new(pattern).map_err(|cause| error(route, pattern, cause))?;
        self.texts.insert(pattern.to_owned(), regex.clone());
        Ok(regex)
    }
}

fn error(route: &RouteId, pattern: &str, cause: regex::Error) -> RouterError {
    RouterError::Regex { route: route.clone(), pattern: pattern.to_owned(), cause: Box::new(cause) }
}

/// The pattern alone must be valid, else `a)(b` would pass through the group around it. In verbose mode a comment at
/// its end would hide the closing parenthesis: the line break ends it, and means nothing there.
fn anchored(pattern: &str) -> Result<Regex, regex::Error> {
    Regex::new(pattern)?;
    Regex::new(&format!("^(?:{pattern})")).or_else(|_| Regex::new(&format!("^(?:{pattern}\n)")))
}

/// Characters with which every match of a path pattern begins; possibly fewer than could be known, never more.
pub(super) fn literal_beginning(pattern: &str) -> String {
    if has_top_level_choice(pattern) {
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

/// Whether `|` stands outside of all groups. In doubt (strange classes, unbalanced groups) it does.
fn has_top_level_choice(pattern: &str) -> bool {
    let mut depth = 0_i32;
    let mut class = false;
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => drop(characters.next()),
            '[' if class => return true, // nested classes are not followed
            '[' => class = true,
            ']' => class = false,
            '(' if !class => depth += 1,
            ')' if !class => depth -= 1,
            '|' if !class && depth <= 0 => return true,
            _ => {}
        }
    }
    depth != 0 || class
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
            ("a)(b", "ab", None),
            ("(", "", None),
        ] {
            assert_eq!(anchored(pattern).ok().map(|regex| regex.is_match(path)), expected, "{pattern}");
        }
    }
}

//! Why an expression has no value: at which stage, under which code, at which place.

use std::fmt::{self, Display};

/// When something went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The text is no expression.
    Parse,
    /// The expression has no value in this world.
    Evaluation,
    /// An operation of Java's library that the expression used refuses what it was given.
    Runtime,
}

impl Stage {
    /// The stage's name, as command line and messages give it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Parse => "parse",
            Self::Evaluation => "eval",
            Self::Runtime => "runtime",
        }
    }
}

/// A failure of one expression.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Error {
    /// When it happened.
    pub stage: Stage,
    /// `EL1008E` and the like, the name of a Java exception, or `limit-…`.
    pub code: &'static str,
    /// Where in the text, in bytes.
    pub place: usize,
    /// What is wrong, for people.
    pub message: String,
}

impl Error {
    pub(crate) fn parse(code: &'static str, place: usize, message: impl Into<String>) -> Self {
        Self { stage: Stage::Parse, code, place, message: message.into() }
    }

    /// An error of an evaluation whose place is not known yet; whoever knows the node sets it.
    pub(crate) fn evaluation(code: &'static str, message: impl Into<String>) -> Self {
        Self { stage: Stage::Evaluation, code, place: usize::MAX, message: message.into() }
    }

    pub(crate) fn runtime(exception: &'static str, message: impl Into<String>) -> Self {
        Self { stage: Stage::Runtime, code: exception, place: usize::MAX, message: message.into() }
    }

    /// The same error with a place, unless a deeper node has set one.
    pub(crate) fn at(mut self, place: usize) -> Self {
        if self.place == usize::MAX {
            self.place = place;
        }
        self
    }

    /// Whether a limit ended the evaluation.
    pub fn is_limit(&self) -> bool {
        self.code.starts_with("limit-")
    }

    /// The line of the text in which the place is, and a caret below it.
    pub fn picture(&self, text: &str) -> String {
        let place = (0..=self.place.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
        let start = text[..place].rfind('\n').map_or(0, |at| at + 1);
        let end = text[place..].find('\n').map_or(text.len(), |at| place + at);
        let before = text[start..place].chars().map(|c| if c == '\t' { '\t' } else { ' ' });
        format!("{}\n{}^", &text[start..end], before.collect::<String>())
    }
}

impl Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caret_stands_under_the_place() {
        let cases = [
            ("{#a.b}", 3, "{#a.b}\n   ^"),
            ("one\n\t{#}\nthree", 6, "\t{#}\n\t ^"),
            ("é{#", 3, "é{#\n  ^"),
            ("é", 1, "é\n^"),
            ("ab", 99, "ab\n  ^"),
        ];
        for (text, place, expected) in cases {
            assert_eq!(Error::parse("parse", place, "").picture(text), expected, "for {text:?} at {place}");
        }
    }
}

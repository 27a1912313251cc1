//! Text that is borrowed from the world or from the expression, or that an evaluation made.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// A text. Cloning it copies no bytes.
#[derive(Clone)]
pub enum Text<'a> {
    /// Of the world, or of the expression.
    Borrowed(&'a str),
    /// Made by the evaluation.
    Made(Arc<str>),
}

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Self::Borrowed(text) => text,
            Self::Made(text) => text,
        }
    }
}

impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl<'a> From<&'a str> for Text<'a> {
    fn from(text: &'a str) -> Self {
        Self::Borrowed(text)
    }
}

impl From<String> for Text<'_> {
    fn from(text: String) -> Self {
        Self::Made(text.into())
    }
}

impl<'a> From<Cow<'a, str>> for Text<'a> {
    fn from(text: Cow<'a, str>) -> Self {
        match text {
            Cow::Borrowed(text) => Self::Borrowed(text),
            Cow::Owned(text) => text.into(),
        }
    }
}

impl<'a> Text<'a> {
    /// A part of the text, without copying where the whole is borrowed.
    pub(crate) fn slice(&self, from: usize, to: usize) -> Text<'a> {
        match self {
            Self::Borrowed(text) => Self::Borrowed(&text[from..to]),
            Self::Made(text) => Self::Made(text[from..to].into()),
        }
    }
}

//! A remark on how faithfully something was understood.

mod render;

use serde::Serialize;
use std::fmt;

/// One remark, with its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How faithfully.
    pub faith: Faith,
    /// Where.
    pub place: Place,
    /// What changes because of it, and what to do.
    pub message: String,
}

/// How faithfully something was understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Faith {
    /// Means the same here; said because it looks as if it might not.
    Exact,
    /// Means nearly the same; the message says what differs.
    Approximate,
    /// Has no effect here.
    Ignored,
    /// Cannot be done here; what depends on it does not work.
    Unsupported,
    /// Is wrong: it cannot be read as what it should be.
    Invalid,
}

impl Faith {
    /// Whether behaviour differs from what was written: exit 1 for `check`, and for `--strict`.
    pub fn changes_behaviour(self) -> bool {
        match self {
            Self::Exact | Self::Approximate => false,
            Self::Ignored | Self::Unsupported | Self::Invalid => true,
        }
    }

    /// The word for people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Approximate => "approximate",
            Self::Ignored => "ignored",
            Self::Unsupported => "unsupported",
            Self::Invalid => "invalid",
        }
    }
}

/// Where a finding belongs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The document's key: a file.
    pub document: String,
    /// Path inside it: `routes[2].function.name`.
    pub path: String,
    /// Line, from 1; 0 when unknown.
    pub line: u32,
    /// Column in characters, from 1; 0 when unknown.
    pub column: u32,
    /// Length of the marked text in characters; 0 marks a point.
    pub length: u32,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.document)?;
        match (self.line, self.column) {
            (0, _) if self.path.is_empty() => Ok(()),
            (0, _) => write!(f, ":{}", self.path),
            (line, 0) => write!(f, ":{line}"),
            (line, column) => write!(f, ":{line}:{column}"),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.place, self.faith.as_str(), self.message)
    }
}

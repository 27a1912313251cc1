//! A replacement by regular expression.

use super::RequestText;
use serde::Serialize;

/// What an expression finds, replaced. What stands around it stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Substitution {
    /// The expression, in Perl's manner.
    pub regex: String,
    /// What stands there instead; [`super::TextSource::Matched`] is what the expression captured.
    pub replacement: RequestText,
}

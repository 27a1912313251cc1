//! From files to definitions: bare ones of version 2 and 4, events of the local folder, exports, subscriptions.
//!
//! What a definition means is told by `lower`. Reading refuses nothing as a whole: what is wrong is remarked at its
//! place, and of several documents those that can be read are.

mod check;
mod document;
mod files;
mod inner;
mod notes;
mod stores;

pub(crate) use check::check;
pub(crate) use document::{Content, contents};
pub use files::{files, is_settings};
pub(crate) use inner::inner;
pub use notes::Notes;

use crate::part::Part;

/// One definition.
#[derive(Clone, Debug)]
pub(crate) struct Definition<'a> {
    /// In which version it is written.
    pub(crate) version: Version,
    /// The definition itself.
    pub(crate) part: Part<'a>,
    /// Its plans, wherever they stand.
    pub(crate) plans: Vec<Part<'a>>,
}

/// In which version a definition is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Version {
    V2,
    V4,
}

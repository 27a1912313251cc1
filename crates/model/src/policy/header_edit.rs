//! Changes of header fields.

use serde::Serialize;

/// Changes, carried out in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct HeaderEdits {
    /// The changes.
    pub edits: Vec<HeaderEdit>,
}

impl HeaderEdits {
    /// Whether nothing is changed.
    pub fn is_empty(&self) -> bool {
        self.edits.is_empty()
    }
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum HeaderEdit {
    /// One field of this name with this value, whatever was there.
    Set(String, String),
    /// One more field.
    Add(String, String),
    /// No field of this name.
    Remove(String),
}

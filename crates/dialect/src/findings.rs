//! Findings of one document, gathered while it is read and lowered.

use crate::tree::Mark;
use crate::{Faith, Finding, Place};

/// Where a value stood, kept with it so that later remarks find their place.
#[derive(Clone, Debug, Default)]
pub struct Spot {
    /// In the text.
    pub mark: Mark,
    /// In the structure: `routes[2].function.name`.
    pub path: String,
}

/// The findings of one document.
pub struct Findings {
    document: String,
    list: Vec<Finding>,
}

impl Findings {
    /// None yet.
    pub fn new(document: &str) -> Self {
        Self { document: document.to_owned(), list: Vec::new() }
    }

    /// Adds one.
    pub fn add(&mut self, faith: Faith, mark: Mark, path: &str, message: String) {
        let Mark { line, column, length } = mark;
        let place = Place { document: self.document.clone(), path: path.to_owned(), line, column, length };
        self.list.push(Finding { faith, place, message });
    }

    /// Adds one about a value.
    pub fn say(&mut self, faith: Faith, spot: &Spot, message: impl Into<String>) {
        self.add(faith, spot.mark, &spot.path, message.into());
    }

    /// Adds that a value is not what it should be.
    pub fn invalid(&mut self, spot: &Spot, message: impl Into<String>) {
        self.say(Faith::Invalid, spot, message);
    }

    /// Whether something was said to be invalid.
    pub fn any_invalid(&self) -> bool {
        self.list.iter().any(|finding| finding.faith == Faith::Invalid)
    }

    /// Tells where in the structure a value stands about which something was said before its path was known.
    pub fn locate(&mut self, mark: Mark, path: &str) {
        let same = |place: &Place| place.path.is_empty() && (place.line, place.column) == (mark.line, mark.column);
        for finding in self.list.iter_mut().filter(|finding| same(&finding.place)) {
            path.clone_into(&mut finding.place.path);
        }
    }

    /// Whether something invalid was said about a value or a part of it: what follows from that says nothing new.
    pub fn blames(&self, path: &str) -> bool {
        let within =
            |other: &str| other.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']));
        self.list.iter().any(|finding| finding.faith == Faith::Invalid && within(&finding.place.path))
    }

    /// The key of the document.
    pub fn document(&self) -> &str {
        &self.document
    }

    /// All of them, in the order of their places.
    pub fn into_list(mut self) -> Vec<Finding> {
        self.list.sort_by_key(|finding| (finding.place.line, finding.place.column));
        self.list
    }
}

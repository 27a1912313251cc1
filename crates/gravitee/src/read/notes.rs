//! Remarks on documents, at the place where the value stands.

use crate::part::Part;
use dialect::findings::{Findings, Spot};
use dialect::{Faith, Finding};

/// The documents that were read, with what is remarked on them.
#[derive(Default)]
pub struct Notes {
    documents: Vec<Findings>,
}

impl Notes {
    /// Takes in a document; its number is what parts name.
    pub fn document(&mut self, findings: Findings) -> usize {
        self.documents.push(findings);
        self.documents.len() - 1
    }

    /// A remark on a part as a whole.
    pub(crate) fn on(&mut self, faith: Faith, part: &Part<'_>, message: impl Into<String>) {
        self.at(faith, part.document, &part.spot(), message);
    }

    /// A remark on a field of a part.
    pub(crate) fn say(&mut self, faith: Faith, part: &Part<'_>, field: &str, message: impl Into<String>) {
        self.at(faith, part.document, &part.spot_of(field), message);
    }

    /// A remark on a place.
    pub(crate) fn at(&mut self, faith: Faith, document: usize, spot: &Spot, message: impl Into<String>) {
        if let Some(findings) = self.documents.get_mut(document) {
            findings.say(faith, spot, message);
        }
    }

    /// The findings of a document.
    pub(crate) fn of(&mut self, document: usize) -> Option<&mut Findings> {
        self.documents.get_mut(document)
    }

    /// Whether something in a document is wrong.
    pub(crate) fn is_broken(&self, document: usize) -> bool {
        self.documents.get(document).is_some_and(Findings::any_invalid)
    }

    /// Documents that are not what they should be, by their keys.
    pub fn broken(&self) -> Vec<String> {
        let wrong = self.documents.iter().filter(|findings| findings.any_invalid());
        wrong.map(|findings| findings.document().to_owned()).collect()
    }

    /// All remarks.
    pub fn into_findings(self) -> Vec<Finding> {
        self.documents.into_iter().flat_map(Findings::into_list).collect()
    }
}

//! The objects of a store as the Admin API looks at them: texts in order of key, read only when they are asked for.

use crate::document::Place;
use crate::entity::Kind;
use crate::schema::Object;
use serde_json::Value;
use store::{Document, Documents, Revision};

/// All objects at one revision.
pub(super) struct Book {
    revision: Revision,
    documents: Documents,
}

/// An object with the revisions of its document.
pub(super) struct Kept {
    pub(super) place: Place,
    pub(super) object: Object,
    pub(super) created: u64,
    pub(super) modified: u64,
}

impl Book {
    pub(super) fn new(documents: Documents, revision: Revision) -> Self {
        Self { revision, documents }
    }

    /// The store's.
    pub(super) fn revision(&self) -> Revision {
        self.revision
    }

    /// Whether it holds these documents. (Some may have ceased to be without a new revision.)
    pub(super) fn is_of(&self, documents: &Documents, revision: Revision) -> bool {
        self.revision == revision && self.documents.len() == documents.len()
    }

    fn document(&self, key: &str) -> Option<&Document> {
        self.documents.find(key)
    }

    /// Whether there is such an object.
    pub(super) fn has(&self, place: &Place) -> bool {
        self.document(&place.to_string()).is_some()
    }

    /// One object.
    pub(super) fn get(&self, place: &Place) -> Option<Kept> {
        kept(self.document(&place.to_string())?, place.clone())
    }

    /// The text of a document that is no object.
    pub(super) fn text(&self, key: &str) -> Option<&[u8]> {
        self.document(key).map(|document| &*document.bytes)
    }

    /// The keys of all objects.
    pub(super) fn object_keys(&self) -> impl Iterator<Item = &str> {
        self.documents.iter().map(|document| document.key.as_str()).filter(|key| Place::of_key(key).is_some())
    }

    /// The objects of a kind (credentials: of one consumer) whose text passes, in the order in which they came to be.
    pub(super) fn all<'b>(
        &'b self,
        kind: Kind,
        parent: Option<&'b str>,
        passes: impl Fn(&[u8]) -> bool + 'b,
    ) -> Vec<Kept> {
        let mut found: Vec<(&Document, Place)> = self.places(kind, parent).collect();
        found.retain(|(document, _)| passes(&document.bytes));
        found.sort_by_key(|(document, _)| document.created);
        found.into_iter().filter_map(|(document, place)| kept(document, place)).collect()
    }

    fn places<'b>(&'b self, kind: Kind, parent: Option<&'b str>) -> impl Iterator<Item = (&'b Document, Place)> {
        let folder = match kind {
            Kind::Credentials => parent.map_or("consumers/".to_owned(), |parent| format!("consumers/{parent}/")),
            kind => format!("{}/", kind.name()),
        };
        let first = self.documents.from_key(&folder);
        let below = first.take_while(move |document| document.key.starts_with(&folder));
        below
            .filter_map(move |document| Some((document, Place::of_key(&document.key)?)))
            .filter(move |(_, place)| place.kind == kind)
            .filter(move |(_, place)| parent.is_none_or(|parent| place.parent.as_deref() == Some(parent)))
    }

    /// The keys of a consumer's credentials.
    pub(super) fn credentials(&self, consumer: &str) -> Vec<String> {
        self.places(Kind::Credentials, Some(consumer)).map(|(document, _)| document.key.clone()).collect()
    }
}

fn kept(document: &Document, place: Place) -> Option<Kept> {
    let Value::Object(object) = serde_json::from_slice(&document.bytes).ok()? else { return None };
    Some(Kept { place, object, created: document.created.0, modified: document.modified.0 })
}

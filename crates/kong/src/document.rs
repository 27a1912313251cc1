//! Entities kept one by one: how the key of a document names one, and how its text is read.

use crate::entity::{Collection, Entity, Origin};
use crate::read::Notes;
use crate::schema::Object;
use dialect::Faith;
use dialect::findings::Findings;
use serde_json::Value;
use std::time::SystemTime;
use store::{Change, Document, Documents};

/// What the keys of kept entities begin with.
const ROOT: &str = "entities/";

/// Says that a file was taken in once, so that none is taken in again.
pub const IMPORTED: &str = "imported";

/// The document that `POST /config` puts in the place of the source's files.
pub const POSTED: &str = "config.yml";

/// The key under which an entity is kept.
pub fn key(collection: Collection, id: &str) -> String {
    format!("{ROOT}{}/{id}", collection.name())
}

/// Collection and id of a kept entity.
pub fn place(key: &str) -> Option<(Collection, &str)> {
    let (collection, id) = key.strip_prefix(ROOT)?.split_once('/')?;
    Some((Collection::named(collection)?, id))
}

/// Whether a document belongs to kept entities rather than to files.
pub fn is_kept(key: &str) -> bool {
    key == IMPORTED || key.starts_with(ROOT)
}

/// The change that keeps an entity.
pub fn put(collection: Collection, object: &Object, expires: Option<SystemTime>) -> Change {
    let id = object.get("id").and_then(Value::as_str).unwrap_or_default();
    let bytes = Value::Object(object.clone()).to_string().into();
    Change::Put { key: key(collection, id), bytes, expires }
}

/// All kept entities in the order in which they came to be. One that cannot be read is remarked.
pub fn kept(documents: &Documents, notes: &mut Notes) -> Vec<Entity> {
    let mut kept: Vec<&Document> = documents.iter().filter(|document| document.key.starts_with(ROOT)).collect();
    kept.sort_by_key(|document| document.created);
    kept.into_iter().filter_map(|document| read(document, notes)).collect()
}

fn read(document: &Document, notes: &mut Notes) -> Option<Entity> {
    let origin = Origin { document: notes.document(None, Findings::new(&document.key)), path: Vec::new() };
    match (place(&document.key), serde_json::from_slice(&document.bytes)) {
        (Some((collection, _)), Ok(Value::Object(object))) => Some(Entity { collection, object, origin, stored: true }),
        _ => {
            notes.at(Faith::Invalid, &origin, "this is no entity that is known");
            None
        }
    }
}

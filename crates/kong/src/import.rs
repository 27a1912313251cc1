//! From files to kept entities: settings stay files, the declarative document is taken in once.

use crate::document::{self, IMPORTED, is_kept, place};
use crate::entity::Entity;
use crate::entity::credential::hashed;
use crate::lower::{entities, is_declarative, read_settings};
use crate::read::Notes;
use crate::schema::Object;
use dialect::resolve::Environment;
use dialect::{Faith, Source, as_they_are};
use serde_json::{Value, json};
use std::time::SystemTime;
use store::{Change, Document, Documents, Revision};

/// The changes that bring kept entities up to date with files.
pub(crate) fn load(files: &[Source], stored: &Documents, environment: &dyn Environment) -> Vec<Change> {
    let given: Documents = files.iter().map(as_document).collect();
    let settings = read_settings(&given, environment, &mut Notes::default());
    let is_entities = |source: &&Source| {
        given.iter().any(|document| document.key == source.key && is_declarative(document, &settings))
    };
    let (declarative, mut others): (Vec<Source>, Vec<Source>) =
        files.iter().cloned().partition(|one| is_entities(&one));
    let begun = stored.iter().any(|document| document.key == IMPORTED || place(&document.key).is_some());
    let mut changes = Vec::new();
    if !begun && !declarative.is_empty() {
        let mut notes = Notes::default();
        let found = entities(&given, &settings, environment, &mut notes);
        match notes.into_findings().iter().any(|finding| finding.faith == Faith::Invalid) {
            // as it is, it says itself what is wrong with it
            true => others.extend(declarative),
            false => {
                changes.extend(found.iter().map(kept));
                changes.push(Change::Put { key: IMPORTED.to_owned(), bytes: "true".into(), expires: None });
            }
        }
    }
    changes.extend(as_they_are(&others, stored.iter().filter(|document| !is_kept(&document.key))));
    changes
}

fn as_document(source: &Source) -> Document {
    let (key, bytes, revision) = (source.key.clone(), source.bytes.clone().into(), Revision::default());
    Document { key, bytes, created: revision, modified: revision, expires: None }
}

/// An entity of a file as it is kept: with times, its password hashed.
fn kept(entity: &Entity) -> Change {
    let mut object = entity.object.clone();
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
    for name in ["created_at", "updated_at"] {
        default(&mut object, name, json!(now));
    }
    if let (false, Some(password), Some(consumer)) =
        (entity.stored, entity.text("password"), entity.reference("consumer"))
    {
        object.insert("password".to_owned(), json!(hashed(password, consumer)));
    }
    document::put(entity.collection, &object, None)
}

fn default(object: &mut Object, name: &str, value: Value) {
    let there = object.entry(name).or_insert(Value::Null);
    if there.is_null() {
        *there = value;
    }
}

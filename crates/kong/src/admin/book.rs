//! The entities of the source as the Admin API sees them: found by id or name, and shown as the original shows them.

use super::problem::Problem;
use crate::document::{self, is_kept};
use crate::entity::{Collection, Entity, credential};
use crate::lower::{entities, is_declarative, read_settings};
use crate::read::{Entities, Notes};
use crate::schema::{Object, text};
use dialect::Finding;
use dialect::resolve::Environment;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};
use store::{Document, Documents, Revision};
use uuid::Uuid;

/// What is shown of a configuration that says nothing.
const NO_HASH: &str = "00000000000000000000000000000000";

/// All entities at one revision.
pub(super) struct Book {
    /// The store's.
    pub(super) revision: Revision,
    /// Tells configurations from one another.
    pub(super) hash: String,
    /// What was remarked while they were read.
    pub(super) findings: Vec<Finding>,
    entities: Entities,
    ends: BTreeMap<(Collection, String), SystemTime>,
    /// When they were read; entities of files are as old as that.
    since: i64,
}

impl Book {
    /// Reads the documents.
    pub(super) fn of(
        documents: &Documents,
        revision: Revision,
        environment: &dyn Environment,
        now: SystemTime,
    ) -> Self {
        let mut notes = Notes::default();
        let settings = read_settings(documents, environment, &mut notes);
        let mut notes = Notes::default();
        let entities = entities(documents, &settings, environment, &mut notes);
        let declarative = documents.iter().find(|document| is_declarative(document, &settings));
        let end = |document: &Document| {
            let (collection, id) = document::place(&document.key)?;
            Some(((collection, id.to_owned()), document.expires?))
        };
        Self {
            revision,
            hash: declarative.map_or_else(|| NO_HASH.to_owned(), |document| hash(&document.bytes)),
            findings: notes.into_findings(),
            entities,
            ends: documents.iter().filter(|document| is_kept(&document.key)).filter_map(end).collect(),
            since: seconds(now),
        }
    }

    /// Whether something in it has ceased to be since it was read.
    pub(super) fn is_over(&self, now: SystemTime) -> bool {
        self.ends.values().any(|end| *end <= now)
    }

    /// Those of a collection, by id.
    pub(super) fn of_collection(&self, collection: Collection) -> Vec<&Entity> {
        let mut all: Vec<&Entity> = self.entities.of(collection).iter().collect();
        all.sort_by_key(|entity| entity.id());
        all
    }

    /// Those that name this one, by id.
    pub(super) fn children(&self, collection: Collection, member: &str, parent: &str) -> Vec<&Entity> {
        let mut all = self.of_collection(collection);
        all.retain(|entity| entity.reference(member) == Some(parent));
        all
    }

    /// The one of this id.
    pub(super) fn get(&self, collection: Collection, id: &str) -> Option<&Entity> {
        self.entities.get(collection, id)
    }

    /// The one of this id or name.
    pub(super) fn find(&self, collection: Collection, key: &str) -> Result<Option<&Entity>, Problem> {
        if text::uuid(key).is_ok() {
            return Ok(self.get(collection, key));
        }
        let Some(name) = collection.endpoint_key() else { return self.unnamed(collection, key) };
        Ok(self.entities.of(collection).iter().find(|entity| entity.text(name) == Some(key)))
    }

    /// A certificate may be called by a name it is for; nothing else without a name can be called.
    fn unnamed(&self, collection: Collection, key: &str) -> Result<Option<&Entity>, Problem> {
        if collection != Collection::Certificates {
            return Err(Problem::PrimaryKey);
        }
        let sni = self.entities.of(Collection::Snis).iter().find(|sni| sni.text("name") == Some(key));
        Ok(sni.and_then(|sni| self.get(collection, sni.reference("certificate")?)))
    }

    /// The child of a parent by id or name: groups and nodes have names only there.
    pub(super) fn child(
        &self,
        collection: Collection,
        member: &str,
        parent: &str,
        key: &str,
    ) -> Result<Option<&Entity>, Problem> {
        let name = match collection {
            Collection::Acls => Some("group"),
            other => other.endpoint_key(),
        };
        let is = |entity: &&Entity| entity.id() == key || name.is_some_and(|name| entity.text(name) == Some(key));
        if name.is_none() && text::uuid(key).is_err() {
            return Err(Problem::PrimaryKey);
        }
        Ok(self.children(collection, member, parent).into_iter().find(is))
    }

    /// When an entity ceases to be.
    pub(super) fn end(&self, entity: &Entity) -> Option<SystemTime> {
        self.ends.get(&(entity.collection, entity.id().to_owned())).copied()
    }

    /// An entity as it is answered.
    pub(super) fn shown(&self, entity: &Entity) -> Value {
        self.show(entity, self.end(entity))
    }

    /// Members as they are stored: passwords of files are hashed only here.
    pub(super) fn stored(entity: &Entity) -> Object {
        let mut object = entity.object.clone();
        let password = entity.text("password").zip(entity.reference("consumer"));
        if let (Collection::BasicauthCredentials, false, Some((password, consumer))) =
            (entity.collection, entity.stored, password)
        {
            object.insert("password".to_owned(), json!(credential::hashed(password, consumer)));
        }
        object
    }

    /// The same, with the end it will have.
    pub(super) fn show(&self, entity: &Entity, end: Option<SystemTime>) -> Value {
        let mut object = Self::stored(entity);
        for name in ["created_at", "updated_at"] {
            if object.get(name).is_none_or(Value::is_null) {
                object.insert(name.to_owned(), json!(self.since));
            }
        }
        match entity.collection {
            Collection::KeyauthCredentials => {
                let rest = end.map(|end| end.duration_since(SystemTime::now()).unwrap_or_default());
                object.insert("ttl".to_owned(), json!(rest.map(rounded)));
            }
            Collection::Certificates => {
                let snis = self.children(Collection::Snis, "certificate", entity.id());
                let names: Vec<&str> = snis.iter().filter_map(|sni| sni.text("name")).collect();
                object.insert("snis".to_owned(), json!(names));
            }
            _ => {}
        }
        Value::Object(object)
    }
}

/// Whole seconds, a part counting as one.
fn rounded(time: Duration) -> u64 {
    time.as_secs() + u64::from(time.subsec_nanos() > 0)
}

/// 32 digits that tell texts from one another.
pub(super) fn hash(text: &[u8]) -> String {
    Uuid::new_v5(&Uuid::nil(), text).simple().to_string()
}

/// Seconds since 1970.
pub(super) fn seconds(time: SystemTime) -> i64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or_default()
}

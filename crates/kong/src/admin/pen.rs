//! What a request would change: entities checked as the original checks them, and the documents that follow. Pure; who
//! brings changes into force is told by `admin`.

mod accept;
mod settle;

use super::arguments::{Arguments, infer};
use super::book::{Book, seconds};
use super::problem::Problem;
use crate::document;
use crate::entity::{Collection, Entity, Flavor, Origin, credential};
use crate::plugin::Plugin;
use crate::schema::{Kind, Object, Record, Violation, Violations, expand};
use serde_json::{Value, json};
use std::time::{Duration, SystemTime};
use store::Change;
use uuid::Uuid;

/// Writes entities at one revision.
pub(super) struct Pen<'a> {
    pub(super) book: &'a Book,
    /// Entities are kept one by one; otherwise they come from a file and nothing is written.
    pub(super) kept: bool,
    pub(super) flavor: Flavor,
    /// Plugins that may be used; `None`: all.
    pub(super) plugins: Option<&'a [String]>,
    pub(super) now: SystemTime,
}

/// What is asked, for texts that say that it cannot be done.
#[derive(Clone, Copy, Debug)]
pub(super) enum Deed {
    Create,
    Update,
    Upsert,
    Remove,
}

/// An entity with the changes that bring it about.
pub(super) struct Written {
    pub(super) entity: Entity,
    pub(super) end: Option<SystemTime>,
    pub(super) changes: Vec<Change>,
}

/// How an entity was named in the path.
#[derive(Clone, Copy)]
pub(super) enum Named<'a> {
    Id,
    By(&'static str, &'a str),
}

impl Pen<'_> {
    /// A new entity.
    pub(super) fn insert(&self, collection: Collection, arguments: Arguments) -> Result<Written, Problem> {
        let (mut object, record, end) = self.taken(collection, arguments, None)?;
        self.generated(collection, &mut object, None);
        let written = self.finish(collection, &record, object, end, Deed::Create, Named::Id)?;
        match self.book.get(collection, written.entity.id()) {
            Some(other) => Err(Problem::Taken { id: other.id().to_owned() }),
            None => self.consistent(written),
        }
    }

    /// A new entity that names one which is written by the same change.
    pub(super) fn beside(&self, collection: Collection, object: Object) -> Result<Written, Problem> {
        let (mut object, record, end) = self.taken(collection, Arguments { object, texts: false }, None)?;
        self.generated(collection, &mut object, None);
        let written = self.finish(collection, &record, object, end, Deed::Create, Named::Id)?;
        self.unique(&written.entity)?;
        Ok(written)
    }

    /// Whether something is an entity of a collection, wherever it comes from.
    pub(super) fn valid(&self, collection: Collection, arguments: Arguments) -> Result<(), Problem> {
        let anywhere = Pen { kept: true, ..*self };
        let (mut object, record, end) = anywhere.taken(collection, arguments, None)?;
        anywhere.generated(collection, &mut object, None);
        anywhere.finish(collection, &record, object, end, Deed::Create, Named::Id).map(drop)
    }

    /// An entity with some members changed.
    pub(super) fn update(&self, old: &Entity, arguments: Arguments, named: Named<'_>) -> Result<Written, Problem> {
        let collection = old.collection;
        let (mut changed, record, end) = self.taken(collection, arguments, Some(old))?;
        changed.remove("id");
        if let Some(password) = changed.get("password").filter(|_| collection == Collection::BasicauthCredentials) {
            let consumer = old.reference("consumer").unwrap_or_default();
            let hashed = password.as_str().map(|password| credential::hashed(password, consumer));
            changed.insert("password".to_owned(), json!(hashed));
        }
        let mut object = old.object.clone();
        merge(&record, &mut object, changed);
        object.insert("updated_at".to_owned(), json!(seconds(self.now)));
        let end = end.unwrap_or_else(|| self.book.end(old));
        let written = self.finish(collection, &record, object, Some(end), Deed::Update, named)?;
        self.consistent(written)
    }

    /// The entity of this id or name as a whole, whether it is there or not.
    pub(super) fn upsert(
        &self,
        collection: Collection,
        old: Option<&Entity>,
        key: &str,
        named: Named<'_>,
        mut arguments: Arguments,
    ) -> Result<Written, Problem> {
        let id = match named {
            Named::Id => key.to_owned(),
            Named::By(name, value) => {
                arguments.object.insert(name.to_owned(), json!(value));
                old.map_or_else(fresh, |old| old.id().to_owned())
            }
        };
        arguments.object.insert("id".to_owned(), json!(id));
        let (mut object, record, end) = self.taken(collection, arguments, None)?;
        self.generated(collection, &mut object, old);
        let written = self.finish(collection, &record, object, end, Deed::Upsert, named)?;
        self.consistent(written)
    }

    /// What goes when an entity goes: those that belong to it too.
    pub(super) fn remove(&self, old: &Entity, named: Named<'_>) -> Result<Vec<Change>, Problem> {
        self.allowed(old.collection, Deed::Remove, named)?;
        let mut changes = vec![Change::Remove { key: document::key(old.collection, old.id()) }];
        for child in Collection::ALL.iter().copied() {
            for (member, parent) in child.foreign() {
                if *parent != old.collection {
                    continue;
                }
                let children = self.book.children(child, member, old.id());
                if !children.is_empty() && !goes_with(child, member) {
                    return Err(Problem::Referenced { parent: old.collection, child });
                }
                let gone = children.iter().map(|child| document::key(child.collection, child.id()));
                changes.extend(gone.map(|key| Change::Remove { key }));
            }
        }
        Ok(changes)
    }

    /// Refuses what a source of files cannot do.
    pub(super) fn allowed(&self, collection: Collection, deed: Deed, named: Named<'_>) -> Result<(), Problem> {
        if self.kept {
            return Ok(());
        }
        let verb = match deed {
            Deed::Create => "create",
            Deed::Update => "update",
            Deed::Upsert => "create or update",
            Deed::Remove => "remove",
        };
        let by = match named {
            Named::Id => String::new(),
            Named::By(name, _) => format!(" by '{name}'"),
        };
        let text = format!("cannot {verb} '{}' entities{by} when not using a database", collection.name());
        Err(Problem::Unsupported(text))
    }

    /// What is left to chance and to the clock.
    fn generated(&self, collection: Collection, object: &mut Object, old: Option<&Entity>) {
        let now = seconds(self.now);
        let created = old.and_then(|old| old.object.get("created_at").cloned()).filter(|value| !value.is_null());
        let mut default = |name: &str, value: Value| {
            let there = object.entry(name).or_insert(Value::Null);
            if there.is_null() {
                *there = value;
            }
        };
        default("id", json!(fresh()));
        default("created_at", created.unwrap_or_else(|| json!(now)));
        match collection {
            Collection::KeyauthCredentials => default("key", json!(chance())),
            Collection::HmacauthCredentials => default("secret", json!(chance())),
            Collection::JwtSecrets => {
                default("key", json!(chance()));
                default("secret", json!(chance()));
            }
            _ => {}
        }
        object.insert("updated_at".to_owned(), json!(now));
        if collection == Collection::BasicauthCredentials {
            let consumer = object.get("consumer").and_then(|consumer| consumer.get("id")?.as_str());
            let password = object.get("password").and_then(Value::as_str).filter(|password| !password.is_empty());
            if let (Some(consumer), Some(password)) = (consumer, password) {
                let hashed = credential::hashed(password, consumer);
                object.insert("password".to_owned(), json!(hashed));
            }
        }
    }

    fn written(&self, collection: Collection, object: Object, end: Option<SystemTime>) -> Written {
        let changes = vec![document::put(collection, &object, end)];
        Written { entity: Entity { collection, object, origin: Origin::default(), stored: true }, end, changes }
    }
}

/// Whether entities are deleted with the one that they name.
fn goes_with(child: Collection, member: &str) -> bool {
    !matches!((child, member), (Collection::Routes, "service") | (_, "client_certificate"))
}

/// An id that nothing else has.
pub(super) fn fresh() -> String {
    Uuid::new_v4().to_string()
}

/// 32 characters by lot.
fn chance() -> String {
    Uuid::new_v4().simple().to_string()
}

/// Puts members over others; of records, the members inside.
fn merge(record: &Record, object: &mut Object, changed: Object) {
    for (name, value) in changed {
        let inner = record.field(&name).and_then(|field| match &field.kind {
            Kind::Record(inner) => Some(inner),
            _ => None,
        });
        match (inner, object.get_mut(&name), value) {
            (Some(inner), Some(Value::Object(there)), Value::Object(value)) => merge(inner, there, value),
            (_, _, value) => drop(object.insert(name, value)),
        }
    }
}

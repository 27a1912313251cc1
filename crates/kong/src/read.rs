//! From files to entities: a declarative document, its nested and flat forms, its older versions, deck's additions.
//!
//! What a document means is told by `lower`. Reading refuses nothing as a whole: what is wrong is remarked at its place.

mod deck;
mod declarative;
mod files;
mod judge;
mod notes;
mod references;
mod template;
mod upgrade;

pub use declarative::declarative;
pub use files::{files, is_settings};
pub use judge::{judge, schema};
pub use notes::Notes;
pub use references::resolve;
pub(crate) use upgrade::{old_references, paths};

use crate::entity::{Collection, Entity, Flavor};
use std::collections::BTreeMap;

/// All entities of a source, each under its id.
#[derive(Default)]
pub struct Entities {
    all: BTreeMap<Collection, Vec<Entity>>,
    places: BTreeMap<(Collection, String), usize>,
}

impl Entities {
    /// Takes in one; `false` when one with this id is there already.
    pub fn add(&mut self, entity: Entity) -> bool {
        let collection = entity.collection;
        let of = self.all.entry(collection).or_default();
        let place = (collection, entity.id().to_owned());
        if self.places.contains_key(&place) {
            return false;
        }
        self.places.insert(place, of.len());
        of.push(entity);
        true
    }

    /// Those of a collection, in the order in which they were written.
    pub fn of(&self, collection: Collection) -> &[Entity] {
        self.all.get(&collection).map_or(&[], Vec::as_slice)
    }

    /// The one with this id.
    pub fn get(&self, collection: Collection, id: &str) -> Option<&Entity> {
        let place = self.places.get(&(collection, id.to_owned()))?;
        self.of(collection).get(*place)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Entity> {
        self.all.values().flatten()
    }

    /// What one names as its parent or as another part of it.
    pub fn named_by(&self, entity: &Entity, member: &str) -> Option<&Entity> {
        let (_, collection) = entity.collection.foreign().iter().find(|(name, _)| *name == member)?;
        self.get(*collection, entity.reference(member)?)
    }
}

/// How entities are read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Manner {
    /// How routes are written.
    pub flavor: Flavor,
}

#[cfg(test)]
mod tests;

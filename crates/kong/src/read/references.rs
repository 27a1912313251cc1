//! References between entities: a name or id becomes `{"id": …}`, or a remark says that nothing is called so.

use super::{Entities, Notes};
use crate::entity::{Collection, Entity};
use dialect::Faith;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Puts entities together: finds what they name, and refuses what stands twice.
pub fn resolve(mut found: Vec<Entity>, notes: &mut Notes) -> Entities {
    let names = Names::of(&found);
    for entity in &mut found {
        names.settle(entity, notes);
    }
    let mut entities = Entities::default();
    let mut taken: BTreeMap<(Collection, &str, String), ()> = BTreeMap::new();
    for entity in found {
        let mut told = false;
        for member in entity.collection.unique() {
            let Some(value) = entity.text(member).map(str::to_owned) else { continue };
            if taken.insert((entity.collection, member, value.clone()), ()).is_some() {
                notes.say(Faith::Invalid, &entity, member, twice(entity.collection, member, &value));
                told = true;
            }
        }
        let copy = entity.clone();
        if !entities.add(entity) && !told {
            notes.say(Faith::Invalid, &copy, "", twice(copy.collection, "primary key", copy.id()));
        }
    }
    entities
}

fn twice(collection: Collection, member: &str, value: &str) -> String {
    // a key is a secret
    let value = if member == "key" { "the same value" } else { value };
    format!("uniqueness violation: '{}' entity with {member} set to '{value}' already declared", collection.name())
}

/// Everything that may be named.
struct Names {
    by_name: BTreeMap<(Collection, String), String>,
    ids: BTreeSet<(Collection, String)>,
}

impl Names {
    fn of(entities: &[Entity]) -> Self {
        let mut names = Self { by_name: BTreeMap::new(), ids: BTreeSet::new() };
        for entity in entities {
            let (collection, id) = (entity.collection, entity.id().to_owned());
            let keys = [collection.endpoint_key(), (collection == Collection::Consumers).then_some("custom_id")];
            for name in keys.into_iter().flatten().filter_map(|key| entity.text(key)) {
                names.by_name.entry((collection, name.to_owned())).or_insert_with(|| id.clone());
            }
            names.ids.insert((collection, id));
        }
        names
    }

    fn settle(&self, entity: &mut Entity, notes: &mut Notes) {
        for (member, collection) in entity.collection.foreign() {
            let Some(value) = entity.object.get(*member).filter(|value| !value.is_null()).cloned() else { continue };
            match self.find(&value, *collection) {
                Some(id) => {
                    entity.object.insert((*member).to_owned(), json!({ "id": id }));
                }
                None => {
                    let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                    let text =
                        format!("invalid reference '{member}: {shown}' (no such entry in '{}')", collection.name());
                    notes.say(Faith::Invalid, entity, member, text);
                    entity.object.insert((*member).to_owned(), Value::Null);
                }
            }
        }
    }

    fn find(&self, value: &Value, collection: Collection) -> Option<String> {
        let key = collection.endpoint_key().unwrap_or("id");
        let text = match value {
            Value::String(text) => text,
            Value::Object(members) => members.get("id").or_else(|| members.get(key))?.as_str()?,
            _ => return None,
        };
        if let Some(id) = self.by_name.get(&(collection, text.to_owned())) {
            return Some(id.clone());
        }
        let id = (collection, text.to_owned());
        self.ids.contains(&id).then_some(id.1)
    }
}

//! Ids of entities that have none: the same as Kong derives from what names an entity, so that they stay the same from
//! one reading to the next.

use super::Collection;
use crate::schema::Object;
use serde_json::Value;
use uuid::Uuid;

/// Kong's name space for ids that it derives.
const SPACE: Uuid = Uuid::from_u128(0xfd02801f_0957_4a15_a55a_c8d9606f30b5);

/// The id of an entity: from its name, its parent or, where Kong would draw one by lot, from all that it says.
pub fn derive(collection: Collection, object: &Object) -> String {
    let space = Uuid::new_v5(&SPACE, collection.name().as_bytes());
    let key = named(collection, object).unwrap_or_else(|| content(object));
    Uuid::new_v5(&space, key.as_bytes()).to_string()
}

fn named(collection: Collection, object: &Object) -> Option<String> {
    let text = |name: &str| object.get(name).and_then(Value::as_str);
    // inside its parent an entity has the parent's id; elsewhere it says the name that stands there
    let parent = |name: &str| object.get(name).and_then(|value| value.get("id").unwrap_or(value).as_str());
    match collection {
        Collection::Targets => Some(format!("{}:{}", text("target")?, parent("upstream")?)),
        Collection::Acls => Some(format!("acls:{}:{}", parent("consumer")?, text("group")?)),
        Collection::Plugins => {
            if let Some(name) = text("instance_name") {
                return Some(name.to_owned());
            }
            let place = ["route", "service", "consumer"].map(|name| parent(name).unwrap_or_default());
            Some(format!("plugins:{}:{}", text("name")?, place.join(":")))
        }
        other => text(other.endpoint_key()?).map(str::to_owned),
    }
}

fn content(object: &Object) -> String {
    let mut members: Vec<(&String, &Value)> = object.iter().filter(|(_, value)| !value.is_null()).collect();
    members.sort_by_key(|(name, _)| name.as_str());
    members.into_iter().map(|(name, value)| format!("{name}={value}\n")).collect()
}

/// Another id for one that says the same as the one with this id.
pub fn next(id: &str) -> String {
    Uuid::new_v5(&SPACE, id.as_bytes()).to_string()
}

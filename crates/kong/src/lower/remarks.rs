//! What is written and has not the effect it has in Kong: one remark for each field, however often it is written.

use crate::entity::{Collection, Entity};
use crate::part::Part;
use crate::read::{Entities, Manner, Notes, schema};
use crate::schema::{Field, Honour, Kind, Object, Record};
use crate::settings::Settings;
use dialect::Faith;
use serde_json::Value;
use std::collections::BTreeMap;

/// Remarks on the fields of all entities.
pub(super) fn remark(entities: &Entities, settings: &Settings, notes: &mut Notes) {
    let manner = Manner { flavor: settings.flavor };
    let mut found = Found::default();
    for entity in entities.iter().filter(|entity| is_in_use(entity)) {
        found.of_record(entity, &schema(entity, manner), &entity.object, "");
    }
    found.tell(notes);
}

fn is_in_use(entity: &Entity) -> bool {
    entity.collection != Collection::Plugins || Part::of(&entity.object).flag("enabled")
}

/// What is found: where first, and how often more.
#[derive(Default)]
struct Found<'a> {
    /// By collection, plugin and path.
    places: BTreeMap<(Collection, String, String), First<'a>>,
}

/// Where something was found first.
struct First<'a> {
    entity: &'a Entity,
    faith: Faith,
    text: &'static str,
    more: usize,
}

impl<'a> Found<'a> {
    fn of_record(&mut self, entity: &'a Entity, record: &Record, object: &Object, path: &str) {
        for field in &record.fields {
            let Some(value) = object.get(field.name).filter(|value| says_more(field, value)) else { continue };
            let path = if path.is_empty() { field.name.to_owned() } else { format!("{path}.{}", field.name) };
            if let (Kind::Record(inner), Value::Object(object)) = (&field.kind, value) {
                self.of_record(entity, inner, object, &path);
            }
            self.of_field(entity, field, path);
        }
    }

    fn of_field(&mut self, entity: &'a Entity, field: &Field, path: String) {
        let (faith, text) = match field.honour {
            Honour::Exact => return,
            Honour::Approximate(text) => (Faith::Approximate, text),
            Honour::Ignored(text) => (Faith::Ignored, text),
            Honour::Unsupported(text) => (Faith::Unsupported, text),
        };
        let plugin =
            if entity.collection == Collection::Plugins { entity.text("name").unwrap_or_default() } else { "" };
        let key = (entity.collection, plugin.to_owned(), path);
        let first = First { entity, faith, text, more: 0 };
        self.places.entry(key).and_modify(|place| place.more += 1).or_insert(first);
    }

    fn tell(self, notes: &mut Notes) {
        for ((_, _, path), First { entity, faith, text, more }) in self.places {
            let message = match more {
                0 => format!("{}: {text}", path.rsplit('.').next().unwrap_or(&path)),
                more => format!("{}: {text} (here and {more} times more)", path.rsplit('.').next().unwrap_or(&path)),
            };
            notes.say(faith, entity, &path, message);
        }
    }
}

/// Whether a value is more than what stands there anyway.
fn says_more(field: &Field, value: &Value) -> bool {
    let same = |default: &Value| match (default.as_f64(), value.as_f64()) {
        (Some(default), Some(value)) => default == value,
        _ => default == value,
    };
    let empty = value.as_array().is_some_and(Vec::is_empty) || value.as_object().is_some_and(Object::is_empty);
    !value.is_null() && !empty && !field.default.as_ref().is_some_and(same)
}

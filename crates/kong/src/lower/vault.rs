//! References: what `{vault://…}` stands for, from the environment.

use crate::entity::{Collection, Entity};
use crate::part::Part;
use crate::read::{Entities, Manner, Notes, schema};
use crate::schema::{Field, Kind, Object, Record};
use crate::settings::Settings;
use dialect::Faith;
use dialect::resolve::Environment;
use serde_json::Value;

/// The entities with values in place of references. What cannot be found is empty, as in Kong.
pub(super) fn resolved(
    entities: &Entities,
    settings: &Settings,
    environment: &dyn Environment,
    notes: &mut Notes,
) -> Entities {
    let manner = Manner { flavor: settings.flavor };
    let vaults = Vaults { known: entities.of(Collection::Vaults), environment };
    let mut live = Entities::default();
    for entity in entities.iter() {
        let mut copy = entity.clone();
        let mut wrong = Vec::new();
        of_record(&schema(entity, manner), &mut copy.object, "", &vaults, &mut wrong);
        for (path, why) in wrong {
            notes.say(Faith::Unsupported, entity, &path, why);
        }
        live.add(copy);
    }
    live
}

type Wrong = Vec<(String, String)>;

fn of_record(record: &Record, object: &mut Object, path: &str, vaults: &Vaults<'_>, wrong: &mut Wrong) {
    for field in &record.fields {
        let path = if path.is_empty() { field.name.to_owned() } else { format!("{path}.{}", field.name) };
        if let Some(value) = object.get_mut(field.name) {
            of_value(field, value, &path, vaults, wrong);
        }
    }
}

fn of_value(field: &Field, value: &mut Value, path: &str, vaults: &Vaults<'_>, wrong: &mut Wrong) {
    match (&field.kind, value) {
        (_, value @ Value::String(_)) if field.referenceable => {
            let text = value.as_str().unwrap_or_default().to_owned();
            if let Some(reference) = text.strip_prefix("{vault://").and_then(|text| text.strip_suffix('}')) {
                let found = vaults.find(reference);
                wrong.extend(
                    found.as_ref().err().map(|why| (path.to_owned(), format!("{text}: {why}; the value is empty"))),
                );
                *value = Value::from(found.unwrap_or_default());
            }
        }
        (Kind::Record(record), Value::Object(object)) => of_record(record, object, path, vaults, wrong),
        (Kind::Array(element) | Kind::Set(element), Value::Array(items)) => {
            for (at, item) in items.iter_mut().enumerate() {
                of_value(element, item, &format!("{path}.{}", at + 1), vaults, wrong);
            }
        }
        (Kind::Map(element), Value::Object(members)) => {
            members
                .iter_mut()
                .for_each(|(name, member)| of_value(element, member, &format!("{path}.{name}"), vaults, wrong));
        }
        _ => {}
    }
}

/// Where references lead.
struct Vaults<'a> {
    known: &'a [Entity],
    environment: &'a dyn Environment,
}

impl Vaults<'_> {
    /// `prefix/resource[/key][?options][#version]`.
    fn find(&self, reference: &str) -> Result<String, String> {
        let reference = reference.split('#').next().unwrap_or_default();
        let (path, options) = reference.split_once('?').unwrap_or((reference, ""));
        let mut parts = path.splitn(3, '/');
        let (vault, resource, key) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
        let resource = resource.filter(|text| !text.is_empty()).ok_or("the reference names no resource")?;
        let prefix = option(options, "prefix").map(str::to_owned).map_or_else(|| self.prefix(vault), Ok)?;
        let name = format!("{prefix}{resource}").to_ascii_uppercase().replace('-', "_");
        let value = self.environment.variable(&name).ok_or_else(|| format!("the variable {name} is not set"))?;
        match key {
            None => Ok(value),
            Some(key) => member(&value, key).ok_or_else(|| format!("the variable {name} has no member {key:?}")),
        }
    }

    /// What a vault puts in front of names.
    fn prefix(&self, vault: &str) -> Result<String, String> {
        if vault == "env" {
            return Ok(String::new());
        }
        let known = self.known.iter().find(|entity| entity.text("prefix") == Some(vault));
        let entity = known.ok_or_else(|| format!("there is no vault with the prefix {vault:?}"))?;
        match entity.text("name") {
            Some("env") => Ok(Part::of(&entity.object).owned("config.prefix").unwrap_or_default()),
            name => Err(format!("vaults of the kind {:?} are not read", name.unwrap_or_default())),
        }
    }
}

fn option<'o>(options: &'o str, name: &str) -> Option<&'o str> {
    options.split('&').filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name).map(|(_, value)| value)
}

/// A member of a secret that is a JSON object.
fn member(value: &str, key: &str) -> Option<String> {
    match serde_json::from_str::<Value>(value).ok()?.get(key)? {
        Value::String(text) => Some(text.clone()),
        Value::Null => None,
        other => Some(other.to_string()),
    }
}

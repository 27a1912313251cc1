//! From what was sent to members of an entity: types, old names, references, shorthands.

use super::*;
use crate::plugin::absent;
use crate::schema::{Step, text};

/// The longest life of a key, in seconds.
const LONGEST: u64 = 100_000_000;

/// Members, the schema they follow, and the end that was asked for.
type Taken = (Object, Record, Option<Option<SystemTime>>);

impl Pen<'_> {
    /// Reads what was sent.
    pub(super) fn taken(
        &self,
        collection: Collection,
        arguments: Arguments,
        old: Option<&Entity>,
    ) -> Result<Taken, Problem> {
        let Arguments { mut object, texts } = arguments;
        let record = self.record(collection, &object, old)?;
        if texts {
            infer(&record, &mut object);
        }
        if collection == Collection::Plugins {
            crate::read::old_references(&mut object);
        }
        let end = if collection == Collection::KeyauthCredentials { self.end(&mut object)? } else { None };
        for (member, parent) in collection.foreign() {
            self.reference(&mut object, member, *parent)?;
        }
        let wrong = expand(&record, &mut object);
        if !wrong.is_empty() {
            return Err(Problem::Schema(wrong));
        }
        Ok((object, record, end))
    }

    /// The schema of an entity: of a plugin that of its name.
    pub(super) fn record(
        &self,
        collection: Collection,
        object: &Object,
        old: Option<&Entity>,
    ) -> Result<Record, Problem> {
        let name = object.get("name").and_then(Value::as_str).or(old.and_then(|old| old.text("name")));
        let (Collection::Plugins, Some(name)) = (collection, name) else { return Ok(collection.record(self.flavor)) };
        let enabled = self.plugins.is_none_or(|plugins| plugins.iter().any(|one| one == name));
        match (Plugin::named(name), absent(name)) {
            (Some(plugin), _) if enabled => Ok(plugin.record()),
            (None, Some(_)) if enabled => Ok(collection.record(self.flavor)),
            _ => {
                let text = format!("plugin '{name}' not enabled; add it to the 'plugins' configuration property");
                Err(Problem::Schema(Violations(vec![Violation::field("name", text)])))
            }
        }
    }

    /// `ttl`: seconds that a key lives; `null` or 0: for ever.
    fn end(&self, object: &mut Object) -> Result<Option<Option<SystemTime>>, Problem> {
        let Some(ttl) = object.remove("ttl") else { return Ok(None) };
        match ttl.as_u64() {
            _ if ttl.is_null() => Ok(Some(None)),
            Some(0) => Ok(Some(None)),
            Some(seconds) if seconds <= LONGEST => Ok(Some(Some(self.now + Duration::from_secs(seconds)))),
            _ => {
                let text = match ttl.is_number() {
                    true => "must be an integer between 0 and 100000000",
                    false => "expected a number",
                };
                Err(Problem::Schema(Violations(vec![Violation::field("ttl", text)])))
            }
        }
    }

    /// A reference becomes `{"id": …}`.
    fn reference(&self, object: &mut Object, member: &'static str, parent: Collection) -> Result<(), Problem> {
        let Some(value) = object.get(member).filter(|value| !value.is_null()) else { return Ok(()) };
        let wrong = |path: Vec<Step>, text: &str| {
            let steps = std::iter::once(Step::Name(member.to_owned())).chain(path).collect();
            Problem::Schema(Violations(vec![Violation { path: steps, text: text.to_owned() }]))
        };
        let Value::Object(named) = value else { return Err(wrong(Vec::new(), "expected a record")) };
        let id = match (named.get("id"), parent.endpoint_key()) {
            (Some(Value::Null), _) if named.len() == 1 => Value::Null,
            (Some(id), _) if !id.is_null() => match id.as_str() {
                Some(text) if text::uuid(text).is_ok() => json!({ "id": text }),
                Some(_) => return Err(wrong(vec![Step::Name("id".to_owned())], "expected a valid UUID")),
                None => return Err(wrong(vec![Step::Name("id".to_owned())], "expected a string")),
            },
            (_, Some(key)) if named.get(key).is_some_and(Value::is_string) => {
                let value = named.get(key).cloned().unwrap_or_default();
                let name = value.as_str().unwrap_or_default();
                match self.book.of_collection(parent).into_iter().find(|entity| entity.text(key) == Some(name)) {
                    Some(entity) => json!({ "id": entity.id() }),
                    None => return Err(Problem::Unresolved { member, key, value, parent }),
                }
            }
            _ => return Err(wrong(Vec::new(), "missing primary key")),
        };
        object.insert(member.to_owned(), id);
        Ok(())
    }
}

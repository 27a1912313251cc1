//! Whether an entity may be as it is: by its schema, and beside the others.

use super::*;
use crate::entity::certificate;
use crate::schema::{Step, check, fill};

impl Pen<'_> {
    /// Fills in defaults and checks the entity by itself.
    pub(super) fn finish(
        &self,
        collection: Collection,
        record: &Record,
        mut object: Object,
        end: Option<Option<SystemTime>>,
        deed: Deed,
        named: Named<'_>,
    ) -> Result<Written, Problem> {
        let mut found = fill(record, &mut object).0;
        found.extend(check(record, &object).0);
        found.extend(gone(record, &object));
        if found.is_empty() && collection == Collection::Certificates {
            found.extend(certificate::unreadable(&object));
        }
        if !found.is_empty() {
            return Err(Problem::Schema(Violations(found)));
        }
        self.allowed(collection, deed, named)?;
        Ok(self.written(collection, object, end.flatten()))
    }

    /// Checks the entity beside the others.
    pub(super) fn consistent(&self, written: Written) -> Result<Written, Problem> {
        self.unique(&written.entity)?;
        for (member, parent) in written.entity.collection.foreign() {
            let Some(id) = written.entity.reference(member) else { continue };
            if self.book.get(*parent, id).is_none() {
                return Err(Problem::NoParent { member, id: id.to_owned(), parent: *parent });
            }
        }
        Ok(written)
    }

    pub(super) fn unique(&self, entity: &Entity) -> Result<(), Problem> {
        let others = self.book.of_collection(entity.collection);
        let others: Vec<_> = others.into_iter().filter(|other| other.id() != entity.id()).collect();
        for member in entity.collection.unique() {
            let value = entity.text(member);
            if value.is_some() && others.iter().any(|other| other.text(member) == value) {
                return Err(Problem::Unique(json!({ *member: value })));
            }
        }
        let members = together(entity.collection);
        let value = |entity: &Entity, member: &str| entity.object.get(member).cloned().unwrap_or_default();
        let same = |other: &&Entity| members.iter().all(|member| value(entity, member) == value(other, member));
        if !members.is_empty() && others.iter().any(same) {
            let key: Object = members.iter().map(|member| ((*member).to_owned(), value(entity, member))).collect();
            return Err(Problem::Unique(Value::Object(key)));
        }
        Ok(())
    }
}

/// Members that no two entities share all of.
fn together(collection: Collection) -> &'static [&'static str] {
    match collection {
        Collection::Plugins => &["name", "route", "service", "consumer"],
        Collection::Acls => &["consumer", "group"],
        Collection::Targets => &["upstream", "target"],
        _ => &[],
    }
}

/// Members that the original no longer has: files may have them, requests may not.
fn gone(record: &Record, object: &Object) -> Vec<Violation> {
    let mut found = Vec::new();
    for field in &record.fields {
        let Some(value) = object.get(field.name) else { continue };
        if field.removed {
            found.push(Violation::field(field.name, "unknown field"));
        }
        if let (Kind::Record(inner), Value::Object(inside)) = (&field.kind, value) {
            let below = gone(inner, inside);
            found.extend(below.into_iter().map(|one| one.below(Step::Name(field.name.to_owned()))));
        }
    }
    found
}

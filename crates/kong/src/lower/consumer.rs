//! Clients with their credentials and groups.

use super::{Lowering, name};
use crate::entity::{Collection, Entity};
use model::consumer::{Consumer, Credential};
use model::id::{ConsumerId, GroupId};
use model::secret::Secret;
use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) fn consumers(at: &mut Lowering<'_>) -> Vec<Arc<Consumer>> {
    let belongings = Belongings::of(at);
    let all = at.entities.of(Collection::Consumers).iter();
    all.map(|entity| Arc::new(consumer(entity, &belongings))).collect()
}

/// What belongs to consumers, by their ids.
#[derive(Default)]
struct Belongings<'a> {
    groups: BTreeMap<&'a str, Vec<GroupId>>,
    credentials: BTreeMap<&'a str, Vec<Credential>>,
}

impl<'a> Belongings<'a> {
    fn of(at: &Lowering<'a>) -> Self {
        let mut found = Self::default();
        for entity in at.entities.of(Collection::Acls) {
            if let (Some(consumer), Some(group)) = (entity.reference("consumer"), entity.text("group")) {
                found.groups.entry(consumer).or_default().push(group_id(group));
            }
        }
        for entity in at.entities.of(Collection::KeyauthCredentials) {
            // a key that could not be resolved is no key
            let key = entity.text("key").filter(|key| !key.is_empty());
            if let (Some(consumer), Some(key)) = (entity.reference("consumer"), key) {
                found.credentials.entry(consumer).or_default().push(Credential::Key(Secret::new(key)));
            }
        }
        found
    }
}

/// A group's id in the model.
pub(crate) fn group_id(name: &str) -> GroupId {
    GroupId::new(format!("kong/group/{name}"))
}

fn consumer(entity: &Entity, belongings: &Belongings<'_>) -> Consumer {
    Consumer {
        id: ConsumerId::new(name("consumer", entity)),
        name: entity.text("username").or(entity.text("custom_id")).unwrap_or_default().to_owned(),
        groups: belongings.groups.get(entity.id()).cloned().unwrap_or_default(),
        credentials: belongings.credentials.get(entity.id()).cloned().unwrap_or_default(),
    }
}

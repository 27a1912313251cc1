//! Clients that the gateway knows.

use super::Lowering;
use crate::entity::Config;
use crate::names;
use model::consumer::{Consumer, Credential};
use model::id::{ConsumerId, GroupId};
use std::collections::HashSet;

pub(super) fn consumers(config: &Config, at: &mut Lowering<'_>) -> Vec<Consumer> {
    let mut consumers: Vec<Consumer> = Vec::new();
    let mut keys = HashSet::new();
    for written in config.consumers.iter().flatten() {
        let id = names::id("consumer", written.id.as_ref().unwrap_or(&written.name));
        if !at.consumers.insert(id.clone()) {
            at.invalid(&written.name.spot, format!("the consumer {:?} stands twice", written.name.value));
        }
        let groups: Vec<String> =
            written.groups.iter().flat_map(|g| g.all()).map(|name| names::id("group", name)).collect();
        at.groups.extend(groups.iter().cloned());
        let mut credentials = Vec::new();
        // The place is the consumer's name: a finding never points at a key.
        for (number, key) in written.keys.iter().flat_map(|keys| keys.all()).enumerate() {
            let secret = key.secret();
            if secret.is_empty() {
                at.invalid(
                    &written.name.spot,
                    format!("keys[{number}] is empty, so that no key at all would be a key"),
                );
            } else if !keys.insert(secret.expose().to_owned()) {
                at.invalid(&written.name.spot, format!("keys[{number}] is a key that was given out already"));
            }
            credentials.push(Credential::key(secret));
        }
        let named = written.groups.iter().flat_map(|g| g.all()).map(|name| name.value.clone());
        consumers.push(Consumer {
            access: named.collect(),
            groups: groups.into_iter().map(GroupId::new).collect(),
            credentials,
            ..Consumer::new(ConsumerId::new(id), &written.name.value)
        });
    }
    consumers
}

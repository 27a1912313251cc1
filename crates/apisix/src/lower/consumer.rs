//! Clients with their credentials and groups.

use super::{Lowering, name};
use crate::entity::Kind;
use crate::entity::Part;
use crate::plugin::{Plugin, Side, meta::Meta};
use crate::schema::Object;
use model::consumer::{Consumer, Credential};
use model::id::{ConsumerId, GroupId};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) fn consumers(at: &Lowering<'_>) -> Vec<Arc<Consumer>> {
    let mut credentials: BTreeMap<&str, Vec<Credential>> = BTreeMap::new();
    for item in at.objects.of_kind(Kind::Credentials) {
        if let Some(consumer) = item.judged.place.parent.as_deref() {
            let shown = Some(item.judged.place.id.clone());
            let own = item.judged.plugins().filter_map(|(name, conf)| credential(name, conf, shown.clone()));
            credentials.entry(consumer).or_default().extend(own);
        }
    }
    let consumer = |item: &super::objects::Item| {
        let judged = &item.judged;
        let mut own: Vec<Credential> =
            judged.plugins().filter_map(|(name, conf)| credential(name, conf, None)).collect();
        own.extend(credentials.remove(judged.place.id.as_str()).unwrap_or_default());
        let group = judged.part().id("group_id");
        let mut access = vec![format!("consumer/{}", judged.place.id)];
        access.extend(group.iter().map(|group| format!("group/{group}")));
        Arc::new(Consumer {
            custom_id: judged.part().owned("labels.custom_id"),
            groups: group.iter().map(|group| GroupId::new(name("group", group))).collect(),
            access,
            labels: labels(judged.part()),
            credentials: own,
            ..Consumer::new(ConsumerId::new(name("consumer", &judged.place.id)), judged.place.id.as_str())
        })
    };
    at.objects.of_kind(Kind::Consumers).iter().map(consumer).collect()
}

/// In the order of their names: maps have none.
fn labels(consumer: Part<'_>) -> Vec<(String, String)> {
    let texts = consumer.part("labels").members();
    let mut labels: Vec<_> = texts.filter_map(|(name, text)| Some((name.clone(), text.as_str()?.to_owned()))).collect();
    labels.sort();
    labels
}

/// What a configuration proves. One that has a reference which leads nowhere proves nothing.
fn credential(name: &str, conf: &Value, id: Option<String>) -> Option<Credential> {
    let plugin = Plugin::named(name).filter(|plugin| plugin.authenticates())?;
    if Meta::of(conf).disabled() || unresolved(conf) {
        return None;
    }
    let mut filled = conf.clone();
    plugin.schema(Side::Consumer).fill(&mut filled);
    let object: &Object = filled.as_object()?;
    Some(Credential { id, proof: plugin.proof(object)? })
}

fn unresolved(value: &Value) -> bool {
    match value {
        Value::String(text) => {
            text.starts_with("$env://") || text.starts_with("$ENV://") || text.starts_with("$secret://")
        }
        Value::Array(items) => items.iter().any(unresolved),
        Value::Object(members) => members.values().any(unresolved),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

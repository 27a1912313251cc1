//! Members that deck writes and Kong does not know: `_info`, `_plugin_configs`, `_config`, `_workspace`, `_konnect`.

use crate::entity::Collection;
use crate::schema::Object;
use serde_json::Value;

/// What stands at the top of a file of deck's.
#[derive(Default)]
pub(super) struct Deck {
    defaults: Object,
    tags: Vec<Value>,
    configs: Object,
}

impl Deck {
    /// Takes deck's members out of a document.
    pub(super) fn take(content: &mut Object) -> Self {
        content.remove("_workspace");
        content.remove("_konnect");
        let object = |value: Option<Value>| match value {
            Some(Value::Object(object)) => object,
            _ => Object::new(),
        };
        let mut info = object(content.remove("_info"));
        let tags = match info.remove("select_tags") {
            Some(Value::Array(tags)) => tags,
            _ => Vec::new(),
        };
        Self { defaults: object(info.remove("defaults")), tags, configs: object(content.remove("_plugin_configs")) }
    }

    /// Gives an entity the defaults and tags of its file.
    pub(super) fn complete(&self, collection: Collection, object: &mut Object) {
        let singular = collection.name().strip_suffix('s').unwrap_or(collection.name());
        if let Some(Value::Object(defaults)) = self.defaults.get(singular) {
            merge(object, defaults);
        }
        if self.tags.is_empty() {
            return;
        }
        if let Value::Array(tags) = object.entry("tags").or_insert_with(|| Value::Array(Vec::new())) {
            let new: Vec<Value> = self.tags.iter().filter(|tag| !tags.contains(tag)).cloned().collect();
            tags.extend(new);
        }
    }

    /// Puts the shared configuration that `_config` names under the plugin's own; what is wrong with it.
    pub(super) fn plugin_config(&self, object: &mut Object) -> Option<String> {
        let name = object.remove("_config")?;
        let name = name.as_str().unwrap_or_default();
        let Some(Value::Object(shared)) = self.configs.get(name) else {
            return Some(format!("there is no {name:?} among _plugin_configs"));
        };
        if let Value::Object(config) = object.entry("config").or_insert_with(|| Value::Object(Object::new())) {
            merge(config, shared);
        }
        None
    }
}

fn merge(object: &mut Object, under: &Object) {
    for (name, value) in under {
        match (object.get_mut(name), value) {
            (Some(Value::Object(there)), Value::Object(value)) => merge(there, value),
            (Some(_), _) => {}
            (None, value) => {
                object.insert(name.clone(), value.clone());
            }
        }
    }
}

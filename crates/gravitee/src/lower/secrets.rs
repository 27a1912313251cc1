//! What `secrets.get` finds: a file has it in the place of the providers that the original asks.

use crate::read::{Content, Notes};
use crate::settings::resolved;
use dialect::Faith;
use dialect::resolve::Environment;
use model::secret::Secret;
use std::collections::BTreeMap;

/// Secrets by `path:key`.
pub(super) fn secrets(
    contents: &[Content],
    environment: &dyn Environment,
    notes: &mut Notes,
) -> BTreeMap<String, Secret> {
    let mut found = BTreeMap::new();
    for part in contents.iter().filter_map(Content::secrets) {
        for (path, keys) in part.members("secrets") {
            for (key, written) in keys.texts_of_map() {
                let value = resolved(written, environment);
                if value.contains("${") {
                    notes.on(Faith::Approximate, &keys, format!("the variable of {key} is not set"));
                }
                found.insert(format!("{path}:{key}"), Secret::new(value));
            }
        }
    }
    found
}

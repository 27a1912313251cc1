//! Which version a qualifier means. All of them run the same files; only their names differ.

use crate::function::Definition;

/// The version that is always there.
pub(crate) const LATEST: &str = "$LATEST";

/// The version that `qualifier` names, as version or alias; nothing if the function has neither.
pub(crate) fn named(definition: &Definition, qualifier: &str) -> Option<String> {
    if let Some(version) = definition.aliases.get(qualifier) {
        return Some(version.clone());
    }
    let is_version = qualifier == LATEST || published(definition).any(|version| version == qualifier);
    is_version.then(|| qualifier.to_owned())
}

/// The versions of which instances are kept started: as in AWS those that an alias names, and only without any `$LATEST`.
pub(crate) fn warm(definition: &Definition) -> impl Iterator<Item = &str> {
    let mut named: Vec<&str> = definition.aliases.values().map(String::as_str).collect();
    named.sort_unstable_by_key(|version| (version.len(), *version));
    named.dedup();
    if named.is_empty() {
        named.push(LATEST);
    }
    named.into_iter()
}

/// The versions beside `$LATEST`, in order: those that are written, and those that an alias points to.
pub(crate) fn published(definition: &Definition) -> impl Iterator<Item = &str> {
    let aliased = definition.aliases.values().filter(|version| *version != LATEST);
    let mut all: Vec<&str> = definition.versions.iter().chain(aliased).map(String::as_str).collect();
    all.sort_unstable_by_key(|version| (version.len(), *version));
    all.dedup();
    all.into_iter()
}

//! What `Globals` adds to each resource of a kind: maps are joined, lists put behind one another, the rest is overridden.

use super::intrinsic::intrinsic;
use super::template::Template;
use crate::tree::{Key, Mark, Node, Tree};

/// The properties of a resource with those that `Globals` gives its kind.
pub(super) fn properties(kind: &str, resource: Option<&Tree>, template: &Template<'_>) -> Tree {
    let global = template.section("Globals").and_then(|globals| globals.get(kind));
    let own = resource.and_then(|resource| resource.get("Properties"));
    match (global, own) {
        (Some(global), Some(own)) => joined(global, own),
        (Some(one), None) | (None, Some(one)) => one.clone(),
        (None, None) => Tree { mark: Mark::default(), node: Node::Map(Vec::new()) },
    }
}

fn joined(global: &Tree, own: &Tree) -> Tree {
    let plain = intrinsic(global).is_none() && intrinsic(own).is_none();
    match (&global.node, &own.node) {
        (Node::Map(global), Node::Map(entries)) if plain => {
            let mut all: Vec<(Key, Tree)> = entries.clone();
            for (key, value) in global {
                match all.iter_mut().find(|(own, _)| own.text == key.text) {
                    Some((_, own)) => *own = joined(value, own),
                    None => all.push((key.clone(), value.clone())),
                }
            }
            Tree { mark: own.mark, node: Node::Map(all) }
        }
        (Node::List(global), Node::List(items)) => {
            Tree { mark: own.mark, node: Node::List(global.iter().chain(items).cloned().collect()) }
        }
        _ => own.clone(),
    }
}

//! Errors of a document entity by entity: what it is, and what is wrong with it.

use super::{said, steps};
use crate::entity::Collection;
use crate::schema::{Step, Violation};
use dialect::Finding;
use serde_json::{Value, json};

/// The errors that belong to entities as a list, and the others.
pub(super) fn flattened(findings: &[Finding], text: &[u8]) -> (Value, Vec<Finding>) {
    let content: Value = serde_saphyr::from_slice(text).unwrap_or_default();
    let mut found: Vec<(Vec<Step>, Value)> = Vec::new();
    let mut rest = Vec::new();
    for finding in findings {
        let path = steps(&finding.place.path);
        let Some(end) = entity(&path) else {
            rest.push(finding.clone());
            continue;
        };
        let error = error(&path[end..], said(finding));
        let place = &path[..end];
        match found.iter_mut().find(|(other, _)| other == place) {
            Some((_, entry)) => entry["errors"].as_array_mut().into_iter().for_each(|list| list.push(error.clone())),
            None => found.push((place.to_vec(), entry(place, &content, error))),
        }
    }
    (found.into_iter().map(|(_, entry)| entry).collect(), rest)
}

/// How many steps of a path lead to the entity it is about.
pub(super) fn entity(path: &[Step]) -> Option<usize> {
    let mut end = None;
    let mut at = 0;
    while let (Some(Step::Name(name)), Some(Step::At(_))) = (path.get(at), path.get(at + 1)) {
        if Collection::named(name).is_none() {
            break;
        }
        at += 2;
        end = Some(at);
    }
    end
}

fn error(rest: &[Step], message: String) -> Value {
    if rest.is_empty() {
        return json!({"type": "entity", "message": message});
    }
    let field = Violation { path: rest.to_vec(), text: String::new() }.dotted();
    json!({"type": "field", "field": field, "message": message})
}

fn entry(place: &[Step], content: &Value, error: Value) -> Value {
    let collection = place.iter().rev().find_map(|step| match step {
        Step::Name(name) => Collection::named(name),
        Step::At(_) => None,
    });
    let mut entity = at(content, place).cloned().unwrap_or_default();
    if let (Some(collection), Value::Object(members)) = (collection, &mut entity) {
        for (child, _) in collection.children() {
            members.remove(child.name());
        }
    }
    let kind = collection.map(Collection::name).unwrap_or_default();
    let mut entry = json!({"entity_type": kind.strip_suffix('s').unwrap_or(kind), "errors": [error]});
    let name = entity.get("name").or_else(|| entity.get("username"));
    for (key, value) in [("entity_name", name), ("entity_id", entity.get("id")), ("entity_tags", entity.get("tags"))] {
        if let Some(value) = value {
            entry[key] = value.clone();
        }
    }
    entry["entity"] = entity;
    entry
}

fn at<'v>(content: &'v Value, place: &[Step]) -> Option<&'v Value> {
    place.iter().try_fold(content, |value, step| match step {
        Step::Name(name) => value.get(name),
        Step::At(at) => value.get(at),
    })
}

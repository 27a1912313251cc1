//! Ids as Kong derives them.

use super::*;
use serde_json::{Value, json};

fn object(value: Value) -> Object {
    let Value::Object(object) = value else { panic!("{value}") };
    object
}

#[test]
fn ids_come_from_names_and_parents() {
    let cases = [
        (Collection::Services, json!({"name": "s"})),
        (Collection::Plugins, json!({"name": "key-auth", "route": {"id": "r"}})),
        (Collection::Plugins, json!({"name": "key-auth", "instance_name": "x"})),
        (Collection::Targets, json!({"target": "a:1", "upstream": "u"})),
        (Collection::Routes, json!({"paths": ["/"]})),
    ];
    let ids: Vec<String> =
        cases.iter().map(|(collection, value)| id::derive(*collection, &object(value.clone()))).collect();
    let again: Vec<String> =
        cases.iter().map(|(collection, value)| id::derive(*collection, &object(value.clone()))).collect();
    assert_eq!(ids, again);
    for id in &ids {
        assert!(text_is_uuid(id), "{id}");
    }
    assert_eq!(ids.iter().collect::<std::collections::BTreeSet<_>>().len(), ids.len());
}

fn text_is_uuid(text: &str) -> bool {
    crate::schema::text::uuid(text).is_ok()
}

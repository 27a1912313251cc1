//! Validation: what is refused, and in which words.

#![allow(clippy::unwrap_used, reason = "a test stops at what is not there")]

use kong::entity::{Collection, Flavor};
use kong::plugin::Plugin;
use kong::schema::{Record, check, fill};
use serde_json::{Map, Value};

#[test]
fn entities_are_judged_in_kongs_words() {
    let cases = include_str!("cases/validation.jsonl");
    let count = cases.lines().map(|line| judge(&serde_json::from_str(line).unwrap())).count();
    assert!(count >= 25, "only {count} cases");
}

fn record(collection: Collection, object: &Map<String, Value>) -> Record {
    let plugin = object.get("name").and_then(Value::as_str).and_then(Plugin::named);
    match (collection, plugin) {
        (Collection::Plugins, Some(plugin)) => plugin.record(),
        (collection, _) => collection.record(Flavor::default()),
    }
}

fn judge(case: &Value) {
    let name = &case["name"];
    let mut object = case["object"].as_object().unwrap().clone();
    let record = record(Collection::named(case["entity"].as_str().unwrap()).unwrap(), &object);
    let mut found = fill(&record, &mut object);
    found.0.extend(check(&record, &object).0);
    let expected = case.get("fields").cloned().unwrap_or_else(|| Value::Object(Map::new()));
    assert_eq!(found.fields(), expected, "{name}");
    if let Some(message) = case.get("message") {
        assert_eq!(found.message(), *message, "{name}");
    }
    for (member, value) in case.get("filled").and_then(Value::as_object).into_iter().flatten() {
        assert_eq!(object[member], *value, "{name}: {member}");
    }
}

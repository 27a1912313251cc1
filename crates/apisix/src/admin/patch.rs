//! Changes of a part of an object.

use super::reply::Problem;
use serde_json::{Map, Value};

/// Merges deeply: `null` removes a member, lists are replaced whole.
pub(super) fn merged(mut old: Value, new: Value) -> Result<Value, Problem> {
    let Value::Object(new) = new else { return Err(Problem::wrong("invalid configuration")) };
    if let Value::Object(old) = &mut old {
        merge(old, new);
    }
    Ok(old)
}

fn merge(old: &mut Map<String, Value>, new: Map<String, Value>) {
    for (name, value) in new {
        match (value, old.get_mut(&name)) {
            (Value::Null, _) => drop(old.shift_remove(&name)),
            (Value::Object(new), Some(Value::Object(below))) if !below.is_empty() => merge(below, new),
            (value, _) => drop(old.insert(name, value)),
        }
    }
}

/// Puts a value at a path; `null` removes what is there.
pub(super) fn replaced(mut old: Value, path: &str, new: Value) -> Result<Value, Problem> {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let Some((last, parents)) = parts.split_last() else { return Ok(new) };
    let mut spot = &mut old;
    for (at, part) in parents.iter().enumerate() {
        let wrong = || Problem::wrong(format!("invalid sub-path: /{}", parts[..=at].join("/")));
        spot = spot.as_object_mut().ok_or_else(wrong)?.entry(*part).or_insert_with(|| Value::Object(Map::new()));
        if !spot.is_object() {
            return Err(wrong());
        }
    }
    let wrong = || Problem::wrong(format!("invalid sub-path: /{path}"));
    let object = spot.as_object_mut().ok_or_else(wrong)?;
    match new {
        Value::Null => drop(object.shift_remove(*last)),
        new => drop(object.insert((*last).to_owned(), new)),
    }
    Ok(old)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn members_are_merged_and_lists_replaced() {
        let old = json!({"a": {"b": 1, "c": 2}, "list": [1, 2], "gone": 1, "nodes": {}});
        let new = json!({"a": {"c": 3, "d": null}, "list": [3], "gone": null, "nodes": {"x": 1}, "new": {"y": 1}});
        let expected = json!({"a": {"b": 1, "c": 3}, "list": [3], "nodes": {"x": 1}, "new": {"y": 1}});
        assert_eq!(merged(old, new).unwrap(), expected);
        assert!(merged(json!({}), json!([1])).is_err());
    }

    #[test]
    fn a_path_leads_to_one_member() {
        let cases = [
            ("a", json!(5), Some(json!({"a": 5, "list": [1]}))),
            ("a/b", json!({"z": 1}), Some(json!({"a": {"b": {"z": 1}, "c": 2}, "list": [1]}))),
            ("new/x/y", json!(1), Some(json!({"a": {"b": 1, "c": 2}, "list": [1], "new": {"x": {"y": 1}}}))),
            ("a/b", json!(null), Some(json!({"a": {"c": 2}, "list": [1]}))),
            ("list/1", json!(1), None),
            ("a/b/c", json!(1), None),
        ];
        for (path, new, expected) in cases {
            let old = json!({"a": {"b": 1, "c": 2}, "list": [1]});
            assert_eq!(replaced(old, path, new).ok(), expected, "{path}");
        }
    }
}

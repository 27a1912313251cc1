//! Cases of `schema`.

use super::*;
use serde_json::json;

#[test]
fn the_first_thing_that_is_wrong_is_told() {
    let schema = json!({"type": "object", "required": ["a"], "properties": {
        "a": {"type": "integer", "minimum": 2},
        "b": {"type": "string", "pattern": "^x"},
        "c": {"enum": ["u", "v"]},
    }});
    let judge = Judge::read(&schema).unwrap();
    for (value, expected) in [
        (json!({"a": 2}), None),
        (json!({}), Some("property \"a\" is required")),
        (json!({"a": "2"}), Some("property \"a\" validation failed: wrong type: expected integer, got string")),
        (json!({"a": 1}), Some("property \"a\" validation failed: expected 1 to be at least 2")),
        (json!({"a": 2, "c": "w"}), Some("property \"c\" validation failed: matches none of the enum values")),
        (json!("x"), Some("wrong type: expected object, got string")),
        // what stands for a later value is judged like any other text
        (
            json!({"a": 2, "b": "$env://B"}),
            Some("property \"b\" validation failed: failed to match pattern \"^x\" with \"$env://B\""),
        ),
    ] {
        assert_eq!(judge.check(&value).err().as_deref(), expected, "{value}");
    }
    assert!(Judge::with_references(&schema).unwrap().check(&json!({"a": 2, "b": "$env://B"})).is_ok());
}

#[test]
fn what_cannot_be_judged_is_told() {
    let broken = json!({"properties": {"a": {"items": [{"pattern": "("}]}}});
    assert_eq!(Judge::read(&broken).err().map(|error| error.pattern).as_deref(), Some("("));
    let names = json!({"patternProperties": {"[": {}}});
    assert!(Judge::read(&names).is_err());
    let odd = json!({"$ref": "#/x", "title": "t", "properties": {"pattern": {"const": 1, "format": "date"}}});
    assert_eq!(Judge::unknown(&odd), ["$ref", "const", "format date"]);
    assert!(Judge::unknown(&json!({"type": "object", "format": "ipv4"})).is_empty());
}

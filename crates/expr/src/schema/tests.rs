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
    let odd = json!({"$ref": "#/x", "title": "t", "properties": {"pattern": {"contains": {}, "format": "date"}}});
    assert_eq!(Judge::unknown(&odd), ["$ref", "contains", "format date"]);
    assert!(Judge::unknown(&json!({"type": "object", "format": "ipv4"})).is_empty());
}

#[test]
fn values_are_judged_by_what_stands_alone() {
    let of = |kind: &str| json!({"format": kind});
    let tuple = |further: Value| json!({"items": [{"type": "string"}], "additionalItems": further});
    for (schema, value, expected) in [
        (json!({"const": {"a": [1]}}), json!({"a": [1.0]}), Some("failed to check const value")),
        (json!({"const": 1}), json!(1.0), None),
        (json!({"const": null}), json!(null), None),
        (json!({"const": null}), json!(0), Some("failed to check const value")),
        (json!({"multipleOf": 3}), json!(9), None),
        (json!({"multipleOf": 3}), json!(10), Some("expected 10 to be a multiple of 3")),
        (json!({"multipleOf": 0.5}), json!(1.5), None),
        (json!({"multipleOf": 0.5}), json!(1.6), Some("expected 1.6 to be a multiple of 0.5")),
        (json!({"multipleOf": 3}), json!("ten"), None),
        (tuple(json!(false)), json!(["a"]), None),
        (tuple(json!(false)), json!(["a", 1]), Some("found unexpected extra items in array")),
        (tuple(json!({"type": "integer"})), json!(["a", 1, 2]), None),
        (
            tuple(json!({"type": "integer"})),
            json!(["a", 1, "b"]),
            Some("failed to validate additional item 3: wrong type: expected integer, got string"),
        ),
        (json!({"items": {"type": "string"}, "additionalItems": false}), json!(["a", "b"]), None),
        (json!({"multipleOf": 3, "maximum": 9}), json!(10), Some("expected 10 to be at most 9")),
        (of("ipv4"), json!("1.2.3"), Some("expect valid ipv4 address but got: 1.2.3")),
        (of("date"), json!("never"), None),
        (json!(true), json!(1), None),
        (json!(false), json!(1), Some("expect false always")),
        (json!({"properties": {"a": false}}), json!({"b": 1}), None),
        (
            json!({"properties": {"a": false}}),
            json!({"a": 1}),
            Some("property \"a\" validation failed: expect false always"),
        ),
    ] {
        let judge = Judge::read(&schema).unwrap();
        assert_eq!(judge.check(&value).err().as_deref(), expected, "{schema} {value}");
    }
}

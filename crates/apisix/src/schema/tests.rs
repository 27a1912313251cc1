//! What the judge says, case by case.

use super::{Schema, honour};
use serde_json::{Value, json};

fn check(schema: Value, value: Value, expected: &str) {
    let said = Schema::of(schema.clone()).check(&value).err().unwrap_or_default();
    assert_eq!(said, expected, "{schema} {value}");
}

#[test]
fn complaints_are_those_of_the_original() {
    let text = json!({"type": "string", "minLength": 2, "maxLength": 3, "pattern": "^[a-z]+$"});
    let number = json!({"type": "integer", "minimum": 1, "maximum": 9});
    let closed = json!({"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"],
        "additionalProperties": false});
    let list = json!({"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": 3, "uniqueItems": true});
    let cases = [
        (text.clone(), json!(1), "wrong type: expected string, got number"),
        (text.clone(), json!("a"), "string too short, expected at least 2, got 1"),
        (text.clone(), json!("abcd"), "string too long, expected at most 3, got 4"),
        (text.clone(), json!("a\"1"), r#"failed to match pattern "^[a-z]+$" with "a\"1""#),
        (text, json!("$env://A_NAME_THAT_IS_LONG"), ""),
        (number.clone(), json!("1"), "wrong type: expected integer, got string"),
        (number.clone(), json!(1.5), "wrong type: expected integer, got number"),
        (number.clone(), json!(null), "wrong type: expected integer, got userdata"),
        (number.clone(), json!([1]), "wrong type: expected integer, got table"),
        (number.clone(), json!(0), "expected 0 to be at least 1"),
        (number.clone(), json!(10), "expected 10 to be at most 9"),
        (number, json!(2.0), ""),
        (json!({"type": "number", "exclusiveMinimum": 0}), json!(-0.5), "expected -0.5 to be greater than 0"),
        (json!({"type": ["string", "object"]}), json!(1), "wrong type: expected one of string, object, got number"),
        (closed.clone(), json!({}), r#"property "a" is required"#),
        (closed.clone(), json!([]), r#"property "a" is required"#),
        (closed.clone(), json!({"a": 1}), r#"property "a" validation failed: wrong type: expected string, got number"#),
        (closed.clone(), json!({"a": "x", "b": 1}), "additional properties forbidden, found b"),
        (closed, json!({"a": "x"}), ""),
        (list.clone(), json!([]), "expect array to have at least 1 items"),
        (list.clone(), json!(["a", "b", "c", "d"]), "expect array to have at most 3 items"),
        (list.clone(), json!(["a", "b", "a"]), "expected unique items but items 1 and 3 are equal"),
        (list, json!(["a", 2]), "failed to validate item 2: wrong type: expected string, got number"),
        (json!({"enum": ["a", 1]}), json!("b"), "matches none of the enum values"),
        (json!({"enum": ["a", 1]}), json!(1.0), ""),
        (
            json!({"patternProperties": {".*": {"type": "integer"}}}),
            json!({"x": "y"}),
            r#"failed to validate x (matching ".*"): wrong type: expected integer, got string"#,
        ),
        (
            json!({"anyOf": [{"required": ["a"]}, {"required": ["b", "c"]}]}),
            json!({"x": 1}),
            r#"object matches none of the required: ["a"] or ["b","c"]"#,
        ),
        (json!({"anyOf": [{"type": "string"}]}), json!(1), "object matches none of the required"),
        (
            json!({"oneOf": [{"required": ["a"]}, {"required": ["b"]}]}),
            json!({"a": 1, "b": 2}),
            "value should match only one schema, but matches both schemas 1 and 2",
        ),
        (
            json!({"allOf": [{"oneOf": [{"required": ["a"]}]}]}),
            json!({"b": 2}),
            "allOf 1 failed: value should match only one schema, but matches none",
        ),
        (json!({"not": {"required": ["a"]}}), json!({"a": 1}), "value wasn't supposed to match schema"),
        (
            json!({"properties": {"a": {}}, "dependencies": {"a": ["b"]}}),
            json!({"a": 1}),
            r#"property "b" is required when "a" is set"#,
        ),
        (
            json!({"properties": {"a": {}}, "dependencies": {"a": {"oneOf": [{"required": ["b"]}]}}}),
            json!({"a": 1}),
            r#"failed to validate dependent schema for "a": value should match only one schema, but matches none"#,
        ),
        (
            json!({"if": {"properties": {"p": {"enum": ["redis"]}}, "required": ["p"]}, "then": {"required": ["h"]}}),
            json!({"p": "redis"}),
            "then clause did not match",
        ),
        (json!({"type": "string", "format": "ipv4"}), json!("1.2.3"), "expect valid ipv4 address but got: 1.2.3"),
    ];
    for (schema, value, expected) in cases {
        check(schema, value, expected);
    }
}

#[test]
fn defaults_are_written_where_their_parent_is() {
    let schema = Schema::of(json!({"type": "object", "properties": {
        "a": {"type": "integer", "default": 3},
        "o": {"type": "object", "properties": {"b": {"default": "x"}}},
        "p": {"type": "object", "properties": {"c": {"default": 1}}, "default": {}},
        "l": {"type": "array", "items": {"type": "object", "properties": {"d": {"default": true}}}},
    }}));
    let cases = [
        (json!({}), json!({"a": 3, "p": {"c": 1}})),
        (json!([]), json!({"a": 3, "p": {"c": 1}})),
        (json!({"a": 5, "o": {}, "p": {"c": 2}}), json!({"a": 5, "o": {"b": "x"}, "p": {"c": 2}})),
        (json!({"l": [{}, {"d": false}]}), json!({"l": [{"d": true}, {"d": false}], "a": 3, "p": {"c": 1}})),
    ];
    for (mut value, expected) in cases {
        schema.fill(&mut value);
        assert_eq!(value, expected);
    }
}

#[test]
fn what_is_said_about_fields_is_kept_apart() {
    let field = honour(json!({"type": "string", "default": "d"}), honour::Honour::Ignored("nothing happens"));
    let schema = Schema::of(json!({"properties": {"a": field}}));
    assert_eq!(schema.shown(), json!({"properties": {"a": {"type": "string", "default": "d"}}}));
    let said = |value: Value| schema.remarks(&value).len();
    assert_eq!([said(json!({"a": "x"})), said(json!({"a": "d"})), said(json!({}))], [1, 0, 0]);
}

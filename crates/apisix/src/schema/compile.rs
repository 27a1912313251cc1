//! From a schema in JSON to rules.

use super::{
    Alternatives, ArrayRules, Condition, Dependency, Format, Node, NumberRules, Object, ObjectRules, Others, TextRules,
    Type,
};
use regex::Regex;
use serde_json::Value;

/// The rules of a schema. Schemas are constants of this crate: what is none breaks its tests.
pub(super) fn node(json: &Value) -> Node {
    let Value::Object(schema) = json else { return Node::default() };
    Node {
        types: types(schema.get("type")),
        object: object(schema),
        array: array(schema),
        text: text(schema),
        number: number(schema),
        one_of_values: schema.get("enum").and_then(Value::as_array).cloned().unwrap_or_default(),
        all: nodes(schema.get("allOf")),
        any: schema.get("anyOf").map(any),
        one: nodes(schema.get("oneOf")),
        not: boxed(schema.get("not")),
        condition: schema.get("if").map(|when| {
            let part = |name: &str| schema.get(name).map(node);
            Box::new(Condition { when: node(when), then: part("then"), otherwise: part("else") })
        }),
        format: match schema.get("format").and_then(Value::as_str) {
            Some("ipv4") => Some(Format::Ipv4),
            Some("ipv6") => Some(Format::Ipv6),
            _ => None,
        },
        default: schema.get("default").cloned(),
    }
}

fn boxed(json: Option<&Value>) -> Option<Box<Node>> {
    json.map(|json| Box::new(node(json)))
}

fn nodes(json: Option<&Value>) -> Vec<Node> {
    json.and_then(Value::as_array).into_iter().flatten().map(node).collect()
}

fn types(json: Option<&Value>) -> Vec<Type> {
    let one = |name: &Value| {
        Some(match name.as_str()? {
            "object" => Type::Object,
            "array" => Type::Array,
            "string" => Type::String,
            "integer" => Type::Integer,
            "number" => Type::Number,
            "boolean" => Type::Boolean,
            _ => Type::Null,
        })
    };
    match json {
        Some(Value::Array(names)) => names.iter().filter_map(one).collect(),
        Some(name) => one(name).into_iter().collect(),
        None => Vec::new(),
    }
}

fn any(json: &Value) -> Alternatives {
    let alternatives = json.as_array().into_iter().flatten();
    let required: Vec<String> = alternatives.filter_map(|one| one.get("required")).map(Value::to_string).collect();
    let required = if required.is_empty() { String::new() } else { format!(": {}", required.join(" or ")) };
    Alternatives { nodes: nodes(Some(json)), required }
}

fn has(schema: &Object, names: &[&str]) -> bool {
    names.iter().any(|name| schema.contains_key(*name))
}

fn count(schema: &Object, name: &str) -> Option<usize> {
    schema.get(name)?.as_u64().and_then(|count| usize::try_from(count).ok())
}

fn texts(json: &Value) -> Vec<String> {
    json.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the crate's own patterns are regular expressions")
}

fn object(schema: &Object) -> Option<Box<ObjectRules>> {
    let names = [
        "properties",
        "required",
        "dependencies",
        "patternProperties",
        "additionalProperties",
        "minProperties",
        "maxProperties",
    ];
    let members = |name: &str| schema.get(name).and_then(Value::as_object).into_iter().flatten();
    has(schema, &names).then(|| {
        Box::new(ObjectRules {
            properties: members("properties").map(|(name, json)| (name.clone(), node(json))).collect(),
            required: schema.get("required").map(texts).unwrap_or_default(),
            dependencies: members("dependencies").map(|(name, json)| (name.clone(), dependency(json))).collect(),
            patterns: members("patternProperties").map(|(text, json)| (pattern(text), node(json))).collect(),
            others: match schema.get("additionalProperties") {
                None | Some(Value::Bool(true)) => Others::Any,
                Some(Value::Bool(false)) => Others::None,
                Some(json) => Others::Like(Box::new(node(json))),
            },
            least: count(schema, "minProperties"),
            most: count(schema, "maxProperties"),
        })
    })
}

fn dependency(json: &Value) -> Dependency {
    match json {
        Value::Array(_) => Dependency::Members(texts(json)),
        json => Dependency::Schema(Box::new(node(json))),
    }
}

fn array(schema: &Object) -> Option<Box<ArrayRules>> {
    let items = schema.get("items");
    has(schema, &["items", "minItems", "maxItems", "uniqueItems"]).then(|| {
        Box::new(ArrayRules {
            items: items.filter(|items| items.is_object()).map(node),
            tuple: nodes(items.filter(|items| items.is_array())),
            unique: schema.get("uniqueItems").and_then(Value::as_bool).unwrap_or_default(),
            least: count(schema, "minItems"),
            most: count(schema, "maxItems"),
        })
    })
}

fn text(schema: &Object) -> Option<Box<TextRules>> {
    has(schema, &["minLength", "maxLength", "pattern"]).then(|| {
        Box::new(TextRules {
            least: count(schema, "minLength"),
            most: count(schema, "maxLength"),
            pattern: schema.get("pattern").and_then(Value::as_str).map(pattern),
        })
    })
}

fn number(schema: &Object) -> Option<Box<NumberRules>> {
    let part = |name: &str| schema.get(name).and_then(Value::as_f64);
    has(schema, &["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"]).then(|| {
        Box::new(NumberRules {
            least: part("minimum"),
            most: part("maximum"),
            above: part("exclusiveMinimum"),
            below: part("exclusiveMaximum"),
        })
    })
}

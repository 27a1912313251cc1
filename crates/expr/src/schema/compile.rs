//! From a schema in JSON to rules.

use super::{
    Alternatives, ArrayRules, Condition, Dependency, Format, Node, NumberRules, Object, ObjectRules, Others,
    SchemaError, TextRules, Type,
};
use regex::Regex;
use serde_json::Value;

/// The rules of a schema, in which texts that stand for later values pass or do not.
pub(super) fn read(json: &Value, references: bool) -> Result<Node, SchemaError> {
    if let Some(error) = broken(json) {
        return Err(error);
    }
    let mut root = node(json);
    if references {
        mark(&mut root);
    }
    Ok(root)
}

/// The first pattern that is no regular expression.
fn broken(json: &Value) -> Option<SchemaError> {
    let bad = |text: &str| {
        let cause = Regex::new(text).err()?.to_string();
        Some(SchemaError { pattern: text.to_owned(), cause })
    };
    match json {
        Value::Object(members) => {
            let own = members.get("pattern").and_then(Value::as_str).and_then(bad);
            let names = members.get("patternProperties").and_then(Value::as_object).into_iter().flatten();
            let names = || names.map(|(name, _)| name).find_map(|name| bad(name));
            own.or_else(names).or_else(|| members.values().find_map(broken))
        }
        Value::Array(items) => items.iter().find_map(broken),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

/// Lets texts that stand for later values pass, everywhere.
fn mark(node: &mut Node) {
    node.references = true;
    if let Some(rules) = &mut node.object {
        rules.properties.iter_mut().for_each(|(_, node)| mark(node));
        rules.patterns.iter_mut().for_each(|(_, node)| mark(node));
        for (_, dependency) in &mut rules.dependencies {
            if let Dependency::Schema(node) = dependency {
                mark(node);
            }
        }
        if let Others::Like(node) = &mut rules.others {
            mark(node);
        }
    }
    if let Some(rules) = &mut node.array {
        rules.items.iter_mut().chain(&mut rules.tuple).for_each(mark);
        if let Others::Like(node) = &mut rules.further {
            mark(node);
        }
    }
    node.all.iter_mut().chain(&mut node.one).for_each(mark);
    node.any.iter_mut().flat_map(|any| &mut any.nodes).for_each(mark);
    node.not.iter_mut().for_each(|node| mark(node));
    if let Some(condition) = &mut node.condition {
        mark(&mut condition.when);
        condition.then.iter_mut().chain(&mut condition.otherwise).for_each(mark);
    }
}

/// Members that say something about values.
const KNOWN: &[&str] = &[
    "type",
    "enum",
    "properties",
    "patternProperties",
    "additionalProperties",
    "required",
    "dependencies",
    "minProperties",
    "maxProperties",
    "items",
    "additionalItems",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minLength",
    "maxLength",
    "pattern",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "const",
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "if",
    "then",
    "else",
    "default",
    "format",
];

/// Members that say nothing about values.
const SILENT: &[&str] = &["title", "description", "$schema", "$id", "id", "$comment", "example", "examples"];

/// Members of a schema, on any level, that are not judged.
pub(super) fn unknown(json: &Value) -> Vec<String> {
    let Value::Object(schema) = json else { return Vec::new() };
    let odd = schema.keys().filter(|name| !KNOWN.contains(&name.as_str()) && !SILENT.contains(&name.as_str()));
    let mut found: Vec<String> = odd.cloned().collect();
    for (name, value) in schema {
        let below: Vec<&Value> = match (name.as_str(), value) {
            ("properties" | "patternProperties" | "dependencies", Value::Object(members)) => members.values().collect(),
            ("items" | "allOf" | "anyOf" | "oneOf", Value::Array(items)) => items.iter().collect(),
            ("items" | "additionalItems" | "additionalProperties" | "not" | "if" | "then" | "else", one) => vec![one],
            ("format", Value::String(text)) if format(text).is_none() => {
                found.push(format!("format {text}"));
                continue;
            }
            _ => continue,
        };
        found.extend(below.into_iter().flat_map(unknown));
    }
    found
}

fn node(json: &Value) -> Node {
    let Value::Object(schema) = json else { return Node { never: *json == Value::Bool(false), ..Node::default() } };
    Node {
        references: false,
        never: false,
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
        format: schema.get("format").and_then(Value::as_str).and_then(format),
        only: schema.get("const").cloned(),
        default: schema.get("default").cloned(),
    }
}

fn format(name: &str) -> Option<Format> {
    match name {
        "ipv4" => Some(Format::Ipv4),
        "ipv6" => Some(Format::Ipv6),
        _ => None,
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
    Regex::new(text).expect("patterns that cannot be read were refused before")
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
            others: others(schema.get("additionalProperties")),
            least: count(schema, "minProperties"),
            most: count(schema, "maxProperties"),
        })
    })
}

fn others(json: Option<&Value>) -> Others {
    match json {
        None | Some(Value::Bool(true)) => Others::Any,
        Some(Value::Bool(false)) => Others::None,
        Some(json) => Others::Like(Box::new(node(json))),
    }
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
            further: others(schema.get("additionalItems").filter(|_| items.is_some_and(Value::is_array))),
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
    has(schema, &["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]).then(|| {
        Box::new(NumberRules {
            least: part("minimum"),
            most: part("maximum"),
            above: part("exclusiveMinimum"),
            below: part("exclusiveMaximum"),
            multiple_of: part("multipleOf").filter(|divisor| *divisor > 0.0),
        })
    })
}

//! The page of all keys, made from the schema, so that it cannot lag behind.

use crate::decode::TEXT;
use crate::schema;
use serde_json::{Map, Value};
use std::fmt::Write as _;

const HEAD: &str = "\
# The native language: every key

One YAML file says where the gateway listens, which requests it takes, and what happens to them. This page lists every
key; it is made from the same types that read the file.

`${NAME}` and `${NAME:-default}` in a value stand for an environment variable; `$${` stands for the characters `${`.
A value can never change the structure of the file. Keys are taken as they are.

A map of names to values may be written as a list of maps, where a name stands twice: `[{a: 1}, {a: 2}]`.

A key that is not listed is an error. *needed* marks keys that cannot be left out.
";

/// The page, as it stands in `REFERENCE.md`.
pub fn reference() -> String {
    let schema = schema::value();
    let mut page = String::from(HEAD);
    section(&mut page, "The file", &schema);
    let mut definitions: Vec<(&String, &Value)> = schema["$defs"].as_object().into_iter().flatten().collect();
    definitions.sort_by_key(|(name, _)| name.to_lowercase());
    for (name, definition) in definitions {
        section(&mut page, name, definition);
    }
    page
}

fn section(page: &mut String, name: &str, schema: &Value) {
    let _ = writeln!(page, "\n## {name}\n");
    if let Some(text) = schema["description"].as_str() {
        let _ = writeln!(page, "{}", one_line(text));
    }
    if let Some(words) = schema["oneOf"].as_array() {
        let _ = writeln!(page, "\n| word | meaning |\n|---|---|");
        for word in words {
            let text = word["description"].as_str().unwrap_or_default();
            let _ = writeln!(page, "| `{}` | {} |", word["const"].as_str().unwrap_or_default(), cell(text));
        }
    }
    if let Some(keys) = schema["properties"].as_object() {
        table(page, keys, schema["required"].as_array().map_or(&[], Vec::as_slice));
    }
}

fn table(page: &mut String, keys: &Map<String, Value>, needed: &[Value]) {
    let _ = writeln!(page, "\n| key | value | meaning |\n|---|---|---|");
    for (key, schema) in keys {
        let mark = if needed.iter().any(|name| name == key) { " *needed*" } else { "" };
        let text = schema["description"].as_str().unwrap_or_default();
        let _ = writeln!(page, "| `{key}`{mark} | {} | {} |", cell(&value(schema)), cell(text));
    }
}

/// The forms of a value in words, with links to their sections.
fn value(schema: &Value) -> String {
    if let Some(target) = schema["$ref"].as_str() {
        let name = target.rsplit('/').next().unwrap_or(target);
        return match name {
            // Any value may be one; the head of the page says so.
            "Reference" => String::new(),
            name => format!("[{name}](#{})", name.to_lowercase()),
        };
    }
    if let Some(forms) = schema["anyOf"].as_array() {
        let mut words: Vec<String> = Vec::new();
        for word in forms.iter().map(value).filter(|word| !word.is_empty()) {
            // Every map of names may be a list of maps; the head of the page says so.
            let listed_map = words.last().is_some_and(|map| word == format!("list of {}", grouped(map)) && is_map(map));
            if !words.contains(&word) && !listed_map {
                words.push(word);
            }
        }
        return words.join(" or ");
    }
    let kinds: Vec<&str> = match &schema["type"] {
        Value::String(kind) => vec![kind],
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).filter(|kind| *kind != "null").collect(),
        _ => vec!["any"],
    };
    if kinds == TEXT {
        return "text".to_owned();
    }
    kinds.into_iter().map(|kind| plain(kind, schema)).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" or ")
}

fn plain(kind: &str, schema: &Value) -> String {
    match kind {
        "string" => "text".to_owned(),
        "integer" | "number" => "number".to_owned(),
        "boolean" => "true or false".to_owned(),
        "array" => format!("list of {}", grouped(&value(&schema["items"]))),
        "object" => format!("map to {}", grouped(&value(&schema["additionalProperties"]))),
        "null" => String::new(),
        "any" => "anything".to_owned(),
        other => other.to_owned(),
    }
}

fn is_map(words: &str) -> bool {
    words.starts_with("map to ")
}

fn grouped(words: &str) -> String {
    if words.contains(" or ") { format!("({words})") } else { words.to_owned() }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn cell(text: &str) -> String {
    one_line(text).replace('|', "\\|")
}

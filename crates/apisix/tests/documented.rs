//! The tables of docs/apisix.md say what the schemas say. `UPDATE_GOLDEN=1` writes them anew.

#![allow(clippy::unwrap_used, reason = "a test stops at what is not there")]

use apisix::entity::{Kind, secret_schema};
use apisix::plugin::{ABSENT, Plugin, Side};
use apisix::schema::{Honour, Schema, said};
use apisix::settings::TABLE;
use serde_json::Value;
use std::path::Path;

#[test]
fn the_tables_are_those_of_the_schemas() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/apisix.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let made = sections().into_iter().fold(text.clone(), |text, (name, table)| put(&text, name, &table));
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let current = std::fs::read_to_string(&path).unwrap();
    assert!(current == made, "docs/apisix.md differs from the schemas; UPDATE_GOLDEN=1 writes its tables anew");
}

/// Puts a table between its marks.
fn put(text: &str, name: &str, table: &str) -> String {
    let (open, close) = (format!("<!-- {name} -->\n"), format!("<!-- end of {name} -->"));
    let (before, rest) = text.split_once(&open).unwrap_or_else(|| panic!("docs/apisix.md has no {open:?}"));
    let (_, after) = rest.split_once(&close).unwrap_or_else(|| panic!("docs/apisix.md has no {close:?}"));
    format!("{before}{open}{table}{close}{after}")
}

fn sections() -> Vec<(&'static str, String)> {
    let mut plugins = String::new();
    for plugin in Plugin::ALL {
        let table = table(plugin.schema(Side::Route));
        plugins += &format!("### {}\n\nPriority {}.\n\n{table}\n", plugin.name(), plugin.priority());
        if plugin.authenticates() {
            plugins += &format!("At consumers and credentials:\n\n{}\n", self::table(plugin.schema(Side::Consumer)));
        }
        if let Some(metadata) = plugin.metadata() {
            plugins += &format!("In plugin metadata:\n\n{}\n", self::table(metadata));
        }
    }
    let mut objects = String::new();
    for kind in Kind::ALL.iter().filter(|kind| !matches!(kind, Kind::PluginMetadata | Kind::Secrets)) {
        objects += &format!("### {}\n\n{}\n", kind.name(), table(kind.schema()));
    }
    for manager in ["vault", "aws", "gcp"] {
        objects += &format!("### secrets: {manager}\n\n{}\n", table(secret_schema(manager).unwrap()));
    }
    vec![("settings", settings()), ("absent plugins", absent()), ("plugins", plugins), ("objects", objects)]
}

fn table(schema: &Schema) -> String {
    let mut rows = String::from("| field | type | default | honoured |\n|---|---|---|---|\n");
    add(schema.written(), "", &mut rows);
    rows
}

fn add(schema: &Value, path: &str, rows: &mut String) {
    for (name, field) in schema["properties"].as_object().into_iter().flatten().filter(|(name, _)| *name != "_meta") {
        let name = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        // what an upstream consists of is told once
        let inner = if name == "upstream" { None } else { field["properties"].as_object() };
        if inner.is_some_and(|inner| !inner.is_empty()) {
            add(field, &name, rows);
            continue;
        }
        let default = field.get("default").map(|value| format!("`{value}`")).unwrap_or_default();
        rows.push_str(&format!("| `{name}` | {} | {default} | {} |\n", kind(field), honoured(field)));
    }
}

fn kind(field: &Value) -> String {
    let named = |value: &Value| value.as_str().map(str::to_owned);
    match &field["type"] {
        Value::String(name) if name == "array" && field["items"].is_object() => {
            format!("list of {}", kind(&field["items"]))
        }
        Value::String(name) => name.clone(),
        Value::Array(names) => names.iter().filter_map(named).collect::<Vec<_>>().join(" or "),
        _ if field["enum"].is_array() => "string".to_owned(),
        _ => {
            let parts = ["anyOf", "oneOf"].into_iter().flat_map(|part| field[part].as_array()).flatten();
            parts.map(kind).collect::<Vec<_>>().join(" or ")
        }
    }
}

fn honoured(field: &Value) -> String {
    match said(field) {
        None => "exact".to_owned(),
        Some((faith, text)) => format!("{}: {text}", faith.as_str()),
    }
}

fn settings() -> String {
    let row = |setting: &apisix::settings::Setting| {
        let told = match setting.honour {
            Honour::Exact => "exact".to_owned(),
            Honour::Approximate(text) => format!("approximate: {text}"),
            Honour::Ignored(text) => format!("ignored: {text}"),
            Honour::Unsupported(text) => format!("unsupported: {text}"),
        };
        format!("| `{}` | {told} |\n", setting.name)
    };
    format!("| setting | honoured |\n|---|---|\n{}", TABLE.iter().map(row).collect::<String>())
}

fn absent() -> String {
    let row = |plugin: &apisix::plugin::Absent| {
        let routes = if plugin.guards { "answer 503" } else { "go on without it" };
        format!("| `{}` | {routes} | {} |\n", plugin.name, plugin.loss)
    };
    format!("| plugin | routes with it | what is lost |\n|---|---|---|\n{}", ABSENT.iter().map(row).collect::<String>())
}

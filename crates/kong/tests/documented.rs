//! The tables of docs/kong.md say what the schemas say. `UPDATE_GOLDEN=1` writes them anew.

#![allow(clippy::unwrap_used, reason = "a test stops at what is not there")]

use kong::entity::{Collection, Flavor};
use kong::plugin::{ABSENT, Plugin};
use kong::schema::{Field, Honour, Kind, Record};
use kong::settings::TABLE;
use std::path::Path;

#[test]
fn the_tables_are_those_of_the_schemas() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/kong.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let made = sections().into_iter().fold(text.clone(), |text, (name, table)| put(&text, &name, &table));
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let current = std::fs::read_to_string(&path).unwrap();
    assert!(current == made, "docs/kong.md differs from the schemas; UPDATE_GOLDEN=1 writes its tables anew");
}

/// Puts a table between its marks.
fn put(text: &str, name: &str, table: &str) -> String {
    let (open, close) = (format!("<!-- {name} -->\n"), format!("<!-- end of {name} -->"));
    let (before, rest) = text.split_once(&open).unwrap_or_else(|| panic!("docs/kong.md has no {open:?}"));
    let (_, after) = rest.split_once(&close).unwrap_or_else(|| panic!("docs/kong.md has no {close:?}"));
    format!("{before}{open}{table}{close}{after}")
}

fn sections() -> Vec<(String, String)> {
    let mut sections = vec![("settings".to_owned(), settings()), ("absent plugins".to_owned(), absent())];
    let mut plugins = String::new();
    for plugin in Plugin::ALL {
        plugins +=
            &format!("### {}\n\nPriority {}.\n\n{}\n", plugin.name(), plugin.priority(), table(&plugin.config()));
    }
    sections.push(("plugins".to_owned(), plugins));
    let mut entities = String::new();
    for collection in Collection::ALL {
        let record = collection.record(Flavor::Expressions);
        entities += &format!("### {}\n\n{}\n", collection.name(), table(&record));
    }
    sections.push(("entities".to_owned(), entities));
    sections
}

fn table(record: &Record) -> String {
    let mut rows = String::from("| field | type | default | honoured |\n|---|---|---|---|\n");
    add(record, "", &mut rows);
    rows
}

fn add(record: &Record, path: &str, rows: &mut String) {
    for field in &record.fields {
        let name = if path.is_empty() { field.name.to_owned() } else { format!("{path}.{}", field.name) };
        if let Kind::Record(inner) = &field.kind {
            add(inner, &name, rows);
            continue;
        }
        let default = field.default.as_ref().map(|value| format!("`{value}`")).unwrap_or_default();
        rows.push_str(&format!("| `{name}` | {} | {default} | {} |\n", kind(field), honour(field)));
    }
    for shorthand in &record.shorthands {
        rows.push_str(&format!("| `{}` | other way to write fields | | exact |\n", shorthand.name));
    }
}

fn kind(field: &Field) -> String {
    let text = match &field.kind {
        Kind::String => "text".to_owned(),
        Kind::Number => "number".to_owned(),
        Kind::Integer => "integer".to_owned(),
        Kind::Boolean => "boolean".to_owned(),
        Kind::Array(element) => format!("list of {}", kind(element)),
        Kind::Set(element) => format!("set of {}", kind(element)),
        Kind::Map(element) => format!("map to {}", kind(element)),
        Kind::Record(_) => "record".to_owned(),
        Kind::Foreign(collection) => format!("one of {collection}"),
        Kind::Any => "any".to_owned(),
    };
    match (field.newer, field.removed, field.referenceable) {
        (true, _, _) => format!("{text}; Kong Enterprise"),
        (_, true, _) => "no longer in Kong".to_owned(),
        (_, _, true) => format!("{text}; `{{vault://…}}`"),
        _ => text,
    }
}

fn honour(field: &Field) -> String {
    said(field.honour)
}

fn said(honour: Honour) -> String {
    match honour {
        Honour::Exact => "exact".to_owned(),
        Honour::Approximate(text) => format!("approximate: {text}"),
        Honour::Ignored(text) => format!("ignored: {text}"),
        Honour::Unsupported(text) => format!("unsupported: {text}"),
    }
}

fn settings() -> String {
    let rows = TABLE.iter().map(|setting| format!("| `{}` | {} |\n", setting.name, said(setting.honour)));
    format!("| setting | honoured |\n|---|---|\n{}", rows.collect::<String>())
}

fn absent() -> String {
    let row = |plugin: &kong::plugin::Absent| {
        let routes = if plugin.guards { "answer 503" } else { "go on without it" };
        format!("| `{}` | {routes} | {} |\n", plugin.name, plugin.loss)
    };
    format!("| plugin | routes with it | what is lost |\n|---|---|---|\n{}", ABSENT.iter().map(row).collect::<String>())
}

//! The tables of docs/gravitee.md say what the records say. `UPDATE_GOLDEN=1` writes them anew.

#![allow(clippy::unwrap_used, reason = "a test stops at what is not there")]

use gravitee::entity::RECORDS;
use gravitee::policy::{ABSENT, Absent, Policy, api_key, jwt, oauth2};
use gravitee::schema::{Field, Honour, Kind, Record};
use gravitee::settings::TABLE;
use std::collections::BTreeSet;
use std::path::Path;

#[test]
fn the_tables_are_those_of_the_records() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/gravitee.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let made = sections().into_iter().fold(text.clone(), |text, (name, table)| put(&text, name, &table));
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let current = std::fs::read_to_string(&path).unwrap();
    assert!(current == made, "docs/gravitee.md differs from the records; UPDATE_GOLDEN=1 writes its tables anew");
}

#[test]
fn every_record_is_shown() {
    let shown: BTreeSet<&str> = RECORDS.iter().map(|record| record.name).collect();
    let mut missing = BTreeSet::new();
    for record in RECORDS {
        let parts = record.fields.iter().filter_map(|field| part(field.kind));
        missing.extend(parts.map(|one| one.name).filter(|name| !shown.contains(name)));
    }
    assert!(missing.is_empty(), "not in RECORDS: {missing:?}");
}

/// The record that a kind is made of.
fn part(kind: Kind) -> Option<&'static Record> {
    match kind {
        Kind::Record(record) | Kind::Short(record) => Some(record),
        Kind::List(kind) | Kind::Map(kind) => part(*kind),
        Kind::Text | Kind::Secret | Kind::Number | Kind::Flag | Kind::Word(_) | Kind::Any => None,
    }
}

/// Puts a table between its marks.
fn put(text: &str, name: &str, table: &str) -> String {
    let (open, close) = (format!("<!-- {name} -->\n"), format!("<!-- end of {name} -->"));
    let (before, rest) = text.split_once(&open).unwrap_or_else(|| panic!("docs/gravitee.md has no {open:?}"));
    let (_, after) = rest.split_once(&close).unwrap_or_else(|| panic!("docs/gravitee.md has no {close:?}"));
    format!("{before}{open}{table}{close}{after}")
}

fn sections() -> Vec<(&'static str, String)> {
    let policies =
        Policy::ALL.iter().map(|policy| policy.config()).chain([&api_key::CONFIG, &jwt::CONFIG, &oauth2::CONFIG]);
    let section = |record: &'static Record| format!("### {}\n\n{}\n", record.name, table(record));
    vec![
        ("settings", settings()),
        ("policies", policies.map(section).collect()),
        ("absent policies", absent()),
        ("definitions", RECORDS.iter().map(|record| section(record)).collect()),
    ]
}

fn table(record: &'static Record) -> String {
    let mut rows = String::from("| field | type | default | honoured |\n|---|---|---|---|\n");
    add(record, "", &mut rows);
    rows
}

/// Records that are not shown by themselves stand in the table of the one they are part of.
fn add(record: &'static Record, path: &str, rows: &mut String) {
    for field in record.fields {
        let name = if path.is_empty() { field.name.to_owned() } else { format!("{path}.{}", field.name) };
        let default = if field.default.is_empty() { String::new() } else { format!("`{}`", field.default) };
        rows.push_str(&format!("| `{name}` | {} | {default} | {} |\n", kind(field.kind), said(field)));
        if let Some(own) = part(field.kind).filter(|own| !RECORDS.iter().any(|record| record.name == own.name)) {
            let list = matches!(field.kind, Kind::List(_));
            add(own, &format!("{name}{}", if list { "[]" } else { "" }), rows);
        }
    }
}

fn kind(kind: Kind) -> String {
    match kind {
        Kind::Text => "text".to_owned(),
        Kind::Secret => "text, secret".to_owned(),
        Kind::Number => "number".to_owned(),
        Kind::Flag => "true or false".to_owned(),
        Kind::Word(words) => words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", "),
        Kind::List(of) => format!("list of {}", self::kind(*of)),
        Kind::Map(of) => format!("map to {}", self::kind(*of)),
        Kind::Record(record) => record.name.to_owned(),
        Kind::Short(record) => format!("{}, or its target alone", record.name),
        Kind::Any => "any".to_owned(),
    }
}

fn said(field: &Field) -> String {
    honour(field.honour)
}

fn honour(honour: Honour) -> String {
    match honour {
        Honour::Exact => "exact".to_owned(),
        Honour::Accepted(text) => format!("accepted: {text}"),
        Honour::Approximate(text) => format!("approximate: {text}"),
        Honour::Ignored(text) => format!("ignored: {text}"),
        Honour::Unsupported(text) => format!("unsupported: {text}"),
    }
}

fn settings() -> String {
    let row = |setting: &gravitee::settings::Setting| {
        let wide = if setting.name.ends_with(['.', '[']) { "…" } else { "" };
        format!("| `{}{wide}` | {} |\n", setting.name, honour(setting.honour))
    };
    format!("| setting | honoured |\n|---|---|\n{}", TABLE.iter().map(row).collect::<String>())
}

fn absent() -> String {
    let row = |policy: &Absent| {
        let apis = if policy.guards { "answer 503" } else { "go on without it" };
        format!("| `{}` | {apis} | {} |\n", policy.name, policy.loss)
    };
    format!("| policy | requests to it | what is lost |\n|---|---|---|\n{}", ABSENT.iter().map(row).collect::<String>())
}

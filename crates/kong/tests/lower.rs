//! Golden cases: a document, a line of dashes, the model it means, a line of dashes, the findings about it.
//!
//! `=== NAME` begins a further document, `# env NAME=value` sets a variable. What an empty document means is left out of
//! the model, and so is what is like everywhere. `UPDATE_GOLDEN=1` rewrites the cases.

#![allow(clippy::unwrap_used, reason = "a test stops at what is not there")]

use dialect::{Dialect, Lowered};
use kong::Kong;
use model::Gateway;
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use store::{Document, Revision};

const DASHES: &str = "----------------------------------------";

#[test]
fn cases_mean_what_they_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lower");
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|end| end == "case"));
    paths.sort();
    assert!(paths.len() >= 30, "only {} cases", paths.len());
    let wrong: Vec<String> = paths.iter().filter_map(|path| check(path).err()).collect();
    assert!(wrong.is_empty(), "{}\n\nUPDATE_GOLDEN=1 rewrites the cases", wrong.join("\n\n"));
}

fn check(path: &Path) -> Result<(), String> {
    let text = std::fs::read_to_string(path).unwrap();
    let name = path.file_name().unwrap().to_string_lossy();
    let input = text.split(&format!("\n{DASHES}\n")).next().unwrap().trim_end();
    let (documents, environment) = world(input);
    let allow_missing = input.lines().filter_map(|line| line.strip_prefix("# allow-missing ")).map(str::to_owned);
    let kong = Kong { allow_missing: allow_missing.collect(), kept: false };
    let lowered = kong.lower(&documents, &environment);
    let again = kong.lower(&documents, &environment);
    assert_eq!(lowered.gateway, again.gateway, "{name}: lowering is not pure");
    let meaning = show(&lowered.gateway);
    let made = format!("{input}\n{DASHES}\n{meaning}{DASHES}\n{}", findings(&lowered, &documents));
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(path, &made).unwrap();
    }
    if !lowered.broken.is_empty() {
        assert_eq!(lowered.gateway, Gateway::default(), "{name}: a broken document means nothing");
    }
    let current = std::fs::read_to_string(path).unwrap();
    if current == made { Ok(()) } else { Err(format!("{name} is now:\n{made}")) }
}

fn document(key: &str, text: &str) -> Document {
    let revision = Revision::default();
    Document { key: key.into(), bytes: text.to_owned().into(), created: revision, modified: revision, expires: None }
}

fn world(input: &str) -> (Vec<Document>, BTreeMap<String, String>) {
    let mut parts = input.split("\n=== ");
    // most cases are about version 3.0, which they need not say
    let main = parts.next().unwrap();
    let versioned = main.contains("_format_version") || main.contains("# no version");
    let main = if versioned { main.to_owned() } else { format!("{main}\n_format_version: '3.0'\n") };
    let mut documents = vec![document("kong.yml", &main)];
    for part in parts {
        let (key, text) = part.split_once('\n').unwrap_or((part, ""));
        documents.push(document(key, text));
    }
    let set = input.lines().filter_map(|line| line.strip_prefix("# env ")?.split_once('='));
    (documents, set.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}

fn findings(lowered: &Lowered, documents: &[Document]) -> String {
    let mut text = String::new();
    for finding in lowered.findings.iter().filter(|finding| !is_usual(finding)) {
        let source = documents.iter().find(|d| d.key == finding.place.document);
        text.push_str(&finding.render(source.and_then(|source| std::str::from_utf8(&source.bytes).ok())));
        if !finding.place.path.is_empty() {
            text.push_str(&format!("\n     at {}", finding.place.path));
        }
        text.push('\n');
    }
    text
}

/// What is said of an empty document too.
fn is_usual(finding: &dialect::Finding) -> bool {
    empty().findings.iter().any(|usual| usual.message == finding.message)
}

fn empty() -> Lowered {
    Kong::default().lower(&[document("kong.yml", "_format_version: '3.0'\n")], &BTreeMap::new())
}

/// The model without what is like everywhere.
fn show(gateway: &Gateway) -> String {
    let mut value = serde_json::to_value(gateway).unwrap();
    let usual = usual();
    shorten(&mut value, &usual);
    match value {
        Value::Object(map) if map.is_empty() => "nothing\n".to_owned(),
        value => serde_saphyr::to_string(&value).unwrap(),
    }
}

fn shorten(value: &mut Value, usual: &[Value]) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| shorten(item, usual)),
        Value::Object(map) => {
            if let Some(Value::Array(rank)) = map.get_mut("rank") {
                let parts: Vec<String> = rank.iter().map(|n| format!("{:x}", n.as_u64().unwrap())).collect();
                map.insert("rank".into(), parts.join(" ").into());
            }
            if let Some((secs, nanos)) = duration(map) {
                *value = json!(format!("{}ms", secs * 1000 + nanos / 1_000_000));
                return;
            }
            map.retain(|_, member| !is_empty(member) && !usual.contains(member));
            map.values_mut().for_each(|member| shorten(member, usual));
            map.retain(|_, member| !is_empty(member));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn duration(map: &serde_json::Map<String, Value>) -> Option<(u64, u64)> {
    Some((map.get("secs")?.as_u64()?, map.get("nanos")?.as_u64()?))
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

fn usual() -> Vec<Value> {
    fn of(value: impl Serialize) -> Value {
        serde_json::to_value(value).unwrap()
    }
    let empty = empty().gateway;
    let table = &empty.tables[0];
    vec![
        of(&empty.listeners),
        of(&table.answers),
        of(&table.marks),
        of(table.normalization),
        of(model::listener::Limits::default()),
        of(model::aws::Credentials::default()),
        of(model::tls::ClientTls::default()),
        of(model::aws::Aws::KEEPALIVE),
        of(model::forward::Forward::Direct),
        of(model::forward::Forward::Environment),
        of(model::call::Arguments::default()),
        of(model::call::EventRules::default()),
        of(model::endpoint::UpstreamTimeouts::default()),
        of(model::chain::OverlayEntry::NextStep),
    ]
}

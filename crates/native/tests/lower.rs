//! Golden cases: a document, a line of dashes, the model it means, a line of dashes, the findings about it.
//!
//! `=== NAME` begins a further document, `# env NAME=value` sets a variable. What is like everywhere is left out of the
//! model; behind it stand the functions that a template declares. Each case that means something is also written and read back. `UPDATE_GOLDEN=1` rewrites the cases.

#![allow(clippy::unwrap_used, reason = "a test stops at what is not there")]

use dialect::{Dialect, Lowered};
use model::Gateway;
use native::Native;
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
    assert!(paths.len() >= 25, "only {} cases", paths.len());
    let wrong: Vec<String> = paths.iter().filter_map(|path| check(path).err()).collect();
    assert!(wrong.is_empty(), "{}\n\nUPDATE_GOLDEN=1 rewrites the cases", wrong.join("\n\n"));
}

fn check(path: &Path) -> Result<(), String> {
    let text = std::fs::read_to_string(path).unwrap();
    let name = path.file_name().unwrap().to_string_lossy();
    let input = text.split(&format!("\n{DASHES}\n")).next().unwrap().trim_end();
    let (documents, environment) = world(input);
    let lowered = Native.lower(&documents, &environment);
    let again = Native.lower(&documents, &environment);
    assert_eq!(lowered.gateway, again.gateway, "{name}: lowering is not pure");
    let meaning = show(&lowered.gateway) + &functions(&documents, &environment);
    let made = format!("{input}\n{DASHES}\n{meaning}{DASHES}\n{}", findings(&lowered, &documents));
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(path, &made).unwrap();
    }
    if lowered.broken.is_empty() {
        read_back(&name, &lowered.gateway)?;
    } else {
        assert_eq!(lowered.gateway, Gateway::default(), "{name}: a broken document means nothing");
    }
    let current = std::fs::read_to_string(path).unwrap();
    if current == made { Ok(()) } else { Err(format!("{name} is now:\n{made}")) }
}

/// What is written means the same again.
fn read_back(name: &str, gateway: &Gateway) -> Result<(), String> {
    let written = native::write(gateway);
    let variables = written.variables.iter();
    let environment: BTreeMap<String, String> =
        variables.map(|v| (v.name.clone(), v.secret.expose().to_owned())).collect();
    for secret in environment.values().filter(|secret| secret.len() > 3) {
        assert!(!written.text.contains(secret.as_str()), "{name}: a secret is written:\n{}", written.text);
    }
    let lowered = Native.lower(&[document("lambdagate.yaml", &written.text)], &environment);
    if lowered.broken.is_empty() && lowered.gateway == *gateway {
        return Ok(());
    }
    let said: Vec<String> = lowered.findings.iter().map(|f| f.render(Some(&written.text))).collect();
    let (was, is) = (show(gateway), show(&lowered.gateway));
    Err(format!("{name} is written as\n{}\n{}\n{was}\nreads back as\n{is}", written.text, said.join("\n")))
}

fn document(key: &str, text: &str) -> Document {
    let revision = Revision::default();
    Document { key: key.into(), bytes: text.to_owned().into(), created: revision, modified: revision, expires: None }
}

fn world(input: &str) -> (Vec<Document>, BTreeMap<String, String>) {
    let mut parts = input.split("\n=== ");
    let mut documents = vec![document("lambdagate.yaml", parts.next().unwrap())];
    for part in parts {
        let (key, text) = part.split_once('\n').unwrap_or((part, ""));
        documents.push(document(key, text));
    }
    let set = input.lines().filter_map(|line| line.strip_prefix("# env ")?.split_once('='));
    (documents, set.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}

fn findings(lowered: &Lowered, documents: &[Document]) -> String {
    let mut text = String::new();
    for finding in &lowered.findings {
        let source = documents.iter().find(|d| d.key == finding.place.document).unwrap();
        text.push_str(&finding.render(std::str::from_utf8(&source.bytes).ok()));
        if !finding.place.path.is_empty() {
            text.push_str(&format!("\n     at {}", finding.place.path));
        }
        text.push('\n');
    }
    text
}

/// The functions that templates declare.
fn functions(documents: &[Document], environment: &BTreeMap<String, String>) -> String {
    let mut value = serde_json::to_value(native::functions(documents, environment)).unwrap();
    shorten(&mut value);
    if is_empty(&value) { String::new() } else { serde_saphyr::to_string(&json!({ "functions": value })).unwrap() }
}

/// The model without what is like everywhere.
fn show(gateway: &Gateway) -> String {
    let mut value = serde_json::to_value(gateway).unwrap();
    shorten(&mut value);
    match value {
        Value::Object(map) if map.is_empty() => "nothing\n".to_owned(),
        value => serde_saphyr::to_string(&value).unwrap(),
    }
}

fn shorten(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(shorten),
        Value::Object(map) => {
            if let Some(Value::Array(rank)) = map.get_mut("rank") {
                // Four numbers whose upper bits say the class.
                let parts: Vec<String> = rank.iter().map(|n| format!("{:x}", n.as_u64().unwrap())).collect();
                map.insert("rank".into(), parts.join(" ").into());
            }
            if let Some((secs, nanos)) = duration(map) {
                *value = json!(format!("{}ms", secs * 1000 + nanos / 1_000_000));
                return;
            }
            if let Some(Value::Object(account)) = map.get_mut("aws") {
                account.retain(|_, member| {
                    *member != json!("Chain")
                        && *member != json!({"verify": true, "authorities": [], "server_name": null})
                });
            }
            let usual = usual();
            map.retain(|_, member| !is_empty(member) && !usual.contains(member));
            map.values_mut().for_each(shorten);
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

fn usual() -> [Value; 13] {
    fn of(value: impl Serialize) -> Value {
        serde_json::to_value(value).unwrap()
    }
    [
        of(model::listener::Limits::default()),
        of(model::table::PathNormalization::default()),
        of(model::call::CallTimeouts::default()),
        of(model::call::EventRules::default()),
        of(model::call::ReplyRules::default()),
        of(model::endpoint::UpstreamTimeouts::default()),
        of(model::endpoint::Keepalive::default()),
        of(model::aws::Aws::default()),
        of(model::forward::Forward::Direct),
        of(model::forward::Forward::Environment),
        of(model::aws::Aws::KEEPALIVE),
        of(model::aws::Credentials::default()),
        of(model::chain::OverlayEntry::NextStep),
    ]
}

//! The Admin API by tables: each row of `tests/admin/*.jsonl` is a conversation, its steps requests with what is expected.
//!
//! Members of a row: `title`, `mode` (`db` or `dbless`), `steps` of `{request, expect}`. A request has `method`, `path`,
//! `json` or `body`, `headers`; `expect` has `status`, `headers`, `json` with `match` (exact or subset), `body`. `save` of
//! a step keeps members of the reply under names that later steps write `{{name}}`. Matchers: `$type`, `$regex`, `$any`,
//! `$absent`, `$contains`.

#![allow(clippy::unwrap_used, reason = "a test stops at what is not there")]

use bytes::Bytes;
use dialect::admin::{Accepted, AdminApi, Desk, Proposal, Refused};
use dialect::{Dialect, Faith};
use http::{Request, Response};
use kong::Kong;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use store::memory::MemoryStore;
use store::{Change, Document, Store};
use tokio::sync::mpsc;

#[tokio::test]
async fn conversations_go_as_they_should() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/admin");
    let mut rows = 0;
    let mut wrong = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            rows += 1;
            let row: Value = serde_json::from_str(line).unwrap();
            if let Err(why) = converse(&row).await {
                wrong.push(format!("{}: {why}", row["title"]));
            }
        }
    }
    assert!(rows >= 40, "only {rows} rows");
    assert!(wrong.is_empty(), "{} of {rows} rows:\n{}", wrong.len(), wrong.join("\n"));
}

async fn converse(row: &Value) -> Result<(), String> {
    let world = World::new(row["mode"] != "dbless").await;
    let mut saved: BTreeMap<String, String> = BTreeMap::new();
    for (at, step) in row["steps"].as_array().unwrap().iter().enumerate() {
        let text =
            saved.iter().fold(step.to_string(), |text, (name, value)| text.replace(&format!("{{{{{name}}}}}"), value));
        let step: Value = serde_json::from_str(&text).unwrap();
        let response = world.ask(&step["request"]).await;
        check(&step["expect"], &response).map_err(|why| format!("step {at}: {why}"))?;
        for (name, pointer) in step["save"].as_object().into_iter().flatten() {
            let body: Value = serde_json::from_slice(response.body()).unwrap();
            saved.insert(name.clone(), body.pointer(pointer.as_str().unwrap()).unwrap().as_str().unwrap().to_owned());
        }
    }
    Ok(())
}

/// A source with its Admin API, and a desk that brings changes into force as the gateway does, but for the traffic.
struct World {
    api: Arc<dyn AdminApi>,
    desk: Desk,
}

impl World {
    async fn new(kept: bool) -> Self {
        let kong = Arc::new(Kong { kept, ..Kong::default() });
        let store: Arc<dyn Store> = Arc::new(MemoryStore::default());
        if !kept {
            let bytes = Bytes::from_static(b"_format_version: '3.0'\n");
            store.commit(vec![Change::Put { key: "kong.yml".into(), bytes, expires: None }], None).await.unwrap();
        }
        let (changes, proposals) = mpsc::channel(8);
        tokio::spawn(bring_into_force(kong.clone(), store.clone(), proposals));
        let documents = store.list().await.unwrap().0;
        let api = kong.admin(&documents, &BTreeMap::new()).unwrap();
        Self {
            api,
            desk: Desk {
                store,
                changes,
                source: 0,
                metrics: telemetry::Metrics::default(),
                serving: Default::default(),
            },
        }
    }

    async fn ask(&self, asked: &Value) -> Response<Bytes> {
        let mut request =
            Request::builder().method(asked["method"].as_str().unwrap()).uri(asked["path"].as_str().unwrap());
        let mut body = asked["body"].as_str().unwrap_or_default().to_owned();
        if let Some(json) = asked.get("json") {
            request = request.header("content-type", "application/json");
            body = json.to_string();
        }
        if let Some(form) = asked["form"].as_str() {
            request = request.header("content-type", "application/x-www-form-urlencoded");
            form.clone_into(&mut body);
        }
        for (name, value) in asked["headers"].as_object().into_iter().flatten() {
            request = request.header(name, value.as_str().unwrap());
        }
        self.api.answer(request.body(Bytes::from(body)).unwrap(), &self.desk).await
    }
}

async fn bring_into_force(kong: Arc<Kong>, store: Arc<dyn Store>, mut proposals: mpsc::Receiver<Proposal>) {
    while let Some(Proposal { changes, expected, done, .. }) = proposals.recv().await {
        let (documents, revision) = store.list().await.unwrap();
        let mut all: BTreeMap<String, Document> = documents.iter().map(|one| (one.key.clone(), one.clone())).collect();
        for change in &changes {
            match change.clone() {
                Change::Put { key, bytes, expires } => {
                    let document = Document { key: key.clone(), bytes, created: revision, modified: revision, expires };
                    all.insert(key, document);
                }
                Change::Remove { key } => drop(all.remove(&key)),
            }
        }
        let lowered = kong.lower(&all.into_values().collect(), &BTreeMap::new());
        let outcome = match lowered.broken.is_empty() {
            true => store.commit(changes, expected).await.map_err(Refused::from),
            false => {
                Err(Refused::Broken(lowered.findings.iter().filter(|f| f.faith == Faith::Invalid).cloned().collect()))
            }
        };
        let _ = done.send(outcome.map(|revision| Accepted { revision, findings: lowered.findings }));
    }
}

fn check(expected: &Value, response: &Response<Bytes>) -> Result<(), String> {
    let body = String::from_utf8_lossy(response.body()).into_owned();
    let status = response.status().as_u16();
    if expected["status"] != json!(status) {
        return Err(format!("status {status}, not {}: {body}", expected["status"]));
    }
    for (name, value) in expected["headers"].as_object().into_iter().flatten() {
        let found = response.headers().get(name).and_then(|found| found.to_str().ok());
        let found = found.map_or(Value::Null, Value::from);
        matches(value, Some(&found), true).map_err(|why| format!("{name}: {why}"))?;
    }
    if let Some(text) = expected["body"].as_str().filter(|text| *text != body) {
        return Err(format!("body {body:?}, not {text:?}"));
    }
    let mut parts = expected["body_contains"].as_array().into_iter().flatten();
    if let Some(part) = parts.find(|part| !body.contains(part.as_str().unwrap())) {
        return Err(format!("no {part} in {body}"));
    }
    let Some(wanted) = expected.get("json") else { return Ok(()) };
    let found: Value = serde_json::from_str(&body).map_err(|error| format!("{error}: {body}"))?;
    matches(&wanted["json"], Some(&found), wanted["match"] == "exact").map_err(|why| format!("{why} in {body}"))
}

fn matches(wanted: &Value, found: Option<&Value>, exact: bool) -> Result<(), String> {
    let is = |right: bool| if right { Ok(()) } else { Err(format!("{found:?} is not {wanted}")) };
    if let Some((name, about)) =
        wanted.as_object().and_then(|one| one.iter().next()).filter(|(name, _)| name.starts_with('$'))
    {
        return match (name.as_str(), found) {
            ("$absent", found) => is(found.is_none()),
            (_, None) => is(false),
            ("$any", Some(_)) => Ok(()),
            ("$type", Some(found)) => is(match about.as_str().unwrap() {
                "object" => found.is_object(),
                "array" => found.is_array(),
                "number" => found.is_number(),
                "string" => found.is_string(),
                other => panic!("{other}"),
            }),
            ("$regex", Some(found)) => {
                is(regex::Regex::new(about.as_str().unwrap()).unwrap().is_match(found.as_str().unwrap_or_default()))
            }
            ("$contains", Some(found)) => is(found.as_array().is_some_and(|items| items.contains(about))),
            ("$length", Some(found)) => is(json!(found.as_array().map_or(usize::MAX, Vec::len)) == *about),
            (other, _) => panic!("{other}"),
        };
    }
    match (wanted, found) {
        (Value::Object(wanted), Some(Value::Object(found))) => {
            if let Some(other) = found.keys().find(|name| exact && !wanted.contains_key(*name)) {
                return Err(format!("{other} is too much"));
            }
            let each = |(name, wanted): (&String, &Value)| {
                matches(wanted, found.get(name), exact).map_err(|why| format!("{name}: {why}"))
            };
            wanted.iter().try_for_each(each)
        }
        (Value::Array(items), Some(Value::Array(there))) => {
            is(items.len() == there.len())?;
            items.iter().zip(there).try_for_each(|(wanted, found)| matches(wanted, Some(found), exact))
        }
        (wanted, found) => is(Some(wanted) == found),
    }
}

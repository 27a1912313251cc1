//! A whole configuration at once, kept in memory: standalone mode driven by the API.
//!
//! Every section has a version. A section of a version that is known already stays as it is; one that is missing from
//! what was sent is emptied.

use super::objects::now;
use super::reply::{Answer, Problem, Reply};
use super::{Admin, Asked, Rules, body};
use crate::check;
use crate::document::Place;
use crate::entity::{Kind, id_text};
use crate::home::WHOLE;
use crate::schema::Object;
use dialect::admin::Desk;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderName, Method, StatusCode};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use store::Change;

const DIGEST: &str = "x-digest";
const MODIFIED: &str = "x-last-modified";

/// The kinds that are sections of their own. Credentials stand among consumers.
fn sections() -> impl Iterator<Item = Kind> {
    Kind::ALL.iter().copied().filter(|kind| *kind != Kind::Credentials)
}

fn version_of(kind: Kind) -> String {
    format!("{}_conf_version", kind.name())
}

impl Admin {
    /// `/configs`.
    pub(super) async fn configs(&self, asked: &Asked<'_>, desk: &Desk) -> Answer {
        match *asked.method() {
            Method::GET | Method::HEAD => Ok(shown(&known(&*self.book(desk).await?), asked)),
            Method::PUT => {
                let digest = asked.request.headers().get(DIGEST).and_then(|value| value.to_str().ok());
                let digest = digest.ok_or_else(|| Problem::wrong("missing digest header"))?;
                let sent = sent(asked)?;
                self.write(desk, |book| plan(&self.rules, book, digest, &sent)).await
            }
            _ => Err(Problem::nothing()),
        }
    }
}

/// The configuration in force.
fn known(book: &super::Book) -> Object {
    let value = book.text(WHOLE).and_then(|text| serde_json::from_slice(text).ok());
    value.unwrap_or_else(|| sections().map(|kind| (version_of(kind), json!(0))).collect())
}

fn shown(known: &Object, asked: &Asked<'_>) -> Reply {
    let mut object = known.clone();
    let (digest, modified) = (object.shift_remove(DIGEST), object.shift_remove(MODIFIED));
    let value = Value::Object(object);
    let mut reply = match field(asked, ACCEPT).starts_with("application/yaml") {
        true => {
            let text = serde_saphyr::to_string(&value).unwrap_or_default();
            Reply::text(StatusCode::OK, "application/yaml", text)
        }
        false => Reply::ok(value),
    };
    if let Some(digest) = digest.as_ref().and_then(Value::as_str) {
        reply = reply.with(DIGEST, digest);
    }
    match modified.as_ref().and_then(Value::as_u64) {
        Some(modified) => reply.with(MODIFIED, modified),
        None => reply,
    }
}

fn field<'a>(asked: &'a Asked<'_>, name: HeaderName) -> &'a str {
    asked.request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// The sections that were sent.
fn sent(asked: &Asked<'_>) -> Result<Object, Problem> {
    let text = asked.request.body();
    let wrong = |cause: &str| Problem::wrong(format!("invalid request body: {cause}"));
    if text.is_empty() {
        return Err(wrong("empty request body"));
    }
    let value = if field(asked, CONTENT_TYPE).starts_with("application/yaml") {
        let text = std::str::from_utf8(text).map_err(|cause| wrong(&cause.to_string()))?;
        serde_saphyr::from_str(text).map_err(|_| wrong("invalid yaml request body"))?
    } else {
        body::json(text).map_err(|cause| wrong(&cause.to_string()))?
    };
    match value {
        Value::Object(object) => Ok(object),
        Value::Array(items) if items.is_empty() => Ok(Object::new()),
        _ => Err(wrong("an object is expected")),
    }
}

fn plan(rules: &Rules, book: &super::Book, digest: &str, sent: &Object) -> Result<(Reply, Vec<Change>), Problem> {
    let old = known(book);
    if old.get(DIGEST).and_then(Value::as_str) == Some(digest) {
        return Ok((Reply::empty(StatusCode::NO_CONTENT), Vec::new()));
    }
    let (mut new, mut objects) = (Object::new(), BTreeMap::new());
    for kind in sections() {
        let version = version(kind, &old, sent)?;
        let is_old = old.get(&version_of(kind)) == Some(&version);
        let items = if is_old { old.get(kind.name()) } else { sent.get(kind.name()) };
        new.insert(version_of(kind), version);
        let Some(items) = items.and_then(Value::as_array).filter(|items| !items.is_empty()) else { continue };
        let found = if is_old { Vec::new() } else { complaints(rules, kind, items) };
        if let Some(first) = found.into_iter().next() {
            return Err(Problem::wrong(first.error));
        }
        for (at, item) in items.iter().enumerate() {
            let place = place(kind, item, at);
            objects.insert(place.to_string(), item.to_string());
        }
        new.insert(kind.name().to_owned(), json!(items));
    }
    let modified = now();
    new.insert(DIGEST.to_owned(), json!(digest));
    new.insert(MODIFIED.to_owned(), json!(modified));
    let reply = Reply::empty(StatusCode::ACCEPTED).with(DIGEST, digest).with(MODIFIED, modified);
    Ok((reply, changes(book, objects, new)))
}

/// The version that a section will have.
fn version(kind: Kind, old: &Object, sent: &Object) -> Result<Value, Problem> {
    let name = version_of(kind);
    let before = old.get(&name).and_then(Value::as_f64).unwrap_or_default();
    match sent.get(&name) {
        None | Some(Value::Null) => Ok(json!(before as u64 + 1)),
        Some(version) => match version.as_f64() {
            None => Err(Problem::wrong(format!("{name} must be a number"))),
            Some(number) if number < before => {
                let text = format!("{name} must be greater than or equal to ({before})");
                Err(Problem::wrong(text))
            }
            Some(_) => Ok(version.clone()),
        },
    }
}

/// What brings the store from what it holds to these objects.
fn changes(book: &super::Book, objects: BTreeMap<String, String>, whole: Object) -> Vec<Change> {
    let gone = book.object_keys().filter(|key| !objects.contains_key(*key));
    let mut changes: Vec<Change> = gone.map(|key| Change::Remove { key: key.to_owned() }).collect();
    let put = |key: String, text: String| Change::Put { key, bytes: text.into(), expires: None };
    let is_new = |(key, text): &(String, String)| book.text(key) != Some(text.as_bytes());
    changes.extend(objects.into_iter().filter(is_new).map(|(key, text)| put(key, text)));
    changes.push(put(WHOLE.to_owned(), Value::Object(whole).to_string()));
    changes
}

/// The object of an item; one without an id has that of its place in the list.
fn place(kind: Kind, item: &Value, at: usize) -> Place {
    let id = item.get("id").and_then(id_text);
    let id = id.or_else(|| item.get("username").and_then(id_text).filter(|_| kind == Kind::Consumers));
    let id = id.unwrap_or_else(|| format!("arr_{}", at + 1));
    Place::of_file(kind, &id).unwrap_or_else(|| Place::new(kind, id))
}

/// What is wrong with an item.
struct Complaint {
    index: usize,
    id: Option<String>,
    error: String,
}

fn complaints(rules: &Rules, kind: Kind, items: &[Value]) -> Vec<Complaint> {
    let mut ids = BTreeSet::new();
    let mut found = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let id = item.get("id").and_then(id_text);
        let checked = check::check(&place(kind, item, index), &bare(item), &|name| Admin::knows(rules, name));
        found.extend(checked.err().map(|error| Complaint { index, id: id.clone(), error }));
        let (called, name) = match (kind, &id) {
            (Kind::Consumers, None) => ("username", item.get("username").and_then(id_text)),
            (Kind::Consumers, Some(_)) => ("credential id", id.clone()),
            _ => ("id", id.clone()),
        };
        let Some(name) = name else { continue };
        if !ids.insert(name.clone()) {
            let error = format!("found duplicate {called} {name} in {}", kind.name());
            found.push(Complaint { index, id, error });
        }
    }
    found
}

/// An item as an object of its own: without the revision it may carry, and without the id of a credential, which names
/// its consumer too.
fn bare(item: &Value) -> Value {
    let mut item = item.clone();
    if let Value::Object(object) = &mut item {
        object.shift_remove("modifiedIndex");
        let is_path = object.get("id").and_then(Value::as_str).is_some_and(|id| id.contains('/'));
        if is_path {
            object.shift_remove("id");
        }
    }
    item
}

/// `/configs/validate`: every item of every section.
pub(super) fn validate(rules: &Rules, asked: &Asked<'_>) -> Answer {
    if *asked.method() != Method::POST {
        return Err(Problem::nothing());
    }
    let sent = sent(asked)?;
    let mut errors = Vec::new();
    for kind in sections() {
        let name = version_of(kind);
        if sent.get(&name).is_some_and(|version| !version.is_number()) {
            errors.push(json!({"resource_type": kind.name(), "error": format!("{name} must be a number")}));
        }
        let items = sent.get(kind.name()).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        for Complaint { index, id, error } in complaints(rules, kind, items) {
            let error = format!("invalid {} at index {index}, err: {error}", kind.name());
            errors.push(json!({"resource_type": kind.name(), "resource_id": id, "index": index, "error": error}));
        }
    }
    if errors.is_empty() {
        return Ok(Reply::ok(json!({})));
    }
    let body = json!({"error_msg": "Configuration validation failed", "errors": errors});
    Err(Problem::of(Reply::json(StatusCode::BAD_REQUEST, body)))
}

//! `/config`: the configuration of a source of files, as a whole.

mod flatten;

use super::book::{Book, hash};
use super::page::value;
use super::problem::{Declarative, Problem, lua};
use super::reply::{Answer, Reply};
use super::{Admin, Asked, refusal, wrong};
use crate::document::POSTED;
use crate::entity::{Collection, LEFT_OUT};
use crate::lower::{is_declarative, read_settings};
use crate::read::Notes;
use crate::schema::{Object, Step, Violation, Violations};
use bytes::Bytes;
use dialect::Finding;
use dialect::admin::{Desk, Refused};
use dialect::resolve::ProcessEnvironment;
use http::{Method, StatusCode};
use serde_json::{Map, Value, json};
use std::time::SystemTime;
use store::{Change, Document};

const KEPT: &str = "this endpoint is only available when Kong is configured to not use a database";

/// Whether a body of this type is a document as it stands.
pub(super) fn is_text(media: &str) -> bool {
    ["text/yaml", "application/yaml", "text/x-yaml", "application/x-yaml"].contains(&media)
}

impl Admin {
    /// `/config`.
    pub(super) async fn config(&self, asked: Asked<'_>, desk: &Desk) -> Answer {
        if self.kept {
            return Err(Problem::Said(StatusCode::BAD_REQUEST, KEPT.to_owned()));
        }
        if *asked.method != Method::POST {
            let text = exported(&*self.book(desk).await?);
            return Ok(Reply::ok(json!({ "config": text })));
        }
        let expected = || Problem::Said(StatusCode::BAD_REQUEST, "expected a declarative configuration".to_owned());
        let text = posted(&asked).ok_or_else(expected)?;
        let is = |name: &str| value(&asked.query, name).is_some_and(|value| value == "1" || value == "true");
        if is("check_hash") && hash(&text) == self.book(desk).await?.hash {
            return Ok(Reply::empty(StatusCode::NOT_MODIFIED));
        }
        self.replace(text, is("flatten_errors"), desk).await
    }

    /// Puts a document in the place of all there are. When it cannot be, the old ones go on serving.
    async fn replace(&self, text: Bytes, flatten: bool, desk: &Desk) -> Answer {
        let _turn = self.turn.lock().await;
        let (documents, revision) = desk.documents().await.map_err(|error| Problem::Database(error.to_string()))?;
        let settings = read_settings(&documents, &ProcessEnvironment, &mut Notes::default());
        let old: Vec<&Document> = documents.iter().filter(|document| is_declarative(document, &settings)).collect();
        let mut new = documents.clone();
        old.iter().for_each(|document| drop(new.take(&document.key)));
        let key = POSTED.to_owned();
        new.put(Document { key, bytes: text.clone(), created: revision, modified: revision, expires: None });
        let book = Book::of(&new, revision, &ProcessEnvironment, SystemTime::now());
        let broken = wrong(&book.findings);
        if !broken.is_empty() {
            return Err(declarative(&broken, &text, flatten));
        }
        let gone = old.into_iter().filter(|document| document.key != POSTED);
        let mut changes: Vec<Change> = gone.map(|document| Change::Remove { key: document.key.clone() }).collect();
        changes.push(Change::Put { key: POSTED.to_owned(), bytes: text.clone(), expires: None });
        match desk.commit(changes, None).await {
            Ok(_) => Ok(Reply::created(by_id(&book))),
            Err(Refused::Broken(findings)) => Err(declarative(&wrong(&findings), &text, flatten)),
            Err(refused) => Err(refusal(refused)),
        }
    }
}

/// The document that was sent, in whichever way.
fn posted(asked: &Asked<'_>) -> Option<Bytes> {
    if is_text(&asked.media) {
        return Some(asked.body.clone()).filter(|body| !body.is_empty());
    }
    match asked.arguments.object.get("config") {
        Some(Value::String(text)) => Some(Bytes::from(text.clone())),
        Some(config @ Value::Object(_)) => Some(Bytes::from(config.to_string())),
        _ if asked.arguments.object.is_empty() || asked.arguments.texts => None,
        _ => Some(asked.body.clone()),
    }
}

/// Entities by collection and id.
fn by_id(book: &Book) -> Value {
    let mut all = Map::new();
    for collection in Collection::ALL.iter().copied() {
        let of = book.of_collection(collection);
        let of: Map<String, Value> = of.into_iter().map(|one| (one.id().to_owned(), book.shown(one))).collect();
        if !of.is_empty() {
            all.insert(collection.name().to_owned(), Value::Object(of));
        }
    }
    Value::Object(all)
}

/// A declarative document that says the same.
fn exported(book: &Book) -> String {
    let mut all = Map::new();
    all.insert("_format_version".to_owned(), json!("3.0"));
    all.insert("_transform".to_owned(), json!(false));
    for collection in Collection::ALL.iter().copied() {
        let of: Vec<Value> = book.of_collection(collection).into_iter().map(|one| plain(&Book::stored(one))).collect();
        if !of.is_empty() {
            all.insert(collection.name().to_owned(), Value::Array(of));
        }
    }
    serde_saphyr::to_string(&Value::Object(all)).unwrap_or_default()
}

/// What is set, with ids for references.
fn plain(object: &Object) -> Value {
    let set = object.iter().filter(|(_, value)| !value.is_null());
    let shown = set.map(|(name, value)| {
        let id = value.as_object().filter(|members| members.len() == 1).and_then(|members| members.get("id"));
        (name.clone(), id.unwrap_or(value).clone())
    });
    Value::Object(shown.collect())
}

/// What is wrong with a document, as the original says it.
fn declarative(findings: &[Finding], text: &[u8], flatten: bool) -> Problem {
    let whole = findings.iter().find(|finding| finding.place.path.is_empty() && finding.place.line > 0);
    if let Some(finding) = whole {
        let place = &finding.place;
        let why =
            format!("failed parsing declarative configuration: {}:{}: {}", place.line, place.column, finding.message);
        let fields = json!({ "error": why });
        return told(message(&fields), fields, None);
    }
    let all = violations(findings).fields();
    if !flatten {
        return told(message(&all), all, None);
    }
    let (flattened, rest) = flatten::flattened(findings, text);
    let fields = violations(&rest).fields();
    told(message(&all), fields, Some(flattened))
}

fn told(message: String, fields: Value, flattened: Option<Value>) -> Problem {
    Problem::Declarative(Box::new(Declarative { message, fields, flattened }))
}

fn message(fields: &Value) -> String {
    format!("declarative config is invalid: {}", lua(fields))
}

/// Findings at the places where the values stand.
pub(super) fn violations(findings: &[Finding]) -> Violations {
    let of = |finding: &Finding| {
        let mut path = steps(&finding.place.path);
        // what is said of an entity as a whole stands beside what is said of its members
        if matches!(path.last(), Some(Step::At(_))) && flatten::entity(&path).is_some_and(|end| end == path.len()) {
            path.extend([Step::Name("@entity".to_owned()), Step::At(0)]);
        }
        Violation { path, text: said(finding) }
    };
    Violations(findings.iter().map(of).collect())
}

/// What a finding says, without advice.
fn said(finding: &Finding) -> String {
    let text = finding.message.as_str();
    let text = text.strip_suffix(LEFT_OUT).unwrap_or(text);
    if text.starts_with("required field missing") { "required field missing".to_owned() } else { text.to_owned() }
}

/// `services[0].routes[1].name` as steps.
fn steps(path: &str) -> Vec<Step> {
    let mut found = Vec::new();
    for part in path.split('.').filter(|part| !part.is_empty()) {
        let (name, rest) = part.find('[').map_or((part, ""), |at| part.split_at(at));
        if !name.is_empty() {
            found.push(Step::Name(name.to_owned()));
        }
        let places = rest.split(['[', ']']).filter_map(|text| text.parse().ok());
        found.extend(places.map(Step::At));
    }
    found
}

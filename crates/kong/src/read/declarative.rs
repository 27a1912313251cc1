//! A declarative document: what stands at its top, and the entities in it, nested or flat.

use super::deck::Deck;
use super::{Notes, template, upgrade};
use crate::entity::{Collection, Entity, FOREIGN, Origin, id};
use crate::schema::{Object, Step};
use dialect::Faith;
use dialect::findings::Findings;
use dialect::resolve::Environment;
use dialect::tree;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Versions of the format.
const VERSIONS: [&str; 3] = ["1.1", "2.1", "3.0"];

/// Reads a document. Entities come as written, with ids, their references still names or ids.
pub fn declarative(key: &str, text: &str, environment: &dyn Environment, notes: &mut Notes) -> Vec<Entity> {
    let mut findings = Findings::new(key);
    let mut tree = tree::parse_plain(&template::sheltered(text), &mut findings);
    if let Some(tree) = &mut tree {
        template::fill(tree, environment, &mut findings);
    }
    let content = tree.as_ref().map(dialect::tree::value);
    let document = notes.document(tree, findings);
    let Some(content) = content else { return Vec::new() };
    let mut reader = Reader {
        document,
        notes,
        entities: Vec::new(),
        ids: BTreeSet::new(),
        deck: Deck::default(),
        old: false,
        stored: false,
    };
    match content {
        Value::Object(content) => reader.top(content),
        _ => reader.remark(Faith::Invalid, &[], "expected an object"),
    }
    reader.entities
}

struct Reader<'n> {
    document: usize,
    notes: &'n mut Notes,
    entities: Vec<Entity>,
    ids: BTreeSet<(Collection, String)>,
    deck: Deck,
    /// The document is older than version 3.0.
    old: bool,
    /// Passwords are hashed already.
    stored: bool,
}

/// The entity that others stand in.
#[derive(Clone)]
struct Parent {
    member: &'static str,
    id: String,
}

impl Reader<'_> {
    fn top(&mut self, mut content: Object) {
        self.version(content.remove("_format_version"));
        self.stored = content.get("_transform") == Some(&Value::Bool(false));
        self.deck = Deck::take(&mut content);
        for (name, value) in content {
            let path = [Step::Name(name.clone())];
            match (Collection::named(&name), name.as_str()) {
                (Some(collection), _) => self.list(collection, value, None, &path),
                (None, "_comment" | "_ignore" | "_transform") => {}
                (None, name) => self.foreign(name, &value, &path),
            }
        }
    }

    fn version(&mut self, written: Option<Value>) {
        let path = [Step::Name("_format_version".to_owned())];
        let version = match written {
            Some(Value::Number(number)) => number.as_f64().map(|number| format!("{number:.1}")),
            Some(Value::String(text)) => Some(text),
            _ => None,
        };
        match version {
            None => self.remark(
                Faith::Invalid,
                &path,
                "required field missing: the file begins with _format_version: \"3.0\"",
            ),
            Some(version) if VERSIONS.contains(&version.as_str()) => self.old = version != "3.0",
            Some(_) => self.remark(Faith::Invalid, &path, &format!("expected one of: {}", VERSIONS.join(", "))),
        }
    }

    /// A member of the top that holds no entities of ours.
    fn foreign(&mut self, name: &str, value: &Value, path: &[Step]) {
        let empty = value.is_null() || value.as_array().is_some_and(Vec::is_empty);
        if empty {
            return;
        }
        match FOREIGN.iter().find(|(foreign, _)| *foreign == name) {
            Some((_, loss)) => self.remark(Faith::Unsupported, path, loss),
            None if name == "consumer_groups" => {
                self.remark(
                    Faith::Unsupported,
                    path,
                    "there are no consumer groups of Kong Enterprise: their plugins do not run",
                );
            }
            None => self.remark(Faith::Ignored, path, "unknown field"),
        }
    }

    fn list(&mut self, collection: Collection, value: Value, parent: Option<&Parent>, path: &[Step]) {
        let items = match value {
            Value::Array(items) => items,
            // an empty table of Lua is both a list and a map
            Value::Null => return,
            Value::Object(members) if members.is_empty() => return,
            _ => return self.remark(Faith::Invalid, path, "expected an array"),
        };
        for (at, item) in items.into_iter().enumerate() {
            let path = with(path, Step::At(at));
            match item {
                Value::Object(object) => self.entity(collection, object, parent, &path),
                // deck writes names alone where nothing else is to be said
                Value::String(name) if collection == Collection::Snis => {
                    let object = json!({ "name": name }).as_object().cloned().unwrap_or_default();
                    self.entity(collection, object, parent, &path);
                }
                _ => self.remark(Faith::Invalid, &path, "expected a record"),
            }
        }
    }

    fn entity(&mut self, collection: Collection, mut object: Object, parent: Option<&Parent>, path: &[Step]) {
        object.remove("_comment");
        object.remove("_ignore");
        let children: Vec<_> = collection
            .children()
            .filter_map(|(child, member)| Some((child, member, object.remove(child.name())?)))
            .collect();
        self.deck.complete(collection, &mut object);
        if let Some(lost) = self.deck.plugin_config(&mut object) {
            self.remark(Faith::Invalid, &with(path, Step::Name("_config".to_owned())), &lost);
        }
        if upgrade::old_references(&mut object) {
            self.remark(
                Faith::Ignored,
                &with(path, Step::Name("api_id".to_owned())),
                "there are no APIs in files; name a service or route",
            );
        }
        if self.old && collection == Collection::Routes {
            upgrade::paths(&mut object);
        }
        if let Some(parent) = parent {
            object.insert(parent.member.to_owned(), json!({ "id": parent.id }));
        }
        let id = self.id(collection, &mut object);
        self.noticed(collection, &object, path);
        let origin = Origin { document: self.document, path: path.to_vec() };
        self.entities.push(Entity { collection, object, origin, stored: self.stored });
        for (child, member, value) in children {
            let path = with(path, Step::Name(child.name().to_owned()));
            self.list(child, value, Some(&Parent { member, id: id.clone() }), &path);
        }
    }

    /// The id written, or one that is derived; entities that say the same get different ones.
    fn id(&mut self, collection: Collection, object: &mut Object) -> String {
        if let Some(id) = object.get("id").and_then(Value::as_str) {
            return id.to_owned();
        }
        let mut id = id::derive(collection, object);
        let nameless = collection.endpoint_key().is_none_or(|key| object.get(key).is_none_or(Value::is_null));
        while nameless && collection != Collection::Plugins && !self.ids.insert((collection, id.clone())) {
            id = id::next(&id);
        }
        object.insert("id".to_owned(), Value::from(id.clone()));
        id
    }

    /// What looks as if it meant something else.
    fn noticed(&mut self, collection: Collection, object: &Object, path: &[Step]) {
        let config = object.get("config").and_then(Value::as_object);
        if collection == Collection::Plugins
            && config.is_some_and(|config| config.get("anonymous") == Some(&Value::Null))
        {
            let path = [path, &[Step::Name("config".to_owned()), Step::Name("anonymous".to_owned())]].concat();
            self.remark(Faith::Exact, &path, "~ is nobody: without a valid credential a request is refused");
        }
        self.variables(&Value::Object(object.clone()), path);
    }

    /// `${NAME}` in a text.
    fn variables(&mut self, value: &Value, path: &[Step]) {
        match value {
            Value::String(text) => {
                if let Some(name) = variable(text) {
                    let vault = format!("{{vault://env/{}}}", name.to_ascii_lowercase().replace('_', "-"));
                    let message = format!(
                        "${{{name}}} stays as it is, as in Kong: write {vault} where references are taken, or let deck's \
                         ${{{{ env \"DECK_{name}\" }}}} stand for it"
                    );
                    self.remark(Faith::Exact, path, &message);
                }
            }
            Value::Array(items) => {
                items.iter().enumerate().for_each(|(at, item)| self.variables(item, &with(path, Step::At(at))));
            }
            Value::Object(members) => {
                members.iter().for_each(|(name, item)| self.variables(item, &with(path, Step::Name(name.clone()))));
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn remark(&mut self, faith: Faith, path: &[Step], message: &str) {
        self.notes.at(faith, &Origin { document: self.document, path: path.to_vec() }, message);
    }
}

fn with(path: &[Step], step: Step) -> Vec<Step> {
    let mut path = path.to_vec();
    path.push(step);
    path
}

/// The name in `${NAME}`.
fn variable(text: &str) -> Option<&str> {
    let name = text.split_once("${")?.1.split_once('}')?.0;
    let allowed = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    (!name.is_empty() && name.bytes().all(allowed)).then_some(name)
}

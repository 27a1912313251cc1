//! All objects of a source, those of a file and those that are kept one by one, and the memory of what was made of them.

use super::Said;
use super::judged::{Judged, Manner, Remark};
use super::route::Kept;
use crate::document::Place;
use crate::entity::Kind;
use crate::read::{FileKind, Found, Origin, Texts, file_kind, objects};
use crate::schema::Object;
use crate::settings::{Provider, Settings};
use bytes::Bytes;
use dialect::Faith;
use dialect::resolve::Environment;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use store::{Document, Documents};

/// What was made of objects before: as long as an object and all it depends on stay, so does what was made of it.
#[derive(Default)]
pub struct Memory {
    settings: Option<(Settings, Vec<String>)>,
    /// Of the environment in which they were made.
    revision: u64,
    /// Objects by their keys, with the text that they were read from.
    documents: HashMap<String, (Bytes, Arc<Judged>)>,
    /// Objects of files by their keys, as they were written.
    files: HashMap<String, (Object, Arc<Judged>)>,
    /// Objects that every route may depend on.
    surroundings: Vec<Arc<Judged>>,
    /// Routes by their ids.
    pub(super) routes: HashMap<String, Kept>,
}

impl Memory {
    /// Forgets all when settings have changed, or a secret.
    pub(super) fn settle(&mut self, settings: &Settings, allow_missing: &[String], revision: u64) {
        let same = |(old, allowed): &(Settings, Vec<String>)| old == settings && allowed == allow_missing;
        if self.revision != revision || !self.settings.as_ref().is_some_and(same) {
            let settings = Some((settings.clone(), allow_missing.to_vec()));
            *self = Self { settings, revision, ..Self::default() };
        }
    }

    /// Forgets routes when something has changed that each may depend on; and what is no longer there, now and then.
    fn surrounded(&mut self, objects: &Objects) {
        let all = [Kind::PluginMetadata, Kind::Ssls].into_iter().flat_map(|kind| objects.of_kind(kind));
        let surroundings: Vec<Arc<Judged>> = all.map(|item| item.judged.clone()).collect();
        let same = self.surroundings.len() == surroundings.len()
            && self.surroundings.iter().zip(&surroundings).all(|(old, new)| Arc::ptr_eq(old, new));
        if !same {
            self.routes.clear();
            self.surroundings = surroundings;
        }
        let live = objects.of_kind(Kind::Routes).len();
        if self.routes.len() > 2 * live + 1000 {
            self.routes.clear();
        }
    }
}

/// An object with its place in a file, if it came from one.
pub(crate) struct Item {
    pub(crate) judged: Arc<Judged>,
    origin: Option<Box<Origin>>,
}

impl Item {
    /// Where remarks on it belong.
    pub(crate) fn origin(&self) -> Origin {
        match &self.origin {
            Some(origin) => (**origin).clone(),
            None => Origin::document(self.judged.place.to_string()),
        }
    }
}

/// All objects that are what they should be.
#[derive(Default)]
pub(crate) struct Objects {
    items: BTreeMap<Kind, Vec<Item>>,
    /// Numbers of objects that others name, by their ids.
    places: HashMap<(Kind, String), usize>,
    /// Documents whose newest text is not what it should be.
    pub(super) broken: Vec<String>,
    pub(super) said: Vec<Said>,
}

impl Objects {
    pub(super) fn of(
        documents: &Documents,
        settings: &Settings,
        environment: &dyn Environment,
        memory: &mut Memory,
        texts: &mut Texts,
    ) -> Self {
        let mut all = Self::default();
        let plugins = settings.plugins.as_deref();
        all.take_file(documents, settings, &Manner { environment, plugins, file: true }, memory, texts);
        all.take_kept(documents, &Manner { environment, plugins, file: false }, memory);
        memory.surrounded(&all);
        all
    }

    /// Those of a kind, in the order in which they came to be.
    pub(crate) fn of_kind(&self, kind: Kind) -> &[Item] {
        self.items.get(&kind).map_or(&[], Vec::as_slice)
    }

    /// The one with this id. Routes are named by nobody.
    pub(crate) fn get(&self, kind: Kind, id: &str) -> Option<&Item> {
        self.of_kind(kind).get(*self.places.get(&(kind, id.to_owned()))?)
    }

    /// Makes all remarks.
    pub(super) fn tell(self, texts: &mut Texts) {
        for item in self.items.values().flatten().filter(|item| !item.judged.remarks.is_empty()) {
            let origin = item.origin();
            for Remark { faith, path, message } in &item.judged.remarks {
                texts.say(*faith, &origin, path, message.as_str());
            }
        }
        for (origin, Remark { faith, path, message }) in self.said {
            texts.say(faith, &origin.unwrap_or_else(|| Origin::document("")), &path, message);
        }
    }

    fn add(&mut self, item: Item) {
        let kind = item.judged.place.kind;
        let of = self.items.entry(kind).or_default();
        if !matches!(kind, Kind::Routes | Kind::Credentials) {
            self.places.entry((kind, item.judged.place.id.clone())).or_insert(of.len());
        }
        of.push(item);
    }

    /// The objects of the file that the settings choose. One that is not good is left out, the others stay.
    fn take_file(
        &mut self,
        documents: &Documents,
        settings: &Settings,
        manner: &Manner<'_>,
        memory: &mut Memory,
        texts: &mut Texts,
    ) {
        let files = documents.iter().filter_map(|document| Some((document, file_kind(&document.key)?)));
        let mut files = files.filter(|(_, kind)| matches!(kind, FileKind::Yaml | FileKind::Json));
        let wanted = |(_, kind): &(&Document, FileKind)| match settings.provider {
            Provider::Yaml => *kind == FileKind::Yaml,
            Provider::Json => *kind == FileKind::Json,
            Provider::Unsaid => true,
            Provider::Etcd | Provider::Api => false,
        };
        let Some((document, kind)) = files.find(wanted) else { return };
        let text = String::from_utf8_lossy(&document.bytes);
        let Some(found) = objects(&document.key, kind, &text, manner.environment, texts) else {
            return self.broken.push(document.key.clone());
        };
        let mut before = std::mem::take(&mut memory.files);
        for Found { place, object, origin } in found {
            let key = place.to_string();
            let (written, judged) = match before.remove(&key).filter(|(old, _)| *old == object) {
                Some(known) => known,
                None => (object.clone(), Arc::new(Judged::of(place, object, manner))),
            };
            memory.files.insert(key, (written, judged.clone()));
            let item = Item { judged, origin: Some(Box::new(origin)) };
            if item.judged.good {
                self.add(item);
            } else {
                self.said.extend(item.judged.remarks.iter().map(|remark| (Some(item.origin()), remark.clone())));
            }
        }
    }

    /// The objects that are kept one by one, the oldest first.
    fn take_kept(&mut self, documents: &Documents, manner: &Manner<'_>, memory: &mut Memory) {
        let mut kept: Vec<(&Document, Place)> = documents
            .iter()
            .filter(|document| file_kind(&document.key).is_none() && !document.bytes.starts_with(b"init_dir"))
            .filter_map(|document| Some((document, Place::of_key(&document.key)?)))
            .collect();
        kept.sort_by_key(|(document, _)| document.created);
        if memory.documents.len() > 2 * kept.len() + 1000 {
            memory.documents.clear();
        }
        for (document, place) in kept {
            let known = memory.documents.get(&document.key).filter(|(bytes, _)| *bytes == document.bytes);
            let judged = match known {
                Some((_, judged)) => judged.clone(),
                None => {
                    let Ok(Value::Object(object)) = serde_json::from_slice(&document.bytes) else {
                        let remark = Remark::new(Faith::Invalid, "", "this is no JSON object: it is left out");
                        self.said.push((Some(Origin::document(document.key.as_str())), remark));
                        continue;
                    };
                    let judged = Arc::new(Judged::of(place, object, manner));
                    memory.documents.insert(document.key.clone(), (document.bytes.clone(), judged.clone()));
                    judged
                }
            };
            let item = Item { judged, origin: None };
            if item.judged.good {
                self.add(item);
            } else {
                self.broken.push(document.key.clone());
                self.said.extend(item.judged.remarks.iter().map(|remark| (Some(item.origin()), remark.clone())));
            }
        }
    }
}

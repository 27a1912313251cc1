//! What was made of the documents before, and what a change of some of them leads to.

use super::judged::{Judged, Manner, Remark};
use super::objects::{Bad, Item, Objects, Order};
use super::routes::Routes;
use super::threads::of_each;
use crate::document::Place;
use crate::entity::Kind;
use crate::read::{FileKind, Found, Origin, Texts, file_kind, objects};
use crate::schema::Object;
use crate::settings::{Provider, Settings};
use dialect::Faith;
use dialect::resolve::Environment;
use model::consumer::Consumer;
use pieces::Difference;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use store::{Document, Documents, differs};

/// What was made of documents before: as long as a document and all that it depends on stay, so does what was made of it.
/// Whatever documents came before, what is made of these is what would be made anew.
#[derive(Default)]
pub struct Memory {
    settings: Option<(Settings, Vec<String>)>,
    /// Of the environment in which all this was made.
    revision: u64,
    /// The documents that were last looked at.
    documents: Documents,
    /// Those of them that are files.
    files: BTreeMap<String, Document>,
    /// Objects of files by their keys, as they were written.
    written: HashMap<String, (Object, Arc<Judged>)>,
    pub(super) objects: Objects,
    pub(super) consumers: Vec<Arc<Consumer>>,
    pub(super) routes: Routes,
}

/// What a change touches.
#[derive(Default)]
pub(super) struct Touched {
    /// There was nothing before: all are others now, and are not told one by one.
    pub(super) afresh: bool,
    /// Kinds of which some object is another now.
    pub(super) kinds: BTreeSet<Kind>,
    /// Routes that are others now, or gone.
    pub(super) routes: BTreeSet<Order>,
    /// Routes of the file are others, or stand elsewhere.
    pub(super) file: bool,
}

impl Memory {
    /// Takes in documents, and says what their settings are and what is touched since the last ones.
    pub(super) fn follow(
        &mut self,
        documents: &Documents,
        environment: &dyn Environment,
        allow_missing: &[String],
        texts: &mut Texts,
    ) -> (Settings, Touched) {
        let mut before = std::mem::replace(&mut self.documents, documents.clone());
        let is_file =
            |one: &Difference<'_, Document>| one.now.or(one.before).is_some_and(|one| file_kind(&one.key).is_some());
        for one in documents.differences(&before).filter(differs).filter(is_file) {
            match (one.before, one.now) {
                (_, Some(file)) => drop(self.files.insert(file.key.clone(), file.clone())),
                (Some(gone), None) => drop(self.files.remove(&gone.key)),
                (None, None) => {}
            }
        }
        let settings = crate::settings::settings(&super::files(self.files.values()), environment, texts);
        if !self.stands(&settings, allow_missing, environment.revision()) {
            let made_for = Some((settings.clone(), allow_missing.to_vec()));
            let (revision, files) = (environment.revision(), std::mem::take(&mut self.files));
            *self = Self { settings: made_for, revision, files, documents: documents.clone(), ..Self::default() };
            before = Documents::default();
        }
        let mut touched = Touched::default();
        let plugins = settings.plugins.as_deref();
        self.follow_file(&settings, &Manner { environment, plugins, file: true }, &mut touched, texts);
        self.follow_kept(documents, &before, &Manner { environment, plugins, file: false }, &mut touched);
        (settings, touched)
    }

    /// Whether settings and secrets are those that everything was made with.
    fn stands(&self, settings: &Settings, allow_missing: &[String], revision: u64) -> bool {
        let same = |(old, allowed): &(Settings, Vec<String>)| old == settings && allowed == allow_missing;
        self.revision == revision && self.settings.as_ref().is_some_and(same)
    }

    /// The objects of the file that the settings choose. One that is not good is left out, the others stay.
    fn follow_file(&mut self, settings: &Settings, manner: &Manner<'_>, touched: &mut Touched, texts: &mut Texts) {
        let files = self.files.values().filter_map(|file| Some((file, file_kind(&file.key)?)));
        let mut files = files.filter(|(_, kind)| matches!(kind, FileKind::Yaml | FileKind::Json));
        let wanted = |(_, kind): &(&Document, FileKind)| match settings.provider {
            Provider::Yaml => *kind == FileKind::Yaml,
            Provider::Json => *kind == FileKind::Json,
            Provider::Unsaid => true,
            Provider::Etcd | Provider::Api => false,
        };
        let (mut good, mut bad) = (Vec::new(), Vec::new());
        if let Some((file, kind)) = files.find(wanted) {
            let text = String::from_utf8_lossy(&file.bytes);
            match objects(&file.key, kind, &text, manner.environment, texts) {
                None => bad.push(Bad { broken: Some(file.key.clone()), said: Vec::new() }),
                Some(found) => {
                    for item in of_file(&mut self.written, found, manner) {
                        if item.judged.good {
                            good.push(item);
                        } else {
                            bad.push(Bad { broken: None, said: item.said() });
                        }
                    }
                }
            }
        }
        touched.kinds = self.objects.replace_file(good, bad);
        touched.file = touched.kinds.contains(&Kind::Routes);
    }

    /// The objects that are kept one by one.
    fn follow_kept(&mut self, documents: &Documents, before: &Documents, manner: &Manner<'_>, touched: &mut Touched) {
        touched.afresh = before.is_empty();
        let mut new = Vec::new();
        for one in documents.differences(before).filter(is_other) {
            if let Some((old, place)) = one.before.and_then(object) {
                self.objects.take(place.kind, &Order::of(old));
                touched.object(place.kind, &Order::of(old));
            }
            new.extend(one.now.and_then(object));
        }
        let mut items: BTreeMap<Kind, Vec<Item>> = BTreeMap::new();
        for ((document, _), judged) in new.iter().zip(all_judged(&new, manner)) {
            let Some(judged) = judged else {
                let remark = Remark::new(Faith::Invalid, "", "this is no JSON object: it is left out");
                let said = vec![(Some(Origin::document(document.key.as_str())), remark)];
                self.objects.bad.insert(Order::of(document), Bad { broken: None, said });
                continue;
            };
            let item = Item::kept(Order::of(document), judged);
            if item.judged.good {
                touched.object(item.judged.place.kind, &item.order);
                items.entry(item.judged.place.kind).or_default().push(item);
            } else {
                let bad = Bad { broken: Some(document.key.clone()), said: item.said() };
                self.objects.bad.insert(item.order, bad);
            }
        }
        items.into_iter().for_each(|(kind, items)| self.objects.put_all(kind, items));
    }
}

impl Touched {
    fn object(&mut self, kind: Kind, order: &Order) {
        self.kinds.insert(kind);
        if kind == Kind::Routes && !self.afresh {
            self.routes.insert(order.clone());
        }
    }

    /// Whether objects of one of these kinds may be others.
    pub(super) fn any(&self, kinds: &[Kind]) -> bool {
        kinds.iter().any(|kind| self.kinds.contains(kind))
    }
}

/// Items of a file; what was judged before is known by how it was written.
fn of_file(written: &mut HashMap<String, (Object, Arc<Judged>)>, found: Vec<Found>, manner: &Manner<'_>) -> Vec<Item> {
    let mut before = std::mem::take(written);
    let item = |(at, Found { place, object, origin }): (usize, Found)| {
        let key = place.to_string();
        let (object, judged) = match before.remove(&key).filter(|(old, _)| *old == object) {
            Some(known) => known,
            None => (object.clone(), Arc::new(Judged::of(place, object, manner))),
        };
        written.insert(key, (object, judged.clone()));
        Item::of_file(at, judged, origin)
    };
    found.into_iter().enumerate().map(item).collect()
}

/// The object that a document keeps.
fn object(document: &Document) -> Option<(&Document, Place)> {
    let is_object = file_kind(&document.key).is_none() && !document.bytes.starts_with(b"init_dir");
    Some((document, Place::of_key(&document.key).filter(|_| is_object)?))
}

/// Whether the object of a document is another now, or stands elsewhere.
fn is_other(one: &Difference<'_, Document>) -> bool {
    match (one.before, one.now) {
        (Some(before), Some(now)) => before.created != now.created || before.bytes != now.bytes,
        (_, _) => true,
    }
}

/// What documents hold, judged; nothing where that is no object.
fn all_judged(documents: &[(&Document, Place)], manner: &Manner<'_>) -> Vec<Option<Judged>> {
    of_each(documents, |(document, place)| {
        let Ok(Value::Object(object)) = serde_json::from_slice(&document.bytes) else { return None };
        Some(Judged::of(place.clone(), object, manner))
    })
}

//! What documents mean: settings and entities become one gateway.

mod answers;
mod consumer;
mod endpoint;
mod listener;
mod matching;
mod order;
mod rank;
mod remarks;
mod route;
mod scope;
mod table;
mod tls;
mod upstream;
mod vault;

pub(crate) use upstream::is_checked;

use crate::document;
use crate::entity::{Collection, Entity};
use crate::read::{Entities, Manner, Notes, declarative, is_settings, judge, resolve};
use crate::settings::{Lines, Settings, settings};
use dialect::findings::Findings;
use dialect::resolve::Environment;
use dialect::{Faith, Lowered};
use model::Gateway;
use model::secret::Secret;
use model::tls::Certificate;
use store::{Document, Documents};

/// What lowering looks at.
pub(crate) struct Lowering<'a> {
    pub(crate) entities: &'a Entities,
    pub(crate) settings: &'a Settings,
    pub(crate) notes: &'a mut Notes,
    /// Plugins that may be absent although they guard.
    pub(crate) allow_missing: &'a [String],
    /// Texts of files that settings name.
    documents: &'a Documents,
}

/// What the documents of a source mean.
pub fn lower(documents: &Documents, environment: &dyn Environment, allow_missing: &[String]) -> Lowered {
    let mut notes = Notes::default();
    let settings = read_settings(documents, environment, &mut notes);
    let entities = entities(documents, &settings, environment, &mut notes);
    let gateway = match notes.broken().is_empty() {
        true => gateway(&entities, &settings, &mut notes, environment, allow_missing, documents),
        false => Gateway::default(),
    };
    // what only lowering can see may break a document too
    let broken = notes.broken();
    let gateway = if broken.is_empty() { gateway } else { Gateway::default() };
    Lowered { gateway, findings: notes.into_findings(), broken }
}

/// The entities of documents: kept ones, and those of declarative files.
pub(crate) fn entities(
    documents: &Documents,
    settings: &Settings,
    environment: &dyn Environment,
    notes: &mut Notes,
) -> Entities {
    let mut found = document::kept(documents, notes);
    for document in documents.iter().filter(|document| is_declarative(document, settings)) {
        let text = String::from_utf8_lossy(&document.bytes);
        found.extend(declarative(&document.key, &text, environment, notes));
    }
    let posted = documents.iter().any(|document| document.key == document::POSTED);
    if let Some(text) = settings.declarative.as_ref().filter(|_| !posted) {
        found.extend(declarative("declarative_config_string", text, environment, notes));
    }
    judge(&mut found, Manner { flavor: settings.flavor }, notes);
    resolve(found, notes)
}

pub(crate) fn read_settings(documents: &Documents, environment: &dyn Environment, notes: &mut Notes) -> Settings {
    let file = documents.iter().find(|document| is_settings(&document.key));
    let key = file.map_or("environment", |file| file.key.as_str());
    let text = file.map(|file| String::from_utf8_lossy(&file.bytes).into_owned()).unwrap_or_default();
    let mut findings = Findings::new(key);
    let settings = settings(&Lines::read(&text), environment, &mut findings);
    notes.document(None, findings);
    settings
}

/// Whether a document holds entities: it is neither the settings nor a file that they name.
pub(crate) fn is_declarative(document: &Document, settings: &Settings) -> bool {
    let named = settings.templates.iter().map(|(_, file)| file);
    let certificates = settings.certificate.iter().chain(&settings.identity).chain(&settings.admin_certificate);
    let named = named.chain(certificates.flat_map(|(chain, key)| [chain, key]));
    !document::is_kept(&document.key)
        && !is_settings(&document.key)
        && !named.into_iter().any(|file| same_file(&document.key, file))
}

/// Whether a document is the file of this name, perhaps beside the settings.
fn same_file(key: &str, file: &str) -> bool {
    let name = |path: &str| path.rsplit('/').next().unwrap_or(path).to_owned();
    key == file || name(key) == name(file)
}

fn gateway(
    entities: &Entities,
    settings: &Settings,
    notes: &mut Notes,
    environment: &dyn Environment,
    allow_missing: &[String],
    documents: &Documents,
) -> Gateway {
    remarks::remark(entities, settings, notes);
    order::remark(entities, settings, notes);
    let live = vault::resolved(entities, settings, environment, notes);
    let mut at = Lowering { entities: &live, settings, notes, allow_missing, documents };
    let consumers = consumer::consumers(&mut at);
    let upstreams = endpoint::upstreams(&mut at);
    let table = table::table(&mut at);
    let listeners = listener::listeners(&table.id, &mut at);
    Gateway { listeners, tables: vec![table], upstreams: upstreams.into(), consumers }
}

impl Lowering<'_> {
    /// A remark on a field of an entity.
    pub(crate) fn say(&mut self, faith: Faith, entity: &Entity, field: &str, message: impl Into<String>) {
        self.notes.say(faith, entity, field, message);
    }

    /// The text of a file that settings name.
    pub(crate) fn file(&self, name: &str) -> Option<String> {
        file(name, self.documents)
    }

    /// The consumer of this id or name.
    pub(crate) fn consumer(&self, name: &str) -> Option<&Entity> {
        let consumers = self.entities.of(Collection::Consumers);
        self.entities
            .get(Collection::Consumers, name)
            .or_else(|| consumers.iter().find(|consumer| consumer.text("username") == Some(name)))
    }
}

/// A certificate out of the files of its chain and its key, for the names in it.
pub(crate) fn pair((chain, key): &(String, String), documents: &Documents) -> Option<Certificate> {
    let (chain, key) = (file(chain, documents)?, Secret::new(file(key, documents)?));
    Some(Certificate { hosts: Vec::new(), chain, key })
}

/// The text of a file that settings name.
fn file(name: &str, documents: &Documents) -> Option<String> {
    let document = documents.iter().find(|document| same_file(&document.key, name))?;
    Some(String::from_utf8_lossy(&document.bytes).into_owned())
}

/// The name of something of this source in the model.
pub(crate) fn name(kind: &str, entity: &Entity) -> String {
    format!("kong/{kind}/{}", entity.label())
}

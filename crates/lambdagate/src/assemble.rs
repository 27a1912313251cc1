//! From sources to one gateway: files → store → documents → lower → merge, then what the command line changes.

mod calls;
mod overrides;
#[cfg(test)]
mod tests;

pub(crate) use calls::{calls, function_calls, targets_mut};
pub(crate) use overrides::Overrides;

use crate::exit::Refusal;
use crate::findings::Texts;
use crate::local::LocalAccount;
use crate::source::{Declares, Language, Source};
use bytes::Bytes;
use dialect::resolve::ProcessEnvironment;
use dialect::{Dialect, Finding, Lowered, merge::merge};
use model::Gateway;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use store::memory::MemoryStore;
use store::{Change, Document, Revision, Store, StoreError};

/// The sources of the command line, and the store that their files are loaded into.
pub(crate) struct Assembler {
    sources: Vec<Opened>,
    store: MemoryStore,
    adjustments: Adjustments,
}

/// What is changed in a gateway after it was lowered.
#[derive(Default)]
pub(crate) struct Adjustments {
    /// Listeners of the command line.
    pub(crate) overrides: Overrides,
    /// Where functions are called on this machine.
    pub(crate) local: Option<LocalAccount>,
}

/// A source with its reader.
struct Opened {
    path: PathBuf,
    dialect: Box<dyn Dialect>,
    declares: Declares,
    /// The documents that are in force: of each key the newest revision that was accepted.
    accepted: Vec<Document>,
    /// Since when each of them.
    times: BTreeMap<String, SystemTime>,
}

/// What the store holds.
pub(crate) struct Stored {
    documents: Vec<Document>,
    /// The revision they stand at.
    pub(crate) revision: Revision,
}

/// A gateway that might come into force.
#[derive(Default)]
pub(crate) struct Draft {
    /// What all sources mean together.
    pub(crate) gateway: Gateway,
    /// How faithfully they were understood.
    pub(crate) findings: Vec<Finding>,
    /// Documents whose newest revision cannot be understood; their previous one stands in for it, if there is one.
    pub(crate) broken: Vec<String>,
    /// Newest texts by key.
    pub(crate) texts: Texts,
    /// Functions whose code the sources say is on this machine.
    pub(crate) functions: Vec<native::sam::Function>,
    /// For each source the documents it was made from.
    documents: Vec<Vec<Document>>,
}

/// A document in force.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub(crate) struct InForce {
    pub(crate) document: String,
    pub(crate) dialect: &'static str,
    pub(crate) revision: u64,
    pub(crate) since: String,
}

impl Assembler {
    /// Finds a reader for each source. Reads nothing yet.
    pub(crate) fn open(sources: &[Source], adjustments: Adjustments) -> Result<Self, Refusal> {
        let open = |Source { language, path }: &Source| Opened::new(*language, path);
        let sources = sources.iter().map(open).collect::<Result<_, _>>()?;
        Ok(Self { sources, store: MemoryStore::default(), adjustments })
    }

    /// Reads the files of every source into the store; nothing is stored when one of them cannot be read.
    pub(crate) async fn read(&self) -> anyhow::Result<()> {
        let (stored, revision) = self.store.list().await?;
        let stored: BTreeMap<&str, &Bytes> = stored.iter().map(|d| (d.key.as_str(), &d.bytes)).collect();
        let mut changes = Vec::new();
        let mut there = BTreeSet::new();
        for (at, source) in self.sources.iter().enumerate() {
            for dialect::Source { key, bytes } in source.dialect.read(&source.path)? {
                let (key, bytes) = (store_key(at, &key), Bytes::from(bytes));
                if stored.get(key.as_str()) != Some(&&bytes) {
                    changes.push(Change::Put { key: key.clone(), bytes, expires: None });
                }
                there.insert(key);
            }
        }
        let gone = stored.keys().filter(|key| !there.contains(**key));
        changes.extend(gone.map(|key| Change::Remove { key: (*key).to_owned() }));
        if !changes.is_empty() {
            self.store.commit(changes, Some(revision)).await?;
        }
        Ok(())
    }

    /// Waits until the store holds something newer than `revision`. Cancel-safe.
    pub(crate) async fn changed(&self, revision: Revision) -> Result<Revision, StoreError> {
        self.store.changed(revision).await
    }

    /// The documents of all sources.
    pub(crate) async fn stored(&self) -> Result<Stored, StoreError> {
        let (documents, revision) = self.store.list().await?;
        Ok(Stored { documents, revision })
    }

    /// What stored documents mean, together.
    pub(crate) fn assemble(&self, stored: &Stored) -> Result<Draft, Refusal> {
        let text = |document: &Document| (document_key(&document.key).to_owned(), document.bytes.clone());
        let mut draft = Draft { texts: stored.documents.iter().map(text).collect(), ..Draft::default() };
        let mut gateways = Vec::new();
        for (at, source) in self.sources.iter().enumerate() {
            let part = source.lower(newest(&stored.documents, at));
            gateways.push(part.gateway);
            draft.findings.extend(part.findings);
            draft.broken.extend(part.broken);
            draft.functions.extend((source.declares)(&part.documents, &ProcessEnvironment));
            draft.documents.push(part.documents);
        }
        draft.gateway = merge(gateways);
        self.adjustments.apply(&mut draft.gateway)?;
        Ok(draft)
    }

    /// A draft came into force: its documents are what a broken revision falls back to.
    pub(crate) fn accept(&mut self, draft: &Draft) {
        for (source, documents) in self.sources.iter_mut().zip(&draft.documents) {
            source.accept(documents);
        }
    }

    /// The documents in force.
    pub(crate) fn in_force(&self) -> Vec<InForce> {
        self.sources.iter().flat_map(Opened::in_force).collect()
    }

    /// Sources and the files in force: what is worth watching.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        let files = self.sources.iter().flat_map(|source| {
            let documents = source.accepted.iter().map(|document| PathBuf::from(&document.key));
            std::iter::once(source.path.clone()).chain(documents)
        });
        files.collect::<BTreeSet<_>>().into_iter().collect()
    }
}

impl Adjustments {
    fn apply(&self, gateway: &mut Gateway) -> Result<(), Refusal> {
        self.overrides.apply(gateway)?;
        if let Some(local) = &self.local {
            local.apply(gateway);
        }
        Ok(())
    }
}

/// What one source means.
struct Part {
    gateway: Gateway,
    findings: Vec<Finding>,
    broken: Vec<String>,
    documents: Vec<Document>,
}

impl Opened {
    fn new(language: Language, path: &Path) -> Result<Self, Refusal> {
        let (dialect, declares) = (language.dialect()?, language.declares());
        Ok(Self { path: path.to_owned(), dialect, declares, accepted: Vec::new(), times: BTreeMap::new() })
    }

    /// What the newest documents mean; a broken one is replaced by the revision in force. Findings are those of the newest.
    fn lower(&self, newest: Vec<Document>) -> Part {
        let Lowered { gateway, findings, broken } = self.dialect.lower(&newest, &ProcessEnvironment);
        if broken.is_empty() {
            return Part { gateway, findings, broken, documents: newest };
        }
        let previous = |key: &str| self.accepted.iter().find(|document| document.key == key).cloned();
        let stand_in = |document: Document| match broken.contains(&document.key) {
            true => previous(&document.key),
            false => Some(document),
        };
        let mixed: Vec<Document> = newest.into_iter().filter_map(stand_in).collect();
        let again = self.dialect.lower(&mixed, &ProcessEnvironment);
        if again.broken.is_empty() {
            return Part { gateway: again.gateway, findings, broken, documents: mixed };
        }
        // The old one does not go with the new ones around it (a file it names changed too): all of them stay old.
        let old = self.dialect.lower(&self.accepted, &ProcessEnvironment);
        Part { gateway: old.gateway, findings, broken, documents: self.accepted.clone() }
    }

    fn accept(&mut self, documents: &[Document]) {
        let same = |new: &&Document| self.accepted.iter().any(|old| old.key == new.key && old.modified == new.modified);
        let unchanged: BTreeSet<String> = documents.iter().filter(same).map(|document| document.key.clone()).collect();
        self.times.retain(|key, _| unchanged.contains(key));
        for document in documents {
            self.times.entry(document.key.clone()).or_insert_with(SystemTime::now);
        }
        self.accepted = documents.to_vec();
    }

    fn in_force(&self) -> impl Iterator<Item = InForce> {
        self.accepted.iter().map(|document| InForce {
            document: document.key.clone(),
            dialect: self.dialect.name(),
            revision: document.modified.0,
            since: self.times.get(&document.key).map(|time| moment(*time)).unwrap_or_default(),
        })
    }
}

/// A time for people and machines: RFC 3339, UTC, whole seconds.
pub(crate) fn moment(time: SystemTime) -> String {
    let seconds = time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let timestamp = jiff::Timestamp::from_second(i64::try_from(seconds).unwrap_or_default()).unwrap_or_default();
    timestamp.to_string()
}

/// The documents of one source, under their own keys.
fn newest(stored: &[Document], source: usize) -> Vec<Document> {
    let prefix = store_key(source, "");
    let own = |document: &Document| {
        let key = document.key.strip_prefix(&prefix)?.to_owned();
        Some(Document { key, ..document.clone() })
    };
    stored.iter().filter_map(own).collect()
}

/// Two sources may hold files of one path: in the store each key begins with the number of its source.
fn store_key(source: usize, key: &str) -> String {
    format!("{source}/{key}")
}

fn document_key(store_key: &str) -> &str {
    store_key.split_once('/').map_or(store_key, |(_, key)| key)
}

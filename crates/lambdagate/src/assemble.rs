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
use crate::source::{Declares, Source};
use bytes::Bytes;
use dialect::admin::AdminApi;
use dialect::resolve::ProcessEnvironment;
use dialect::{Dialect, Finding, Lowered, merge::merge};
use model::Gateway;
use std::collections::{BTreeMap, BTreeSet};
use std::future::poll_fn;
use std::path::PathBuf;
use std::sync::Arc;
use std::task::Poll;
use std::time::SystemTime;
use store::memory::MemoryStore;
use store::{Change, Document, Pending, Revision, Store, StoreError};

/// The sources of the command line, each with the store that its documents live in.
pub(crate) struct Assembler {
    sources: Vec<Opened>,
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

/// A source with its reader and its store.
struct Opened {
    path: PathBuf,
    dialect: Box<dyn Dialect>,
    /// What its files are loaded into.
    store: Arc<dyn Store>,
    declares: Declares,
    /// The documents that are in force: of each key the newest revision that was accepted.
    accepted: Vec<Document>,
    /// Since when each of them.
    times: BTreeMap<String, SystemTime>,
}

/// What the stores hold: for each source its documents, and the revision they stand at.
pub(crate) struct Stored {
    sources: Vec<(Vec<Document>, Revision)>,
}

/// For each source the revision of its store.
pub(crate) type Revisions = Vec<Revision>;

impl Stored {
    /// The revisions they stand at.
    pub(crate) fn revisions(&self) -> Revisions {
        self.sources.iter().map(|(_, revision)| *revision).collect()
    }

    /// As it would be with these changes of a source.
    pub(crate) fn with(mut self, source: usize, changes: &[Change]) -> Self {
        let (documents, revision) = &mut self.sources[source];
        let next = Revision(revision.0 + 1);
        let mut all: BTreeMap<String, Document> =
            std::mem::take(documents).into_iter().map(|document| (document.key.clone(), document)).collect();
        for change in changes {
            match change {
                Change::Put { key, bytes, expires } => {
                    let created = all.get(key).map_or(next, |old| old.created);
                    let (key, bytes, expires) = (key.clone(), bytes.clone(), *expires);
                    let document = Document { key: key.clone(), bytes, created, modified: next, expires };
                    all.insert(key, document);
                }
                Change::Remove { key } => drop(all.remove(key)),
            }
        }
        *documents = all.into_values().collect();
        self
    }
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
    /// The sources that those documents belong to.
    pub(crate) broken_sources: BTreeSet<usize>,
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
        let open = |source: &Source| Opened::new(source);
        let sources = sources.iter().map(open).collect::<Result<_, _>>()?;
        Ok(Self { sources, adjustments })
    }

    /// Reads the files of every source into its store; nothing is stored when one of them cannot be read.
    pub(crate) async fn read(&self) -> anyhow::Result<()> {
        let read = self.sources.iter().map(|source| source.dialect.read(&source.path));
        let read = read.collect::<Result<Vec<_>, _>>()?;
        for (source, files) in self.sources.iter().zip(read) {
            source.load(files).await?;
        }
        Ok(())
    }

    /// Waits until some store holds something newer than this. Cancel-safe.
    pub(crate) async fn changed(&self, seen: &[Revision]) {
        let waiting = self.sources.iter().zip(seen).map(|(source, seen)| source.store.changed(*seen));
        let mut waiting: Vec<_> = waiting.collect();
        poll_fn(|context| {
            // a store that cannot tell is not waited for; it says why when it is listed
            let told = |one: &mut Pending<'_, Revision>| matches!(one.as_mut().poll(context), Poll::Ready(Ok(_)));
            if waiting.iter_mut().any(told) { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }

    /// The documents of all sources.
    pub(crate) async fn stored(&self) -> Result<Stored, StoreError> {
        let mut sources = Vec::new();
        for source in &self.sources {
            sources.push(source.store.list().await?);
        }
        Ok(Stored { sources })
    }

    /// What stored documents mean, together.
    pub(crate) fn assemble(&self, stored: &Stored) -> Result<Draft, Refusal> {
        let mut draft = Draft::default();
        let mut gateways = Vec::new();
        for (at, (source, (documents, _))) in self.sources.iter().zip(&stored.sources).enumerate() {
            draft.texts.extend(documents.iter().map(|document| (document.key.clone(), document.bytes.clone())));
            let part = source.lower(documents.clone());
            gateways.push(part.gateway);
            draft.findings.extend(part.findings);
            draft.broken_sources.extend((!part.broken.is_empty()).then_some(at));
            draft.broken.extend(part.broken);
            draft.functions.extend((source.declares)(&part.documents, &ProcessEnvironment));
            draft.documents.push(part.documents);
        }
        draft.gateway = merge(gateways);
        self.adjustments.apply(&mut draft.gateway)?;
        Ok(draft)
    }

    /// The store of a source.
    pub(crate) fn store(&self, source: usize) -> Arc<dyn Store> {
        self.sources[source].store.clone()
    }

    /// The Admin APIs of the sources, with the numbers of these.
    pub(crate) fn admin_apis(&self) -> Vec<(usize, Arc<dyn AdminApi>)> {
        self.sources.iter().enumerate().filter_map(|(at, source)| Some((at, source.dialect.admin()?))).collect()
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
    fn new(source: &Source) -> Result<Self, Refusal> {
        let Source { language, path, allow_missing } = source;
        let (dialect, declares) = (language.dialect(allow_missing)?, language.declares());
        let store = Arc::new(MemoryStore::default());
        Ok(Self { path: path.to_owned(), dialect, store, declares, accepted: Vec::new(), times: BTreeMap::new() })
    }

    /// Makes the store hold these files and no others.
    async fn load(&self, files: Vec<dialect::Source>) -> Result<(), StoreError> {
        let (stored, revision) = self.store.list().await?;
        let stored: BTreeMap<&str, &[u8]> = stored.iter().map(|d| (d.key.as_str(), &*d.bytes)).collect();
        let there: BTreeSet<&str> = files.iter().map(|file| file.key.as_str()).collect();
        let gone = stored.keys().filter(|key| !there.contains(**key));
        let gone: Vec<Change> = gone.map(|key| Change::Remove { key: (*key).to_owned() }).collect();
        let new = files.iter().filter(|file| stored.get(file.key.as_str()) != Some(&&*file.bytes));
        let put = |file: &dialect::Source| {
            let (key, bytes) = (file.key.clone(), Bytes::copy_from_slice(&file.bytes));
            Change::Put { key, bytes, expires: None }
        };
        let changes: Vec<Change> = new.map(put).chain(gone).collect();
        if !changes.is_empty() {
            self.store.commit(changes, Some(revision)).await?;
        }
        Ok(())
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

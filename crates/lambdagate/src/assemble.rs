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
use dialect::admin::AdminApi;
use dialect::resolve::ProcessEnvironment;
use dialect::{Dialect, Finding, Lowered, ReadError, merge::merge};
use model::Gateway;
use std::collections::{BTreeMap, BTreeSet};
use std::future::poll_fn;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::SystemTime;
use store::embedded::EmbeddedStore;
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
    /// The file in which its entities are kept.
    kept: Option<PathBuf>,
    declares: Declares,
    /// The files that were last loaded.
    loaded: Mutex<Option<Vec<dialect::Source>>>,
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
        let read = self.sources.iter().map(Opened::read);
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

    /// The documents of all sources that have not ceased to be.
    pub(crate) async fn stored(&self) -> Result<Stored, StoreError> {
        let mut sources = Vec::new();
        let now = SystemTime::now();
        for source in &self.sources {
            let (mut documents, revision) = source.store.list().await?;
            documents.retain(|document| document.expires.is_none_or(|end| end > now));
            sources.push((documents, revision));
        }
        Ok(Stored { sources })
    }

    /// When the first of the documents in force ceases to be.
    pub(crate) fn first_end(&self) -> Option<SystemTime> {
        self.sources.iter().flat_map(|source| source.accepted.iter().filter_map(|document| document.expires)).min()
    }

    /// Forgets what has ceased to be.
    pub(crate) async fn forget(&self) -> Result<(), StoreError> {
        let now = SystemTime::now();
        for source in &self.sources {
            let over = |document: &Document| document.expires.is_some_and(|end| end <= now);
            let (documents, _) = source.store.list().await?;
            let gone = documents.into_iter().filter(over).map(|document| Change::Remove { key: document.key });
            let gone: Vec<Change> = gone.collect();
            if !gone.is_empty() {
                source.store.commit(gone, None).await?;
            }
        }
        Ok(())
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
    pub(crate) fn admin_apis(&self, draft: &Draft) -> Vec<(usize, Arc<dyn AdminApi>)> {
        let all = self.sources.iter().zip(&draft.documents).enumerate();
        let api = |(at, (source, documents)): (usize, (&Opened, &Vec<Document>))| {
            Some((at, source.dialect.admin(documents, &ProcessEnvironment)?))
        };
        all.filter_map(api).collect()
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
            let loaded = source.loaded.lock().unwrap_or_else(PoisonError::into_inner);
            let files = loaded.iter().flatten().map(|file| PathBuf::from(&file.key));
            std::iter::once(source.path.clone()).chain(files).collect::<Vec<_>>()
        });
        files.filter(|file| !file.as_os_str().is_empty()).collect::<BTreeSet<_>>().into_iter().collect()
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
        let Source { language, path, allow_missing, kept } = source;
        let (dialect, declares) = (language.dialect(allow_missing, kept.is_some()), language.declares());
        let store: Arc<dyn Store> = match kept {
            Some(file) => Arc::new(EmbeddedStore::open(file).map_err(cannot_keep)?),
            None => Arc::new(MemoryStore::default()),
        };
        let (path, kept) = (path.to_owned(), kept.clone());
        let (accepted, times, loaded) = (Vec::new(), BTreeMap::new(), Mutex::default());
        Ok(Self { path, dialect, store, kept, declares, accepted, times, loaded })
    }

    /// The files of the source; one that is only kept has none.
    fn read(&self) -> Result<Vec<dialect::Source>, ReadError> {
        if self.path.as_os_str().is_empty() { Ok(Vec::new()) } else { self.dialect.read(&self.path) }
    }

    /// Brings the store up to date with files that have changed; what an Admin API has put there since stays otherwise.
    async fn load(&self, files: Vec<dialect::Source>) -> Result<(), StoreError> {
        if self.loaded.lock().unwrap_or_else(PoisonError::into_inner).as_ref() == Some(&files) {
            return Ok(());
        }
        let (stored, revision) = self.store.list().await?;
        let changes = self.dialect.load(&files, &stored, &ProcessEnvironment);
        if !changes.is_empty() {
            self.store.commit(changes, Some(revision)).await?;
        }
        *self.loaded.lock().unwrap_or_else(PoisonError::into_inner) = Some(files);
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

    /// The documents in force; kept ones are one row together.
    fn in_force(&self) -> Vec<InForce> {
        let dialect = self.dialect.name();
        let since = |key: &str| self.times.get(key).copied();
        let of = |document: &Document| InForce {
            document: document.key.clone(),
            dialect,
            revision: document.modified.0,
            since: since(&document.key).map(moment).unwrap_or_default(),
        };
        let Some(file) = &self.kept else { return self.accepted.iter().map(of).collect() };
        vec![InForce {
            document: file.display().to_string(),
            dialect,
            revision: self.accepted.iter().map(|document| document.modified.0).max().unwrap_or_default(),
            since: self.times.values().max().copied().map(moment).unwrap_or_default(),
        }]
    }
}

fn cannot_keep(error: StoreError) -> Refusal {
    Refusal::new(format!("entities cannot be kept: {error}"), "give --data another folder")
}

/// A time for people and machines: RFC 3339, UTC, whole seconds.
pub(crate) fn moment(time: SystemTime) -> String {
    let seconds = time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let timestamp = jiff::Timestamp::from_second(i64::try_from(seconds).unwrap_or_default()).unwrap_or_default();
    timestamp.to_string()
}

//! A source with its reader and its store: where its objects live, what is loaded, and what of it is in force.

use super::moment;
use crate::exit::Refusal;
use crate::secrets::Secrets;
use crate::source::{Declares, Source};
use dialect::resolve::ProcessEnvironment;
use dialect::{Dialect, Finding, Home, Lowered, ReadError};
use model::Gateway;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;
use store::beside::Beside;
use store::embedded::EmbeddedStore;
use store::etcd::EtcdStore;
use store::memory::MemoryStore;
use store::{Document, Documents, Store, StoreError, differs};

/// A source with its reader and its store.
pub(super) struct Opened {
    pub(super) path: PathBuf,
    pub(super) dialect: Box<dyn Dialect>,
    /// What its files are loaded into, and where its objects live.
    pub(super) store: Arc<dyn Store>,
    /// Where its objects live when that is not its files: they are one row of the status page.
    pub(super) apart: Option<Apart>,
    pub(super) declares: Declares,
    /// The files that were last loaded.
    pub(super) loaded: Mutex<Option<Vec<dialect::Source>>>,
    /// The documents that are in force: of each key the newest revision that was accepted.
    pub(super) accepted: Documents,
    /// Since when each of them; of objects that live apart only the newest.
    pub(super) times: BTreeMap<String, SystemTime>,
    /// The newest revision of the objects in force that live apart, and their number.
    pub(super) newest_apart: (u64, usize),
    /// What its references stand for.
    pub(super) secrets: Secrets,
}

/// Objects that do not live in files.
pub(super) struct Apart {
    /// Where, for people.
    place: String,
    /// Whether a key is one of theirs.
    is_object: fn(&str) -> bool,
    /// Whether files become objects, and do not stay beside them.
    takes_files: bool,
}

/// A document in force.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub(crate) struct InForce {
    pub(crate) document: String,
    pub(crate) dialect: &'static str,
    pub(crate) revision: u64,
    pub(crate) since: String,
}

/// What one source means.
pub(super) struct Part {
    pub(super) gateway: Gateway,
    pub(super) findings: Vec<Finding>,
    pub(super) broken: Vec<String>,
    pub(super) documents: Documents,
}

impl Opened {
    pub(super) fn new(source: &Source) -> Result<Self, Refusal> {
        let (dialect, declares) = (source.dialect(), source.language.declares());
        let (store, apart) = housed(source, &*dialect)?;
        let (path, accepted, times, loaded) =
            (source.path.clone(), Documents::default(), BTreeMap::new(), Mutex::default());
        Ok(Self {
            path,
            dialect,
            store,
            apart,
            declares,
            accepted,
            times,
            loaded,
            newest_apart: (0, 0),
            secrets: Secrets::default(),
        })
    }

    /// The files of the source; one that is only kept has none.
    pub(super) fn read(&self) -> Result<Vec<dialect::Source>, ReadError> {
        files(&*self.dialect, &self.path)
    }

    /// Brings the store up to date with files that have changed; what an Admin API has put there since stays otherwise.
    pub(super) async fn load(&self, files: Vec<dialect::Source>) -> Result<(), StoreError> {
        if self.loaded.lock().unwrap_or_else(PoisonError::into_inner).as_ref() == Some(&files) {
            return Ok(());
        }
        let (mut stored, revision) = self.store.list().await?;
        if self.apart.as_ref().is_some_and(|apart| !apart.takes_files) {
            stored = stored.iter().filter(|document| !self.is_apart(&document.key)).cloned().collect();
        }
        let changes = self.dialect.load(&files, &stored, &ProcessEnvironment);
        if !changes.is_empty() {
            self.store.commit(changes, Some(revision)).await?;
        }
        *self.loaded.lock().unwrap_or_else(PoisonError::into_inner) = Some(files);
        Ok(())
    }

    /// The files that were last loaded.
    pub(super) fn loaded_files(&self) -> Vec<PathBuf> {
        let loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        loaded.iter().flatten().map(|file| PathBuf::from(&file.key)).collect()
    }

    fn is_apart(&self, key: &str) -> bool {
        self.apart.as_ref().is_some_and(|apart| (apart.is_object)(key))
    }

    /// When the first of the documents in force ceases to be.
    pub(super) fn first_end(&self) -> Option<SystemTime> {
        self.accepted.first_end()
    }

    /// What the newest documents mean; a broken one is replaced by the revision in force. Findings are those of the newest.
    pub(super) fn lower(&self, newest: &Documents) -> Part {
        let Lowered { gateway, findings, broken } = self.dialect.lower(newest, &self.secrets);
        if broken.is_empty() {
            return Part { gateway, findings, broken, documents: newest.clone() };
        }
        let mut mixed = newest.clone();
        for key in broken.iter().filter(|key| newest.find(key).is_some()) {
            match self.accepted.find(key) {
                Some(in_force) => drop(mixed.put(in_force.clone())),
                None => drop(mixed.take(key)),
            }
        }
        let again = self.dialect.lower(&mixed, &self.secrets);
        if again.broken.is_empty() {
            return Part { gateway: again.gateway, findings, broken, documents: mixed };
        }
        // The old one does not go with the new ones around it (a file it names changed too): all of them stay old.
        let old = self.dialect.lower(&self.accepted, &self.secrets);
        Part { gateway: old.gateway, findings, broken, documents: self.accepted.clone() }
    }

    pub(super) fn accept(&mut self, documents: Documents) {
        let now = SystemTime::now();
        let newest = self.newest_apart(&documents);
        for one in documents.differences(&self.accepted).filter(differs) {
            match (one.before, one.now) {
                (_, Some(document)) | (Some(document), None) if self.is_apart(&document.key) => {}
                (Some(before), Some(document)) if before.modified == document.modified => {}
                (_, Some(document)) => drop(self.times.insert(document.key.clone(), now)),
                (Some(gone), None) => drop(self.times.remove(&gone.key)),
                (None, None) => {}
            }
        }
        if let Some(apart) = &self.apart {
            let since = self.times.get(&apart.place).filter(|_| self.newest_apart == newest).copied();
            self.times.insert(apart.place.clone(), since.unwrap_or(now));
        }
        (self.accepted, self.newest_apart) = (documents, newest);
    }

    /// The newest revision of the objects that live apart, and their number. All are looked at only when the newest one
    /// has gone.
    fn newest_apart(&self, documents: &Documents) -> (u64, usize) {
        let apart = |document: &&Document| self.is_apart(&document.key);
        let ((newest, mut number), mut fresh, mut gone) = (self.newest_apart, 0, 0);
        for one in documents.differences(&self.accepted) {
            if let Some(before) = one.before.filter(apart) {
                (number, gone) = (number - 1, before.modified.0.max(gone));
            }
            if let Some(now) = one.now.filter(apart) {
                (number, fresh) = (number + 1, now.modified.0.max(fresh));
            }
        }
        if gone < newest || fresh >= newest {
            return (newest.max(fresh), number);
        }
        (documents.iter().filter(apart).map(|document| document.modified.0).max().unwrap_or(0), number)
    }

    /// The documents in force; objects that live apart are one row together.
    pub(super) fn in_force(&self) -> Vec<InForce> {
        let row = |document: &str, revision: u64| InForce {
            document: document.to_owned(),
            dialect: self.dialect.name(),
            revision,
            since: self.times.get(document).copied().map(moment).unwrap_or_default(),
        };
        let files = self.times.keys().filter_map(|key| self.accepted.find(key));
        let mut rows: Vec<InForce> = files.map(|document| row(&document.key, document.modified.0)).collect();
        rows.extend(self.apart.as_ref().map(|apart| row(&apart.place, self.newest_apart.0)));
        rows
    }
}

fn files(dialect: &dyn Dialect, path: &Path) -> Result<Vec<dialect::Source>, ReadError> {
    if path.as_os_str().is_empty() { Ok(Vec::new()) } else { dialect.read(path) }
}

/// The store of a source. Files that cannot be read are told of when they are loaded.
fn housed(source: &Source, dialect: &dyn Dialect) -> Result<(Arc<dyn Store>, Option<Apart>), Refusal> {
    let beside = |others: Arc<dyn Store>, place: String, is_object| {
        let store: Arc<dyn Store> = Arc::new(Beside::new(others, is_object));
        (store, Some(Apart { place, is_object, takes_files: false }))
    };
    let in_memory = || -> Arc<dyn Store> { Arc::new(MemoryStore::default()) };
    let home = dialect.home(&files(dialect, &source.path).unwrap_or_default(), &ProcessEnvironment);
    let home = home.map_err(|error| Refusal::new(error.to_string(), "see the settings of the source"))?;
    Ok(match (home, &source.kept, &source.data) {
        (Home::Files, Some(file), _) => {
            let place = file.display().to_string();
            (embedded(file)?, Some(Apart { place, is_object: |_| true, takes_files: true }))
        }
        (Home::Files, None, _) => (in_memory(), None),
        (Home::Memory(is_object), _, _) => beside(in_memory(), "memory".to_owned(), is_object),
        (Home::Kept(is_object), Some(file), _) => beside(embedded(file)?, file.display().to_string(), is_object),
        (Home::Kept(is_object), None, Some(data)) => {
            let file = data.join(format!("{}.redb", dialect.name()));
            beside(embedded(&file)?, file.display().to_string(), is_object)
        }
        (Home::Etcd(mut options), _, Some(data)) => {
            let (place, wanted) = (format!("etcd at {}", options.hosts.join(", ")), options.wanted);
            options.copy = Some(data.join(format!("{}-etcd.redb", dialect.name())));
            let store = EtcdStore::open(*options).map_err(cannot_ask)?;
            beside(Arc::new(store), place, wanted)
        }
        // who only looks at files opens nothing
        (Home::Kept(_) | Home::Etcd(_), _, None) => (in_memory(), None),
    })
}

fn embedded(file: &Path) -> Result<Arc<dyn Store>, Refusal> {
    let store = EmbeddedStore::open(file).map_err(cannot_keep)?;
    Ok(Arc::new(store))
}

fn cannot_keep(error: StoreError) -> Refusal {
    Refusal::new(format!("entities cannot be kept: {error}"), "give --data another folder")
}

fn cannot_ask(error: StoreError) -> Refusal {
    Refusal::new(error.to_string(), "")
}

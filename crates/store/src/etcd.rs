//! Documents in etcd: any number of processes share them, and each keeps the last ones it saw while etcd is away.
//!
//! What is under a prefix is listed once and then watched ([`follow`]); reading asks nobody. A commit is one transaction
//! that holds when none of its keys was changed by another meanwhile. Lists come by gRPC where that is spoken; all else is
//! said in the JSON form of etcd's API, version 3.

mod cluster;
mod commit;
mod copy;
mod follow;
mod grpc;
mod member;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;
mod wire;

use crate::held::{Changed, Held};
use crate::rows::broken;
use crate::{Change, Document, Documents, Pending, Revision, Store, StoreError};
use bytes::Bytes;
use cluster::Cluster;
use copy::Copy;
use net::tls::ClientTlsOptions;
use std::collections::VecDeque;
use std::fmt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Where the cluster is, and what of it is looked at.
#[derive(Clone, Debug)]
pub struct EtcdOptions {
    /// Its members: `http://host:port` or `https://host:port`; one is asked, the others when it is not there.
    pub hosts: Vec<String>,
    /// What the keys begin with, without a slash at its end: `/apisix`.
    pub prefix: String,
    /// What stands in its place, with the slash, in the keys of documents.
    pub root: &'static str,
    /// Whether the key, without its prefix, is that of a document; others are not looked at. A key that ends in a
    /// slash is a folder's mark and never a document.
    pub wanted: fn(&str) -> bool,
    /// What is between the text of a document and the value in etcd.
    pub coding: Option<Coding>,
    /// Who asks.
    pub user: Option<EtcdUser>,
    /// How members reached by `https` are trusted.
    pub tls: ClientTlsOptions,
    /// The name in their certificates, when it is not the one they are reached by.
    pub server_name: Option<String>,
    /// Until a member's answer.
    pub patience: Duration,
    /// How long a watch may be silent before it is begun anew.
    pub silence: Duration,
    /// How often it is tried to list at the start before the copy has to do.
    pub tries: usize,
    /// The file in which a copy of the documents is kept.
    pub copy: Option<PathBuf>,
}

/// How a document is written in etcd, by its key; both ways.
#[derive(Clone)]
pub struct Coding {
    /// From the document's text to the value.
    pub write: Recode,
    /// From the value to the document's text.
    pub read: Recode,
}

/// What makes of a key's bytes other bytes.
pub type Recode = Arc<dyn Fn(&str, Bytes) -> Bytes + Send + Sync>;

impl fmt::Debug for Coding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Coding")
    }
}

/// A user of etcd's.
#[derive(Clone)]
pub struct EtcdUser {
    /// Its name.
    pub name: String,
    /// Its password.
    pub password: String,
}

impl fmt::Debug for EtcdUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EtcdUser").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Documents of a cluster.
pub struct EtcdStore {
    shared: Arc<Shared>,
    /// The tasks that follow the cluster; made when somebody first asks for documents.
    following: Mutex<Option<Following>>,
}

/// Ends with its store.
struct Following(Vec<JoinHandle<()>>);

impl Drop for Following {
    fn drop(&mut self) {
        self.0.iter().for_each(JoinHandle::abort);
    }
}

struct Shared {
    options: EtcdOptions,
    cluster: Cluster,
    documents: Held,
    copy: Option<Copy>,
    /// What the start led to.
    start: watch::Sender<Start>,
    /// Nobody answers.
    away: AtomicBool,
    /// etcd's revision up to which the documents are complete.
    position: watch::Sender<u64>,
    /// etcd's revisions that brought the newest changes, oldest first.
    newest: Mutex<VecDeque<u64>>,
}

/// How many of the newest changes are remembered.
const NEWEST: usize = 64;

#[derive(Clone, Debug, PartialEq, Eq)]
enum Start {
    /// Nobody has answered yet.
    Waiting,
    /// The documents can be used: etcd's, or those of the copy.
    Usable,
    /// There is neither etcd nor a copy; it is tried on.
    Nothing(String),
}

impl EtcdStore {
    /// A store that connects when it is first asked. Fails on options that cannot be.
    pub fn open(options: EtcdOptions) -> Result<Self, StoreError> {
        let cluster = Cluster::new(&options)?;
        let origin = format!("{} {}", options.prefix, options.hosts.join(" "));
        let copy = options.copy.as_deref().and_then(|path| Copy::open(path, &origin, options.coding.clone()));
        let (all, revision) = copy.as_ref().map_or_else(Default::default, Copy::read);
        let shared = Shared {
            options,
            cluster,
            documents: Held::new(all, revision),
            copy,
            start: watch::channel(Start::Waiting).0,
            away: AtomicBool::new(false),
            position: watch::channel(0).0,
            newest: Mutex::default(),
        };
        Ok(Self { shared: Arc::new(shared), following: Mutex::default() })
    }

    /// Waits until there are documents.
    async fn usable(&self) -> Result<(), StoreError> {
        self.follow();
        let mut start = self.shared.start.subscribe();
        let started = start.wait_for(|start| *start != Start::Waiting).await.map(|start| start.clone());
        match started.unwrap_or(Start::Waiting) {
            Start::Nothing(cause) => Err(broken(&self.shared.cluster.place(), cause)),
            Start::Usable | Start::Waiting => Ok(()), // the sender lives in `self`: it is never left waiting
        }
    }

    fn follow(&self) {
        let mut following = self.following.lock().unwrap_or_else(PoisonError::into_inner);
        following.get_or_insert_with(|| {
            let (followed, copied) = (self.shared.clone(), self.shared.clone());
            let mut tasks = vec![tokio::spawn(async move { follow::follow(&followed).await })];
            if self.shared.copy.is_some() {
                tasks.push(tokio::spawn(async move { copy::keep(&copied).await }));
            }
            Following(tasks)
        });
    }
}

impl Shared {
    /// The document key of a key of etcd's.
    fn local(&self, key: &[u8]) -> Option<String> {
        let rest = std::str::from_utf8(key).ok()?.strip_prefix(&self.options.prefix)?.strip_prefix('/')?;
        let wanted = !rest.ends_with('/') && (self.options.wanted)(rest);
        wanted.then(|| format!("{}{rest}", self.options.root))
    }

    /// The key of etcd's for a document key.
    fn remote(&self, key: &str) -> Result<String, StoreError> {
        let rest = key.strip_prefix(self.options.root).filter(|rest| (self.options.wanted)(rest));
        let rest = rest.ok_or_else(|| broken(&self.cluster.place(), format!("{key:?} has no place there")))?;
        Ok(format!("{}/{rest}", self.options.prefix))
    }

    /// The first key under the prefix, and the first one behind it.
    fn range(&self) -> (String, String) {
        let prefix = &self.options.prefix;
        (format!("{prefix}/"), format!("{prefix}0")) // '0' follows '/'
    }

    /// A document as it came, in the form in which it is used.
    fn read(&self, mut document: Document) -> Document {
        if let Some(coding) = &self.options.coding {
            document.bytes = (coding.read)(&document.key, document.bytes);
        }
        document
    }

    /// The bytes of a document as they are kept.
    fn written(&self, key: &str, bytes: &Bytes) -> Bytes {
        match &self.options.coding {
            Some(coding) => (coding.write)(key, bytes.clone()),
            None => bytes.clone(),
        }
    }

    /// Puts a whole list in force.
    fn replace(&self, all: Documents, position: u64) {
        let next = self.next(position);
        if self.documents.is_empty() && !all.is_empty() {
            self.remember([position]);
            self.documents.begin(all.clone(), next);
            if let Some(copy) = &self.copy {
                copy.add_first(all, next);
            }
            return self.reach(position);
        }
        let changed = self.documents.replace(all, next);
        if !changed.is_empty() {
            self.remember([position]);
            self.keep(changed, next);
        }
        self.reach(position);
    }

    /// Puts changes in force that came in this order.
    fn apply(&self, changed: Changed, revisions: impl IntoIterator<Item = u64>, position: u64) {
        if !changed.is_empty() {
            let next = self.next(position);
            self.remember(revisions);
            self.documents.apply(changed.clone(), next);
            self.keep(changed, next);
        }
        self.reach(position);
    }

    /// etcd's revision, or the next one here when etcd has begun to count anew.
    fn next(&self, position: u64) -> Revision {
        Revision(position.max(self.documents.revision().0 + 1))
    }

    fn remember(&self, revisions: impl IntoIterator<Item = u64>) {
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        newest.extend(revisions);
        let surplus = newest.len().saturating_sub(NEWEST);
        newest.drain(..surplus);
    }

    fn keep(&self, changed: Changed, at: Revision) {
        if let Some(copy) = &self.copy {
            copy.add(changed, at);
        }
    }

    fn reach(&self, position: u64) {
        self.position.send_replace(position);
    }
}

impl Store for EtcdStore {
    fn list(&self) -> Pending<'_, (Documents, Revision)> {
        Box::pin(async {
            self.usable().await?;
            Ok(self.shared.documents.list())
        })
    }

    fn commit(&self, changes: Vec<Change>, expected: Option<Revision>) -> Pending<'_, Revision> {
        Box::pin(async move {
            self.usable().await?;
            commit::commit(&self.shared, changes, expected).await
        })
    }

    fn is_reachable(&self) -> bool {
        !self.shared.away.load(Ordering::Relaxed)
    }

    fn changed(&self, since: Revision) -> Pending<'_, Revision> {
        self.shared.documents.past(since)
    }
}

//! The documents of a store that this process holds: what every kind of store answers from.

use crate::{Change, Document, Documents, Pending, Revision, StoreError, differs};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// What became of documents, by key; `None`: they are gone.
pub(crate) type Changed = Vec<(String, Option<Document>)>;

/// Documents by key, with the revision they stand at.
pub(crate) struct Held {
    all: Mutex<Documents>,
    revision: watch::Sender<Revision>,
}

impl Held {
    pub(crate) fn new(all: Documents, revision: Revision) -> Self {
        Self { all: Mutex::new(all), revision: watch::channel(revision).0 }
    }

    pub(crate) fn revision(&self) -> Revision {
        *self.revision.borrow()
    }

    /// All of them, with their revision.
    pub(crate) fn list(&self) -> (Documents, Revision) {
        let all = self.locked();
        (all.clone(), self.revision())
    }

    /// The revision to commit at; a conflict when the store is not where the caller thinks.
    pub(crate) fn next(&self, expected: Option<Revision>) -> Result<Revision, StoreError> {
        let found = self.revision();
        match expected.filter(|expected| *expected != found) {
            Some(expected) => Err(StoreError::Conflict { expected, found }),
            None => Ok(Revision(found.0 + 1)),
        }
    }

    /// What a change would leave of its document; `None` when it removes it.
    pub(crate) fn changed_by(&self, change: Change, at: Revision) -> (String, Option<Document>) {
        match change {
            Change::Put { key, bytes, expires } => {
                let created = self.locked().find(&key).map_or(at, |old| old.created);
                (key.clone(), Some(Document { key, bytes, created, modified: at, expires }))
            }
            Change::Remove { key } => (key, None),
        }
    }

    /// Carries out what [`Self::changed_by`] told, and wakes who waits.
    pub(crate) fn apply(&self, changes: Changed, at: Revision) {
        let mut all = self.locked();
        for (key, document) in changes {
            match document {
                Some(document) => drop(all.put(document)),
                None => drop(all.take(&key)),
            }
        }
        self.revision.send_replace(at); // under the lock: a list never shows documents of another revision
    }

    /// Puts these in the place of all that are here, and tells what that changed. Nobody is woken for nothing.
    pub(crate) fn replace(&self, new: Documents, at: Revision) -> Changed {
        let mut all = self.locked();
        let differences = new.differences(&all).filter(differs);
        let changed: Changed =
            differences.filter_map(|one| Some((one.now.or(one.before)?.key.clone(), one.now.cloned()))).collect();
        if !changed.is_empty() {
            *all = new;
            self.revision.send_replace(at);
        }
        changed
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.locked().is_empty()
    }

    /// Puts these where none is yet.
    pub(crate) fn begin(&self, new: Documents, at: Revision) {
        let mut all = self.locked();
        *all = new;
        self.revision.send_replace(at);
    }

    /// The document of this key.
    pub(crate) fn find(&self, key: &str) -> Option<Document> {
        self.locked().find(key).cloned()
    }

    /// Waits until the revision is past `since`.
    pub(crate) fn past(&self, since: Revision) -> Pending<'_, Revision> {
        let mut watcher = self.revision.subscribe();
        Box::pin(async move {
            let waited = watcher.wait_for(|now| *now > since).await;
            Ok(waited.map_or(since, |now| *now)) // the sender lives in `self`, so waiting cannot fail
        })
    }

    fn locked(&self) -> MutexGuard<'_, Documents> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

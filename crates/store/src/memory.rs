//! Documents in memory: what a file is loaded into.

use crate::{Change, Document, Pending, Revision, Store, StoreError};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// A store that lives as long as the process.
pub struct MemoryStore {
    documents: Mutex<BTreeMap<String, Document>>,
    revision: watch::Sender<Revision>,
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self { documents: Mutex::default(), revision: watch::channel(Revision::default()).0 }
    }
}

impl MemoryStore {
    fn documents(&self) -> MutexGuard<'_, BTreeMap<String, Document>> {
        self.documents.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn commit_now(&self, changes: Vec<Change>, expected: Option<Revision>) -> Result<Revision, StoreError> {
        let mut documents = self.documents();
        let found = *self.revision.borrow();
        if let Some(expected) = expected.filter(|e| *e != found) {
            return Err(StoreError::Conflict { expected, found });
        }
        let next = Revision(found.0 + 1);
        for change in changes {
            apply(&mut documents, change, next);
        }
        self.revision.send_replace(next);
        Ok(next)
    }
}

fn apply(documents: &mut BTreeMap<String, Document>, change: Change, at: Revision) {
    match change {
        Change::Put { key, bytes, expires } => {
            let created = documents.get(&key).map_or(at, |old| old.created);
            documents.insert(key.clone(), Document { key, bytes, created, modified: at, expires });
        }
        Change::Remove { key } => {
            documents.remove(&key);
        }
    }
}

impl Store for MemoryStore {
    fn list(&self) -> Pending<'_, (Vec<Document>, Revision)> {
        let documents = self.documents();
        let revision = *self.revision.borrow();
        let all = documents.values().cloned().collect();
        Box::pin(std::future::ready(Ok((all, revision))))
    }

    fn commit(&self, changes: Vec<Change>, expected: Option<Revision>) -> Pending<'_, Revision> {
        Box::pin(std::future::ready(self.commit_now(changes, expected)))
    }

    fn changed(&self, since: Revision) -> Pending<'_, Revision> {
        let mut watcher = self.revision.subscribe();
        Box::pin(async move {
            let waited = watcher.wait_for(|now| *now > since).await;
            Ok(waited.map_or(since, |now| *now)) // the sender lives in `self`, so waiting cannot fail
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    fn put(key: &str, text: &'static str) -> Change {
        Change::Put { key: key.into(), bytes: Bytes::from_static(text.as_bytes()), expires: None }
    }

    #[tokio::test]
    async fn a_commit_is_listed_and_wakes_who_waits() {
        let store = MemoryStore::default();
        let waiting = store.changed(Revision(0));
        store.commit(vec![put("b", "1"), put("a", "1")], None).await.unwrap();
        assert_eq!(waiting.await.unwrap(), Revision(1));
        store.commit(vec![put("a", "2")], Some(Revision(1))).await.unwrap();
        let (all, revision) = store.list().await.unwrap();
        assert_eq!(revision, Revision(2));
        let seen: Vec<_> = all.iter().map(|d| (d.key.as_str(), d.created.0, d.modified.0)).collect();
        assert_eq!(seen, [("a", 1, 2), ("b", 1, 1)]);
    }

    #[tokio::test]
    async fn a_commit_on_an_old_revision_changes_nothing() {
        let store = MemoryStore::default();
        store.commit(vec![put("a", "1")], None).await.unwrap();
        let refused = store.commit(vec![Change::Remove { key: "a".into() }], Some(Revision(0))).await;
        assert!(matches!(refused, Err(StoreError::Conflict { .. })));
        assert_eq!(store.list().await.unwrap().0.len(), 1);
    }
}

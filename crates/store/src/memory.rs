//! Documents in memory: what a file is loaded into.

use crate::held::Held;
use crate::{Change, Documents, Pending, Revision, Store, StoreError};
use std::sync::{Mutex, PoisonError};

/// A store that lives as long as the process.
pub struct MemoryStore {
    documents: Held,
    /// Held while a commit decides and writes.
    committing: Mutex<()>,
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self { documents: Held::new(Documents::default(), Revision::default()), committing: Mutex::default() }
    }
}

impl MemoryStore {
    fn commit_now(&self, changes: Vec<Change>, expected: Option<Revision>) -> Result<Revision, StoreError> {
        let _one_at_a_time = self.committing.lock().unwrap_or_else(PoisonError::into_inner);
        let next = self.documents.next(expected)?;
        let changed = changes.into_iter().map(|change| self.documents.changed_by(change, next)).collect();
        self.documents.apply(changed, next);
        Ok(next)
    }
}

impl Store for MemoryStore {
    fn list(&self) -> Pending<'_, (Documents, Revision)> {
        Box::pin(std::future::ready(Ok(self.documents.list())))
    }

    fn commit(&self, changes: Vec<Change>, expected: Option<Revision>) -> Pending<'_, Revision> {
        Box::pin(std::future::ready(self.commit_now(changes, expected)))
    }

    fn changed(&self, since: Revision) -> Pending<'_, Revision> {
        self.documents.past(since)
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

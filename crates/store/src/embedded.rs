//! Documents in a file of this machine: what an Admin API wrote survives the process, and a loss of power.
//!
//! The file is redb's; it is written before a commit is answered, and read once, when it is opened.

use crate::held::Held;
use crate::rows::{Rows, broken};
use crate::{Change, Documents, Pending, Revision, Store, StoreError};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// A store in a file, held by one process at a time.
#[derive(Clone)]
pub struct EmbeddedStore {
    shared: Arc<Shared>,
}

struct Shared {
    rows: Rows,
    documents: Held,
    /// Held while a commit decides and writes.
    committing: Mutex<()>,
}

impl EmbeddedStore {
    /// Opens the file, or makes it, with its folders.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let rows = Rows::open(path)?;
        let (all, revision) = rows.read()?;
        let (documents, committing) = (Held::new(all, revision), Mutex::default());
        Ok(Self { shared: Arc::new(Shared { rows, documents, committing }) })
    }
}

impl Shared {
    /// Blocks until the disk has it.
    fn commit(&self, changes: Vec<Change>, expected: Option<Revision>) -> Result<Revision, StoreError> {
        let _one_at_a_time = self.committing.lock().unwrap_or_else(PoisonError::into_inner);
        let next = self.documents.next(expected)?;
        let changed = changes.into_iter().map(|change| self.documents.changed_by(change, next)).collect();
        self.rows.write(&changed, next)?;
        self.documents.apply(changed, next);
        Ok(next)
    }
}

impl Store for EmbeddedStore {
    fn list(&self) -> Pending<'_, (Documents, Revision)> {
        Box::pin(std::future::ready(Ok(self.shared.documents.list())))
    }

    fn commit(&self, changes: Vec<Change>, expected: Option<Revision>) -> Pending<'_, Revision> {
        let shared = self.shared.clone();
        Box::pin(async move {
            let place = shared.rows.place().to_owned();
            let written = tokio::task::spawn_blocking(move || shared.commit(changes, expected)).await;
            written.unwrap_or_else(|cause| Err(broken(&place, cause)))
        })
    }

    fn changed(&self, since: Revision) -> Pending<'_, Revision> {
        self.shared.documents.past(since)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use std::fs;
    use std::time::{Duration, SystemTime};

    fn put(key: &str, text: &'static str, expires: Option<SystemTime>) -> Change {
        Change::Put { key: key.into(), bytes: Bytes::from_static(text.as_bytes()), expires }
    }

    #[tokio::test]
    async fn what_was_committed_is_there_when_the_file_is_opened_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("below/gateway.redb");
        let end = SystemTime::UNIX_EPOCH + Duration::from_micros(1_700_000_000_000_001);
        let store = EmbeddedStore::open(&path).unwrap();
        let waiting = store.changed(Revision(0));
        store.commit(vec![put("b", "1", Some(end)), put("a", "1", None), put("gone", "", None)], None).await.unwrap();
        assert_eq!(waiting.await.unwrap(), Revision(1));
        store
            .commit(vec![put("a", "2", None), Change::Remove { key: "gone".into() }], Some(Revision(1)))
            .await
            .unwrap();
        let before = store.list().await.unwrap();
        drop(store);
        let after = EmbeddedStore::open(&path).unwrap().list().await.unwrap();
        assert_eq!(after, before);
        let seen: Vec<_> = after.0.iter().map(|d| (d.key.as_str(), d.created.0, d.modified.0, d.expires)).collect();
        assert_eq!((seen, after.1), (vec![("a", 1, 2, None), ("b", 1, 1, Some(end))], Revision(2)));
    }

    #[tokio::test]
    async fn a_commit_on_an_old_revision_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let store = EmbeddedStore::open(&folder.path().join("x")).unwrap();
        store.commit(vec![put("a", "1", None)], None).await.unwrap();
        let refused = store.commit(vec![Change::Remove { key: "a".into() }], Some(Revision(0))).await;
        assert!(matches!(refused, Err(StoreError::Conflict { .. })));
        assert_eq!(store.list().await.unwrap().0.len(), 1);
    }

    #[test]
    fn a_file_in_use_or_of_another_kind_is_refused_with_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        let _held = EmbeddedStore::open(&path).unwrap();
        let other = folder.path().join("y");
        fs::write(&other, "listen: 8000").unwrap();
        for (path, expected) in [(path, "another process"), (other, "y: ")] {
            let error = EmbeddedStore::open(&path).err().unwrap().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}

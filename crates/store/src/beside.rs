//! Documents of files beside a store of others: what describes a process stays with it, and is not shared.

use crate::memory::MemoryStore;
use crate::{Change, Documents, Pending, Revision, Store, StoreError};
use std::sync::Arc;

/// Two stores as one: files in memory, everything else in the other.
///
/// Its revision is the sum of both, so that it grows with either.
pub struct Beside {
    files: MemoryStore,
    others: Arc<dyn Store>,
    /// Whether a key is one of the others'.
    is_other: fn(&str) -> bool,
}

impl Beside {
    /// The store with files beside it.
    pub fn new(others: Arc<dyn Store>, is_other: fn(&str) -> bool) -> Self {
        Self { files: MemoryStore::default(), others, is_other }
    }

    fn splits(&self, changes: Vec<Change>) -> (Vec<Change>, Vec<Change>) {
        changes.into_iter().partition(|change| {
            let (Change::Put { key, .. } | Change::Remove { key }) = change;
            (self.is_other)(key)
        })
    }
}

impl Store for Beside {
    fn list(&self) -> Pending<'_, (Documents, Revision)> {
        Box::pin(async {
            let (files, first) = self.files.list().await?;
            let (others, second) = self.others.list().await?;
            Ok((merged(&files, others), Revision(first.0 + second.0)))
        })
    }

    fn commit(&self, changes: Vec<Change>, expected: Option<Revision>) -> Pending<'_, Revision> {
        Box::pin(async move {
            let files = self.files.list().await?.1;
            let below = expected.map(|expected| Revision(expected.0.saturating_sub(files.0)));
            let (others, own) = self.splits(changes);
            let others = match others.is_empty() {
                true => self.others.list().await?.1,
                false => self.others.commit(others, below).await.map_err(|error| raised(error, files))?,
            };
            let files = if own.is_empty() { files } else { self.files.commit(own, None).await? };
            Ok(Revision(files.0 + others.0))
        })
    }

    fn is_reachable(&self) -> bool {
        self.others.is_reachable()
    }

    fn changed(&self, since: Revision) -> Pending<'_, Revision> {
        Box::pin(async move {
            let files = self.files.list().await?.1;
            let below = Revision(since.0.saturating_sub(files.0));
            tokio::select! {
                others = self.others.changed(below) => Ok(Revision(files.0 + others?.0)),
                own = self.files.changed(files) => Ok(Revision(own?.0 + below.0)),
            }
        })
    }
}

/// Both in order of key.
fn merged(files: &Documents, mut others: Documents) -> Documents {
    files.iter().for_each(|file| drop(others.put(file.clone())));
    others
}

/// A conflict of the others, in the revisions of both.
fn raised(error: StoreError, files: Revision) -> StoreError {
    match error {
        StoreError::Conflict { expected, found } => {
            StoreError::Conflict { expected: Revision(expected.0 + files.0), found: Revision(found.0 + files.0) }
        }
        StoreError::Broken { .. } => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    fn put(key: &str) -> Change {
        Change::Put { key: key.into(), bytes: Bytes::new(), expires: None }
    }

    #[tokio::test]
    async fn files_and_others_are_listed_together_and_kept_apart() {
        let others = Arc::new(MemoryStore::default());
        let store = Beside::new(others.clone(), |key| key.starts_with("routes/"));
        let first = store.commit(vec![put("routes/1"), put("config.yaml"), put("z")], None).await.unwrap();
        let (all, revision) = store.list().await.unwrap();
        let keys: Vec<_> = all.iter().map(|document| document.key.as_str()).collect();
        assert_eq!((keys, revision), (vec!["config.yaml", "routes/1", "z"], first));
        assert_eq!(others.list().await.unwrap().0.len(), 1);
    }

    #[tokio::test]
    async fn a_change_of_either_wakes_and_an_old_revision_is_refused() {
        let others = Arc::new(MemoryStore::default());
        let store = Beside::new(others.clone(), |key| key.starts_with("routes/"));
        let first = store.commit(vec![put("config.yaml"), put("routes/1")], None).await.unwrap();
        others.commit(vec![put("routes/2")], None).await.unwrap();
        let second = store.changed(first).await.unwrap();
        assert_eq!(second, Revision(first.0 + 1));
        let refused = store.commit(vec![put("routes/3")], Some(first)).await;
        assert!(matches!(refused, Err(StoreError::Conflict { found, .. }) if found == second), "{refused:?}");
        let waiting = store.changed(second);
        let third = store.commit(vec![put("config.yaml")], Some(second)).await.unwrap();
        assert_eq!(waiting.await.unwrap(), third);
    }
}

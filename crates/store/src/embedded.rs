//! Documents in a file of this machine: what an Admin API wrote survives the process, and a loss of power.
//!
//! The file is redb's; it is written before a commit is answered, and read once, when it is opened.

use crate::documents::Documents;
use crate::{Change, Document, Pending, Revision, Store, StoreError};
use bytes::Bytes;
use redb::{Database, DatabaseError, ReadableDatabase, ReadableTable, TableDefinition};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

/// Key → [`packed`] document.
const DOCUMENTS: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("documents");
/// One row: how many commits there were.
const REVISION: TableDefinition<'_, &str, u64> = TableDefinition::new("revision");
const COMMITS: &str = "commits";

/// A store in a file, held by one process at a time.
#[derive(Clone)]
pub struct EmbeddedStore {
    shared: Arc<Shared>,
}

struct Shared {
    place: String,
    database: Database,
    documents: Documents,
    /// Held while a commit decides and writes.
    committing: Mutex<()>,
}

impl EmbeddedStore {
    /// Opens the file, or makes it, with its folders.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let place = path.display().to_string();
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|cause| broken(&place, cause))?;
        }
        let database = Database::create(path).map_err(|cause| match cause {
            DatabaseError::DatabaseAlreadyOpen => broken(&place, "another process uses it: end that one first"),
            other => broken(&place, other),
        })?;
        let (all, revision) = read(&database).map_err(|cause| broken(&place, cause))?;
        let (documents, committing) = (Documents::new(all, revision), Mutex::default());
        Ok(Self { shared: Arc::new(Shared { place, database, documents, committing }) })
    }
}

impl Shared {
    /// Blocks until the disk has it.
    fn commit(&self, changes: Vec<Change>, expected: Option<Revision>) -> Result<Revision, StoreError> {
        let _one_at_a_time = self.committing.lock().unwrap_or_else(PoisonError::into_inner);
        let next = self.documents.next(expected)?;
        let changed: Vec<_> = changes.into_iter().map(|change| self.documents.changed_by(change, next)).collect();
        write(&self.database, &changed, next).map_err(|cause| broken(&self.place, cause))?;
        self.documents.apply(changed, next);
        Ok(next)
    }
}

impl Store for EmbeddedStore {
    fn list(&self) -> Pending<'_, (Vec<Document>, Revision)> {
        Box::pin(std::future::ready(Ok(self.shared.documents.list())))
    }

    fn commit(&self, changes: Vec<Change>, expected: Option<Revision>) -> Pending<'_, Revision> {
        let shared = self.shared.clone();
        Box::pin(async move {
            let place = shared.place.clone();
            let written = tokio::task::spawn_blocking(move || shared.commit(changes, expected)).await;
            written.unwrap_or_else(|cause| Err(broken(&place, cause)))
        })
    }

    fn changed(&self, since: Revision) -> Pending<'_, Revision> {
        self.shared.documents.past(since)
    }
}

type Everything = (BTreeMap<String, Document>, Revision);

fn read(database: &Database) -> Result<Everything, Box<redb::Error>> {
    // a new file has no tables until a transaction opens them for writing
    let making = database.begin_write().map_err(boxed)?;
    making.open_table(DOCUMENTS).map_err(boxed)?;
    making.open_table(REVISION).map_err(boxed)?;
    making.commit().map_err(boxed)?;
    let reading = database.begin_read().map_err(boxed)?;
    let commits = reading.open_table(REVISION).map_err(boxed)?.get(COMMITS).map_err(boxed)?;
    let mut all = BTreeMap::new();
    for row in reading.open_table(DOCUMENTS).map_err(boxed)?.iter().map_err(boxed)? {
        let (key, value) = row.map_err(boxed)?;
        let key = key.value().to_owned();
        let unreadable = || boxed(redb::StorageError::Corrupted(format!("the document {key:?} is cut short")));
        let document = unpacked(&key, value.value()).ok_or_else(unreadable)?;
        all.insert(key, document);
    }
    Ok((all, Revision(commits.map_or(0, |row| row.value()))))
}

fn write(
    database: &Database,
    changed: &[(String, Option<Document>)],
    revision: Revision,
) -> Result<(), Box<redb::Error>> {
    let writing = database.begin_write().map_err(boxed)?;
    {
        let mut documents = writing.open_table(DOCUMENTS).map_err(boxed)?;
        for (key, document) in changed {
            match document {
                Some(document) => drop(documents.insert(key.as_str(), &*packed(document)).map_err(boxed)?),
                None => drop(documents.remove(key.as_str()).map_err(boxed)?),
            }
        }
        writing.open_table(REVISION).map_err(boxed)?.insert(COMMITS, revision.0).map_err(boxed)?;
    }
    writing.commit().map_err(boxed)
}

/// Three numbers of 8 bytes, little end first (created, modified, end in µs since 1970, 0 for none), then the text.
fn packed(document: &Document) -> Vec<u8> {
    let end = document.expires.and_then(|end| end.duration_since(SystemTime::UNIX_EPOCH).ok());
    let end = end.map_or(0, |since| u64::try_from(since.as_micros()).unwrap_or(u64::MAX));
    let mut row = Vec::with_capacity(24 + document.bytes.len());
    for number in [document.created.0, document.modified.0, end] {
        row.extend_from_slice(&number.to_le_bytes());
    }
    row.extend_from_slice(&document.bytes);
    row
}

fn unpacked(key: &str, row: &[u8]) -> Option<Document> {
    let number = |at: usize| Some(u64::from_le_bytes(row.get(at..at + 8)?.try_into().ok()?));
    let (created, modified, end) = (number(0)?, number(8)?, number(16)?);
    let expires = (end > 0).then(|| SystemTime::UNIX_EPOCH + Duration::from_micros(end));
    let bytes = Bytes::copy_from_slice(row.get(24..)?);
    Some(Document { key: key.to_owned(), bytes, created: Revision(created), modified: Revision(modified), expires })
}

fn broken(place: &str, cause: impl ToString) -> StoreError {
    StoreError::Broken { place: place.to_owned(), cause: cause.to_string() }
}

fn boxed(cause: impl Into<redb::Error>) -> Box<redb::Error> {
    Box::new(cause.into())
}

#[cfg(test)]
mod tests {
    use super::*;

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

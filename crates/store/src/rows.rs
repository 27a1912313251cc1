//! Documents as rows of a file of redb's: read once, when it is opened; written commit by commit.

use crate::held::Changed;
use crate::{Document, Documents, Revision, StoreError};
use bytes::Bytes;
use redb::{Database, DatabaseError, ReadableDatabase, ReadableTable, TableDefinition};
use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// Key → [`packed`] document.
const DOCUMENTS: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("documents");
/// One row: the revision of the last commit.
const REVISION: TableDefinition<'_, &str, u64> = TableDefinition::new("revision");
const COMMITS: &str = "commits";
/// One row: what the documents are a copy of.
const ORIGIN: TableDefinition<'_, &str, &str> = TableDefinition::new("origin");
const NAME: &str = "name";

/// A file of documents, held by one process at a time.
pub(crate) struct Rows {
    place: String,
    database: Database,
}

/// All documents, and the revision they stand at.
pub(crate) type Everything = (Documents, Revision);

impl Rows {
    /// Opens the file, or makes it, with its folders.
    pub(crate) fn open(path: &Path) -> Result<Self, StoreError> {
        let place = path.display().to_string();
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|cause| broken(&place, cause))?;
        }
        make(path).map_err(|cause| broken(&place, cause))?;
        let database = Database::create(path).map_err(|cause| match cause {
            DatabaseError::DatabaseAlreadyOpen => broken(&place, "another process uses it: end that one first"),
            other => broken(&place, other),
        })?;
        Ok(Self { place, database })
    }

    /// The file's path.
    pub(crate) fn place(&self) -> &str {
        &self.place
    }

    /// Everything in it.
    pub(crate) fn read(&self) -> Result<Everything, StoreError> {
        read(&self.database).map_err(|cause| broken(&self.place, cause))
    }

    /// Writes what changed. Blocks until the disk has it.
    pub(crate) fn write(&self, changed: &Changed, revision: Revision) -> Result<(), StoreError> {
        write(&self.database, changed, revision).map_err(|cause| broken(&self.place, cause))
    }

    /// Makes it a copy of this origin; one of another origin is emptied.
    pub(crate) fn belong_to(&self, origin: &str) -> Result<(), StoreError> {
        belong_to(&self.database, origin).map_err(|cause| broken(&self.place, cause))
    }
}

/// Makes the file for nobody else to read: entities hold secrets.
fn make(path: &Path) -> std::io::Result<()> {
    let mut new = fs::OpenOptions::new();
    new.create_new(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut new, 0o600);
    match new.open(path) {
        Err(cause) if cause.kind() != std::io::ErrorKind::AlreadyExists => Err(cause),
        _ => Ok(()),
    }
}

fn read(database: &Database) -> Result<Everything, Box<redb::Error>> {
    // a new file has no tables until a transaction opens them for writing
    let making = database.begin_write().map_err(boxed)?;
    making.open_table(DOCUMENTS).map_err(boxed)?;
    making.open_table(REVISION).map_err(boxed)?;
    making.commit().map_err(boxed)?;
    let reading = database.begin_read().map_err(boxed)?;
    let commits = reading.open_table(REVISION).map_err(boxed)?.get(COMMITS).map_err(boxed)?;
    let mut all = Vec::new();
    for row in reading.open_table(DOCUMENTS).map_err(boxed)?.iter().map_err(boxed)? {
        let (key, value) = row.map_err(boxed)?;
        let key = key.value().to_owned();
        let unreadable = || boxed(redb::StorageError::Corrupted(format!("the document {key:?} is cut short")));
        all.push(unpacked(&key, value.value()).ok_or_else(unreadable)?);
    }
    Ok((all.into_iter().collect(), Revision(commits.map_or(0, |row| row.value()))))
}

fn write(database: &Database, changed: &Changed, revision: Revision) -> Result<(), Box<redb::Error>> {
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

fn belong_to(database: &Database, origin: &str) -> Result<(), Box<redb::Error>> {
    let writing = database.begin_write().map_err(boxed)?;
    {
        let mut origins = writing.open_table(ORIGIN).map_err(boxed)?;
        let same = origins.get(NAME).map_err(boxed)?.is_some_and(|found| found.value() == origin);
        if !same {
            origins.insert(NAME, origin).map_err(boxed)?;
            writing.delete_table(DOCUMENTS).map_err(boxed)?;
            writing.delete_table(REVISION).map_err(boxed)?;
        }
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

pub(crate) fn broken(place: &str, cause: impl ToString) -> StoreError {
    StoreError::Broken { place: place.to_owned(), cause: cause.to_string() }
}

fn boxed(cause: impl Into<redb::Error>) -> Box<redb::Error> {
    Box::new(cause.into())
}

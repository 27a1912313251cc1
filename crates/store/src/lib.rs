//! Where documents live: list, commit, changed. Knows no dialect; a document is bytes with key and revision.

pub mod beside;
mod documents;
pub mod embedded;
pub mod etcd;
mod held;
pub mod memory;
mod rows;

pub use documents::{Documents, differs};

use bytes::Bytes;
use std::future::Future;
use std::pin::Pin;
use std::time::SystemTime;

/// A piece of configuration as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Its key; a file's key is its path relative to the source.
    pub key: String,
    /// Its text.
    pub bytes: Bytes,
    /// The store's revision at which it came to be.
    pub created: Revision,
    /// The store's revision at which it was last changed.
    pub modified: Revision,
    /// When it ceases to be.
    pub expires: Option<SystemTime>,
}

/// Counts the commits of a store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Revision(pub u64);

/// One change of a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Puts a document.
    Put {
        /// Key.
        key: String,
        /// New text.
        bytes: Bytes,
        /// When it ceases to be.
        expires: Option<SystemTime>,
    },
    /// Removes a document; one that is not there is no error.
    Remove {
        /// Key.
        key: String,
    },
}

/// Why a store refused.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Someone else was first: list again and decide anew.
    #[error("the store is at revision {}, not at {}", found.0, expected.0)]
    Conflict {
        /// Asked for.
        expected: Revision,
        /// There.
        found: Revision,
    },
    /// What it keeps cannot be read or written.
    #[error("{place}: {cause}")]
    Broken {
        /// The store's file or address.
        place: String,
        /// Why, and what to do.
        cause: String,
    },
}

/// A future of a store's operation.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// A place where documents live.
pub trait Store: Send + Sync {
    /// All documents, and the revision they stand at.
    fn list(&self) -> Pending<'_, (Documents, Revision)>;

    /// Carries out all changes or none. `expected` refuses when the store has moved on. The answer is the revision up to
    /// which the caller knows everything: an older one than the commit's when others wrote at the same time.
    fn commit(&self, changes: Vec<Change>, expected: Option<Revision>) -> Pending<'_, Revision>;

    /// Whether the place where documents live could be asked lately.
    fn is_reachable(&self) -> bool {
        true
    }

    /// Waits until the store is past `since`.
    fn changed(&self, since: Revision) -> Pending<'_, Revision>;
}

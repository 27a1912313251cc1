//! What every configuration language has in common: reading, lowering, findings, references, merging.

pub mod absent;
pub mod admin;
pub mod finding;
pub mod findings;
#[cfg(feature = "golden")]
pub mod golden;
pub mod merge;
pub mod resolve;
pub mod tree;

pub use finding::{Faith, Finding, Place};

use admin::{AdminApi, Port};
use bytes::Bytes;
use model::Gateway;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use store::etcd::EtcdOptions;
use store::{Change, Document, Documents};

/// Where the objects of a source live. Where that is not its files, a key tells whether it is an object's.
#[derive(Debug)]
pub enum Home {
    /// In its files, with everything else.
    Files,
    /// In a file that is written here; its files only describe the process.
    Kept(fn(&str) -> bool),
    /// In memory: whoever wrote them writes them again.
    Memory(fn(&str) -> bool),
    /// In a cluster, which others may use too.
    Etcd(Box<EtcdOptions>),
}

/// A configuration language.
pub trait Dialect: Send + Sync {
    /// `native`, `kong`, `apisix`, `gravitee`: the origin in ids.
    fn name(&self) -> &'static str;

    /// The documents of a file or folder. Fails only on what cannot be read at all.
    fn read(&self, path: &Path) -> Result<Vec<Source>, ReadError>;

    /// What documents mean. Pure over its input: never fails as a whole, but returns what it understood, with findings.
    fn lower(&self, documents: &Documents, environment: &dyn resolve::Environment) -> Lowered;

    /// The changes that bring a store up to date with files: it then holds these and no others.
    fn load(&self, files: &[Source], stored: &Documents, environment: &dyn resolve::Environment) -> Vec<Change> {
        let _ = environment;
        as_they_are(files, stored.iter())
    }

    /// Where the objects of a source with these files live.
    fn home(&self, files: &[Source], environment: &dyn resolve::Environment) -> Result<Home, ReadError> {
        let _ = (files, environment);
        Ok(Home::Files)
    }

    /// Where the secrets are kept that these references lead to, in their order.
    fn kept_secrets(
        &self,
        references: &[String],
        documents: &Documents,
        environment: &dyn resolve::Environment,
    ) -> Vec<Result<resolve::Wanted, String>> {
        let _ = (documents, environment);
        references.iter().map(|_| Err("secrets are not kept elsewhere here".to_owned())).collect()
    }

    /// Its Admin API for a source with these documents, if it has one.
    fn admin(&self, documents: &Documents, environment: &dyn resolve::Environment) -> Option<Arc<dyn AdminApi>> {
        let _ = (documents, environment);
        None
    }

    /// Its ports beside that of its Admin API.
    fn ports(&self, documents: &Documents, environment: &dyn resolve::Environment) -> Vec<Port> {
        let _ = (documents, environment);
        Vec::new()
    }
}

/// The changes that put files in the place of stored documents.
pub fn as_they_are<'d>(files: &[Source], stored: impl Iterator<Item = &'d Document>) -> Vec<Change> {
    let stored: BTreeMap<&str, &[u8]> = stored.map(|document| (document.key.as_str(), &*document.bytes)).collect();
    let there: BTreeSet<&str> = files.iter().map(|file| file.key.as_str()).collect();
    let gone = stored.keys().filter(|key| !there.contains(**key));
    let gone = gone.map(|key| Change::Remove { key: (*key).to_owned() });
    let new = files.iter().filter(|file| stored.get(file.key.as_str()) != Some(&&*file.bytes));
    let put = |file: &Source| {
        let (key, bytes) = (file.key.clone(), Bytes::copy_from_slice(&file.bytes));
        Change::Put { key, bytes, expires: None }
    };
    new.map(put).chain(gone).collect()
}

/// A document on its way into a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The document's key: the file's path as given.
    pub key: String,
    /// Its text.
    pub bytes: Vec<u8>,
}

/// What lowering gave.
#[derive(Debug, Default)]
pub struct Lowered {
    /// What was understood.
    pub gateway: Gateway,
    /// How faithfully.
    pub findings: Vec<Finding>,
    /// Whether a document could not be understood at all: reload then keeps its previous revision.
    pub broken: Vec<String>,
}

/// Why a source could not be read at all.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file system said no.
    #[error("{path}: {cause}")]
    Io {
        /// The path.
        path: String,
        /// Why.
        cause: std::io::Error,
    },
    /// Nothing there that this dialect reads.
    #[error("{path}: {remedy}")]
    Nothing {
        /// The path.
        path: String,
        /// What was looked for, and what to do.
        remedy: String,
    },
}

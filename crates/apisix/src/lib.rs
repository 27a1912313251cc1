//! The Apache APISIX dialect: its files and settings, lowered to the model.
//!
//! [`schema`] says how objects are described and judged, [`entity`] and [`plugin`] what there is, [`check`](mod@check)
//! what is wrong with an object in the Admin API's words, [`document`] how objects are kept one by one, [`read`](mod@read)
//! how files become objects, [`lower`](mod@lower) what they mean. Not the traffic: that is `proxy`.

pub mod admin;
pub mod check;
pub mod crypt;
pub mod document;
pub mod entity;
mod home;
mod lower;
mod metrics;
pub mod plugin;
pub mod read;
pub mod schema;
mod secret;
pub mod settings;
mod told;

pub use lower::{Memory, lower, read_settings};

use admin::{Admin, Rules};
use bytes::Bytes;
use dialect::admin::{AdminApi, Port};
use dialect::resolve::{Environment, Wanted};
use dialect::{Dialect, Home, Lowered, ReadError, Source};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use store::{Document, Documents, Revision};

/// The Apache APISIX dialect.
#[derive(Default)]
pub struct Apisix {
    /// Plugins that guard, are not there, and whose routes stand open nevertheless.
    pub allow_missing: Vec<String>,
    kept: bool,
    data: Option<PathBuf>,
    memory: Mutex<Memory>,
}

impl Apisix {
    /// The dialect with plugins that may be missing.
    pub fn new(allow_missing: &[String]) -> Self {
        Self { allow_missing: allow_missing.to_vec(), ..Self::default() }
    }

    /// The same with a folder for what it keeps of its own; without one there is no Admin API. `kept`: objects are kept
    /// here, whatever the settings say.
    pub fn with_data(self, data: Option<PathBuf>, kept: bool) -> Self {
        Self { data, kept, ..self }
    }
}

impl Dialect for Apisix {
    fn name(&self) -> &'static str {
        "apisix"
    }

    fn read(&self, path: &Path) -> Result<Vec<Source>, ReadError> {
        read::files(path)
    }

    fn lower(&self, documents: &Documents, environment: &dyn Environment) -> Lowered {
        let mut kept = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        let mut memory = std::mem::take(&mut *kept); // half a change is never remembered
        let lowered = lower(documents, environment, &self.allow_missing, &mut memory);
        *kept = memory;
        lowered
    }

    fn home(&self, files: &[Source], environment: &dyn Environment) -> Result<Home, ReadError> {
        let documents: Documents = files.iter().map(document).collect();
        home::home(&read_settings(&documents, environment), files, self.kept)
    }

    fn kept_secrets(
        &self,
        references: &[String],
        documents: &Documents,
        environment: &dyn Environment,
    ) -> Vec<Result<Wanted, String>> {
        secret::kept_secrets(references, documents, environment)
    }

    fn admin(&self, documents: &Documents, environment: &dyn Environment) -> Option<Arc<dyn AdminApi>> {
        let data = self.data.as_ref()?;
        let files: Documents = documents.iter().filter(|one| !home::is_object(&one.key)).cloned().collect();
        let settings = read_settings(&files, environment);
        let sources: Vec<Source> = files.iter().map(source).collect();
        let home = match home::home(&settings, &sources, self.kept).ok()? {
            Home::Files => return None,
            Home::Memory(_) => admin::Home::Whole,
            Home::Kept(_) | Home::Etcd(_) => admin::Home::Objects,
        };
        Some(Arc::new(Admin::new(Rules::of(&settings, home, data)?)))
    }

    fn ports(&self, documents: &Documents, environment: &dyn Environment) -> Vec<Port> {
        let files: Documents = documents.iter().filter(|one| !home::is_object(&one.key)).cloned().collect();
        told::ports(&read_settings(&files, environment))
    }
}

/// A file as a document that is in no store yet.
fn document(file: &Source) -> Document {
    let (key, bytes) = (file.key.clone(), Bytes::copy_from_slice(&file.bytes));
    Document { key, bytes, created: Revision::default(), modified: Revision::default(), expires: None }
}

fn source(document: &Document) -> Source {
    Source { key: document.key.clone(), bytes: document.bytes.to_vec() }
}

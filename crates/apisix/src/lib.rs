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
mod lower;
pub mod plugin;
pub mod read;
pub mod schema;
pub mod settings;

pub use lower::{Memory, lower, read_settings};

use dialect::resolve::Environment;
use dialect::{Dialect, Lowered, ReadError, Source};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use store::Document;

/// The Apache APISIX dialect.
#[derive(Default)]
pub struct Apisix {
    /// Plugins that guard, are not there, and whose routes stand open nevertheless.
    pub allow_missing: Vec<String>,
    memory: Mutex<Memory>,
}

impl Apisix {
    /// The dialect with plugins that may be missing.
    pub fn new(allow_missing: &[String]) -> Self {
        Self { allow_missing: allow_missing.to_vec(), memory: Mutex::default() }
    }
}

impl Dialect for Apisix {
    fn name(&self) -> &'static str {
        "apisix"
    }

    fn read(&self, path: &Path) -> Result<Vec<Source>, ReadError> {
        read::files(path)
    }

    fn lower(&self, documents: &[Document], environment: &dyn Environment) -> Lowered {
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        lower(documents, environment, &self.allow_missing, &mut memory)
    }
}

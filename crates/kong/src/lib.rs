//! The Kong dialect: its files and settings, lowered to the model.
//!
//! [`schema`] says how fields are described, [`entity`] and [`plugin`] what there is, [`read`](mod@read) how files become
//! entities, [`lower`](mod@lower) what they mean. The Admin API stands on the same entities. Not the traffic: that is
//! `proxy`.

pub mod admin;
pub mod document;
pub mod entity;
mod lower;
mod part;
pub mod plugin;
pub mod read;
pub mod schema;
pub mod settings;

pub use lower::lower;

use dialect::resolve::Environment;
use dialect::{Dialect, Lowered, ReadError, Source};
use std::path::Path;
use store::Document;

/// The Kong dialect.
#[derive(Clone, Debug, Default)]
pub struct Kong {
    /// Plugins that guard, are not there, and whose routes stand open nevertheless.
    pub allow_missing: Vec<String>,
}

impl Dialect for Kong {
    fn name(&self) -> &'static str {
        "kong"
    }

    fn read(&self, path: &Path) -> Result<Vec<Source>, ReadError> {
        read::files(path)
    }

    fn lower(&self, documents: &[Document], environment: &dyn Environment) -> Lowered {
        lower(documents, environment, &self.allow_missing)
    }
}

//! The Kong dialect: its files and settings, lowered to the model.
//!
//! [`schema`] says how fields are described, [`entity`] and [`plugin`] what there is, [`read`](mod@read) how files become
//! entities, [`lower`](mod@lower) what they mean. The Admin API stands on the same entities. Not the traffic: that is
//! `proxy`.

pub mod admin;
pub mod document;
pub mod entity;
mod import;
mod lower;
mod metrics;
mod part;
pub mod plugin;
pub mod read;
pub mod schema;
pub mod settings;

pub use lower::lower;

use dialect::admin::{AdminApi, Port};
use dialect::resolve::Environment;
use dialect::{Dialect, Lowered, ReadError, Source};
use std::path::Path;
use std::sync::Arc;
use store::{Change, Documents};

/// The Kong dialect.
#[derive(Clone, Debug, Default)]
pub struct Kong {
    /// Plugins that guard, are not there, and whose routes stand open nevertheless.
    pub allow_missing: Vec<String>,
    /// Entities are kept one by one and written by the Admin API; a file is taken in once.
    pub kept: bool,
}

impl Dialect for Kong {
    fn name(&self) -> &'static str {
        "kong"
    }

    fn read(&self, path: &Path) -> Result<Vec<Source>, ReadError> {
        read::files(path, !self.kept)
    }

    fn lower(&self, documents: &Documents, environment: &dyn Environment) -> Lowered {
        lower(documents, environment, &self.allow_missing)
    }

    fn load(&self, files: &[Source], stored: &Documents, environment: &dyn Environment) -> Vec<Change> {
        if self.kept { import::load(files, stored, environment) } else { dialect::as_they_are(files, stored.iter()) }
    }

    fn admin(&self, documents: &Documents, environment: &dyn Environment) -> Option<Arc<dyn AdminApi>> {
        let settings = lower::read_settings(documents, environment, &mut read::Notes::default());
        let certificate = settings.admin_certificate.as_ref().and_then(|files| lower::pair(files, documents));
        Some(Arc::new(admin::Admin::new(settings, certificate, self.kept)))
    }

    fn ports(&self, documents: &Documents, environment: &dyn Environment) -> Vec<Port> {
        let settings = lower::read_settings(documents, environment, &mut read::Notes::default());
        admin::ports(admin::Admin::new(settings, None, self.kept))
    }
}

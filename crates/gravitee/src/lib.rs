//! The Gravitee dialect: API definitions and `gravitee.yml`, lowered to the model.
//!
//! [`schema`] says how fields are described, [`entity`] and [`policy`] what there is, [`read`](mod@read) how files become
//! definitions, [`lower`](mod@lower) what they mean. Not the traffic: that is `proxy`.

pub mod entity;
mod expression;
mod lower;
mod part;
pub mod policy;
pub mod read;
pub mod schema;
pub mod settings;

pub use lower::lower;

use dialect::resolve::Environment;
use dialect::{Dialect, Lowered, ReadError, Source};
use std::path::Path;
use store::Documents;

/// The Gravitee dialect.
#[derive(Clone, Debug, Default)]
pub struct Gravitee {
    /// Policies that guard, are not there, and whose routes stand open nevertheless.
    pub allow_missing: Vec<String>,
}

impl Dialect for Gravitee {
    fn name(&self) -> &'static str {
        "gravitee"
    }

    fn read(&self, path: &Path) -> Result<Vec<Source>, ReadError> {
        read::files(path)
    }

    fn lower(&self, documents: &Documents, environment: &dyn Environment) -> Lowered {
        lower(documents, environment, &self.allow_missing)
    }
}

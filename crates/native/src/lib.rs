//! The native language: one small YAML file that reads like a sentence.
//!
//! [`tree`] is YAML with places, [`entity`] what may be written, [`lower`](mod@lower) what it means.
//! A template of AWS SAM is read too: [`sam`]. Not the traffic: that is `proxy`.

pub mod decode;
pub mod entity;
mod lower;
mod names;
pub mod policy;
mod read;
mod reference;
pub mod sam;
mod schema;
mod write;

pub use dialect::{findings, tree};
pub use lower::{functions, lower};
pub use read::read;
pub use reference::reference;
pub use schema::schema;
pub use write::{Variable, Written, write};

use dialect::resolve::Environment;
use dialect::{Dialect, Lowered, ReadError, Source};
use std::path::Path;
use store::Documents;

/// The native language.
#[derive(Clone, Copy, Debug, Default)]
pub struct Native;

impl Dialect for Native {
    fn name(&self) -> &'static str {
        "native"
    }

    fn read(&self, path: &Path) -> Result<Vec<Source>, ReadError> {
        read(path)
    }

    fn lower(&self, documents: &Documents, environment: &dyn Environment) -> Lowered {
        lower(documents, environment)
    }
}

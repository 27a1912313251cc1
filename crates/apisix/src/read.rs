//! From files to objects: `config.yaml`, `apisix.yaml` and their like.
//!
//! What objects mean is told by `lower`. Reading refuses nothing as a whole: what is wrong is remarked at its place.

mod files;
mod place;
mod standalone;
mod substitute;

pub(crate) use dialect::tree::value;
pub use files::files;
pub(crate) use files::{FileKind, file_kind};
pub(crate) use place::Texts;
pub use place::{Origin, Step};
pub(crate) use standalone::{Found, objects};
pub(crate) use substitute::{substitute_text, substitute_values};

#[cfg(test)]
mod tests;

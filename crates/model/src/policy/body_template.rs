//! Bodies that a template writes.

use crate::answer::Keyed;
use serde::Serialize;

/// Writes the body anew: the request's on its side, the response's on its side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BodyTemplate {
    /// The template (`expr::freemarker`). One that cannot be read fails whatever comes here.
    pub template: String,
    /// What a body that cannot be written is.
    pub failure: Keyed,
}

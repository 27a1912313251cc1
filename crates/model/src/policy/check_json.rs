//! Bodies that must be JSON of a certain shape.

use crate::answer::Keyed;
use crate::text::Text;
use serde::Serialize;

/// Judges the body by a JSON schema: the request's on its side, the response's on its side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CheckJson {
    /// The schema, as JSON. One that cannot be read lets no body pass.
    pub schema: String,
    /// What a body of another shape is.
    pub shape: Keyed,
    /// What a body is that is no JSON.
    pub form: Keyed,
    /// What is said instead of the failures' messages: a text that is JSON already.
    pub words: Option<Text>,
    /// Bodies that are wrong pass, and the log says so.
    pub only_logs: bool,
}

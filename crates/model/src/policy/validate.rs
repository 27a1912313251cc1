//! What requests must look like.

use super::Refusals;
use serde::Serialize;

/// Judges header and body by JSON schemas; refuses in [`super::Case::Invalid`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Validate {
    /// A schema, as JSON, for the header: an object of names (in any case) with texts, or lists of texts.
    pub header: Option<String>,
    /// A schema, as JSON, for the body: JSON, or a form as an object of texts, `true` for fields without a value, and lists.
    pub body: Option<String>,
    /// Bytes of a body that is judged; `None`: the listener's limit.
    pub largest_body: Option<u64>,
    /// Those behind see the JSON that was judged, written anew, and not what else its bytes might mean to them.
    pub rewrites_json: bool,
    /// What a refusal says.
    pub refusals: Refusals,
}

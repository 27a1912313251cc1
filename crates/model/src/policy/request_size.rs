//! How large a request's body may be.

use super::Refusals;
use serde::Serialize;

/// A bound below the listener's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RequestSize {
    /// Bytes of the body.
    pub bytes: u64,
    /// A body without `Content-Length` is refused, instead of counted as it comes.
    pub length_required: bool,
    /// What a refusal says.
    pub refusals: Refusals,
}

//! Several policies of which one is enough.

use super::{Policy, Refusals};
use serde::Serialize;

/// Lets in whom one of its policies lets in, asked in their order. Those that do not leave the request as it was.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AnyOf {
    /// The policies.
    pub policies: Vec<Policy>,
    /// What is said where none lets in ([`super::Case::Unknown`]).
    pub refusals: Refusals,
}

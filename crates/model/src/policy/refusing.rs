//! A policy whose refusals have another body.

use super::Policy;
use serde::Serialize;

/// Another policy, and what stands in the body of every answer of its own that has a status of 400 or more.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Refusing {
    /// The policy.
    pub policy: Policy,
    /// The body.
    pub body: String,
    /// Its `content-type`, where the answer has none of a call.
    pub content_type: String,
}

//! Groups of known clients that may, or may not.

use super::Refusals;
use serde::Serialize;

/// Who of the known clients may pass.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Acl {
    /// The groups, by [`crate::consumer::Consumer::access`].
    pub rule: GroupRule,
    /// The request header that tells those behind the client's groups, lower case.
    pub header: Option<String>,
    /// What a refusal says.
    pub refusals: Refusals,
}

/// Which groups.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum GroupRule {
    /// Members of one of these may.
    Allow(Vec<String>),
    /// Members of one of these may not.
    Deny(Vec<String>),
}

//! Conditions under which a request may not pass.

use super::{Case, Refusals};
use crate::predicate::Vars;
use serde::Serialize;

/// Refuses requests of which a condition is true.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Refuse {
    /// Conditions, asked in order; the first that is true says in which case the request is refused.
    pub rules: Vec<(Vars, Case)>,
    /// What a refusal says.
    pub refusals: Refusals,
}

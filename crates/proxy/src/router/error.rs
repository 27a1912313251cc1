//! Why a table's routes cannot be compiled.

use model::id::RouteId;
use policy::predicate::PredicateError;

/// A route that can never be matched as it is written.
#[derive(Debug, thiserror::Error)]
#[error("route {route}: {cause}")]
pub struct RouterError {
    /// The route.
    pub route: RouteId,
    /// What is wrong with its predicate.
    pub cause: PredicateError,
}

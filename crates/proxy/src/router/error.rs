//! Why a table's routes cannot be compiled.

use model::id::RouteId;

/// A route that can never be matched as it is written.
#[derive(Debug, thiserror::Error)]
pub enum RouterError {
    /// A regular expression that does not parse or is too large.
    #[error("route {route}: the pattern {pattern:?} cannot be used: {cause}")]
    Regex {
        /// The route.
        route: RouteId,
        /// The pattern as written.
        pattern: String,
        /// What is wrong with it.
        cause: Box<regex::Error>,
    },
    /// A header condition whose name no header can have.
    #[error("route {route}: {name:?} is not the name of a header")]
    HeaderName {
        /// The route.
        route: RouteId,
        /// The name as written.
        name: String,
    },
}

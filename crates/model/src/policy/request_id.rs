//! An id for each request.

use serde::Serialize;

/// Where the id stands, and whose it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RequestId {
    /// Header name, lower case.
    pub header: String,
    /// Whether a client's own id is kept.
    pub trust_client: bool,
    /// Whether the response carries it too.
    pub echo: bool,
}

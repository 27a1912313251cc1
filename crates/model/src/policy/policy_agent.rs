//! A policy agent that decides whether a request may pass.

use crate::server::Server;
use serde::Serialize;

/// Who decides, what he is told, and what becomes of his decision. He is told of the request and its connection as JSON,
/// `{"input": …}`, and answers `{"result": {"allow": true}}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PolicyAgent {
    /// Who decides: the URL of a decision of his.
    pub server: Server,
    /// He is told id and name of the route.
    pub route: bool,
    /// He is told id and name of the service.
    pub service: bool,
    /// He is told who the client is, as far as that is known; never how it proved it.
    pub consumer: bool,
    /// Header fields of the decision, lower case, that those behind get instead of the client's.
    pub upstream: Vec<String>,
}

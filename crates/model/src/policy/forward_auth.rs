//! A server that says whether a request may pass.

use super::RequestText;
use crate::server::Server;
use serde::Serialize;

/// Who is asked, what he is told, and what becomes of his answer. A status below 300 lets pass.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ForwardAuth {
    /// Who is asked. He is told method, scheme, host, target and address of the client as `X-Forwarded-…`.
    pub server: Server,
    /// Asks by POST with the request's body, else by GET.
    pub post: bool,
    /// Header fields of the client that go along, lower case.
    pub along: Vec<String>,
    /// Further header fields.
    pub extra: Vec<(String, RequestText)>,
    /// Header fields of the answer, lower case, that those behind get instead of the client's.
    pub upstream: Vec<String>,
    /// Header fields of an answer that refuses, lower case, that the client gets.
    pub client: Vec<String>,
    /// Whether requests pass while nobody answers.
    pub open: bool,
    /// The status of those that do not.
    pub away: u16,
}

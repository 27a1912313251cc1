//! Sending clients elsewhere.

use super::{RequestText, Substitution};
use serde::Serialize;

/// Answers with a `Location`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Redirect {
    /// Where to.
    pub to: RedirectTo,
    /// Status.
    pub status: u16,
    /// What the body says, in the form that the table has for messages.
    pub message: String,
    /// What may not stand in a URL is escaped in the location.
    pub escape: bool,
    /// The request's query is appended, behind the location's own.
    pub append_query: bool,
}

/// Where to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum RedirectTo {
    /// There.
    Text(RequestText),
    /// To what this makes of the decoded path; a path that it does not find goes on.
    Path(Substitution),
    /// To the same host and target by https: requests by https go on. GET and HEAD are answered 301 and others 308,
    /// whatever the status.
    Https {
        /// The port, where it is not the usual one.
        port: Option<u16>,
        /// What the body says with 301, and with 308.
        messages: [String; 2],
    },
}

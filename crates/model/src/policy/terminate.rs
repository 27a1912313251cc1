//! An end to a request, with a fixed answer or an echo.

use crate::answer::Answer;
use serde::Serialize;

/// When, and with what.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Terminate {
    /// Only requests with a header field or query parameter of this name; `None`: all.
    pub trigger: Option<String>,
    /// The answer.
    pub answer: Answer,
    /// Instead of the answer's body a JSON object that has this message and shows the request.
    pub echo: Option<String>,
}

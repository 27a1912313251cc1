//! Why an exchange ended without an answer: kind, blame, and what to do about it.

use crate::answer::ReadyAnswer;
use model::answer::FailureKind;
use std::sync::Arc;

/// Whose fault a failure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blame {
    /// The client's.
    Client,
    /// The function's code.
    Function,
    /// AWS's, or the way there.
    Aws,
    /// The upstream's.
    Upstream,
    /// The gateway's own.
    Gateway,
    /// The configuration's.
    Config,
}

impl Blame {
    /// The word for logs and bodies.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Function => "function",
            Self::Aws => "aws",
            Self::Upstream => "upstream",
            Self::Gateway => "gateway",
            Self::Config => "config",
        }
    }
}

/// A failure on its way to becoming a response and a log line.
#[derive(Clone, Debug)]
pub struct Failure {
    /// What happened.
    pub kind: FailureKind,
    /// Whose fault it is.
    pub blame: Blame,
    /// For the client: says no more than it should.
    pub public: String,
    /// For the log: everything known, and what to do. Never a secret.
    pub detail: String,
    /// AWS's request id, when a call got that far.
    pub aws_request_id: Option<String>,
    /// Seconds after which trying again makes sense; becomes `Retry-After`.
    pub retry_after: Option<u64>,
    /// Extra header fields of the answer (`WWW-Authenticate` for example).
    pub headers: Vec<(http::HeaderName, http::HeaderValue)>,
    /// A status that somebody else gave, instead of the kind's own.
    pub status: Option<u16>,
    /// What was wrong, in the few words that an answer may quote.
    pub reason: Option<Box<str>>,
    /// What the failing step's own configuration says in this case; goes before the table's answers.
    pub answer: Option<Arc<ReadyAnswer>>,
}

impl Failure {
    /// A failure with the same words for client and log.
    pub fn new(kind: FailureKind, blame: Blame, text: impl Into<String>) -> Box<Self> {
        let public = text.into();
        Box::new(Self {
            kind,
            blame,
            detail: public.clone(),
            public,
            aws_request_id: None,
            retry_after: None,
            headers: Vec::new(),
            status: None,
            reason: None,
            answer: None,
        })
    }

    /// With other, fuller words for the log.
    pub fn detail(mut self: Box<Self>, detail: impl Into<String>) -> Box<Self> {
        self.detail = detail.into();
        self
    }
}

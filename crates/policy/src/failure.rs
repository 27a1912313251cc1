//! Why an exchange ended without an answer: kind, blame, and what to do about it.

use crate::answer::ReadyAnswer;
use bytes::Bytes;
use model::answer::{FailureKind, Keyed};
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

/// What answers to a failure are looked up by, and may tell of it.
#[derive(Clone, Debug, Default)]
pub struct FailureKey {
    /// The key.
    pub key: Option<String>,
    /// What is known more closely.
    pub parameters: Vec<(String, String)>,
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
    /// Its key, where failures have keys.
    pub key: Option<Box<FailureKey>>,
    /// What the failing step's own configuration says in this case; goes before the table's answers.
    pub answer: Option<Arc<ReadyAnswer>>,
    /// The words for the client are JSON already, for clients that accept it.
    pub is_json: bool,
    /// The body of whatever answer is made of it.
    pub words: Option<Arc<Words>>,
}

/// A body that was written down for failures.
#[derive(Clone, Debug)]
pub struct Words {
    /// The text.
    pub body: Bytes,
    /// What it is.
    pub content_type: http::HeaderValue,
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
            key: None,
            answer: None,
            is_json: false,
            words: None,
        })
    }

    /// A failure as its source tells it.
    pub fn keyed(kind: FailureKind, blame: Blame, told: &Keyed) -> Box<Self> {
        let mut failure = Self::new(kind, blame, told.message.as_deref().unwrap_or(""));
        failure.status = Some(told.status);
        failure.key = Some(Box::new(FailureKey { key: told.key.clone(), parameters: Vec::new() }));
        failure
    }

    /// The same failure in other words, with a key.
    pub(crate) fn told_as(&self, told: &Keyed) -> Self {
        let mut failure = self.clone();
        failure.public = told.message.clone().unwrap_or_default();
        failure.status = Some(told.status);
        failure.key = Some(Box::new(FailureKey { key: told.key.clone(), parameters: Vec::new() }));
        failure
    }

    /// With other, fuller words for the log.
    pub fn detail(mut self: Box<Self>, detail: impl Into<String>) -> Box<Self> {
        self.detail = detail.into();
        self
    }
}

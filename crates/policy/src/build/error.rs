//! Why a step cannot run.

use crate::answer::AnswerError;
use crate::auth::gate::GateError;
use crate::log::sink::LogError;
use crate::predicate::PredicateError;
use crate::rewrite::headers::EditError;
use crate::server::ServerError;
use model::chain::Phase;
use model::id::ConsumerId;

/// Why a step cannot run.
#[derive(Debug, thiserror::Error)]
#[error("{place}: {cause}")]
pub struct BuildError {
    /// The step's slot, or what else of the chain it is.
    pub place: String,
    /// Why.
    pub cause: BuildCause,
}

/// What is wrong with a step.
#[derive(Debug, thiserror::Error)]
pub enum BuildCause {
    /// A function or URL that no call could reach.
    #[error("{}", .0.detail)]
    Call(Box<lambda::CallError>),
    /// An answer that cannot be sent.
    #[error(transparent)]
    Answer(#[from] AnswerError),
    /// An edit that cannot be carried out.
    #[error(transparent)]
    Edit(#[from] EditError),
    /// TLS towards a store that cannot be made ready.
    #[error(transparent)]
    Tls(Box<net::tls::TlsError>),
    /// A server that cannot be asked.
    #[error(transparent)]
    Server(Box<ServerError>),
    /// A log that cannot be sent.
    #[error(transparent)]
    Log(Box<LogError>),
    /// A condition that cannot be asked.
    #[error(transparent)]
    Predicate(#[from] PredicateError),
    /// A text that cannot stand in a header field.
    #[error("{text:?} cannot stand in a header field")]
    Header {
        /// The text.
        text: String,
    },
    /// A regular expression that cannot be read.
    #[error("the regular expression {text:?} cannot be read: {cause}")]
    Regex {
        /// As written.
        text: String,
        /// Why.
        cause: String,
    },
    /// A schema that cannot be read.
    #[error("the schema cannot be read: {cause}")]
    Schema {
        /// Why.
        cause: String,
    },
    /// A client's certificate that cannot be read.
    #[error("the certificate of a client cannot be read: {cause}")]
    Certificate {
        /// Why.
        cause: Box<net::tls::PemProblem>,
    },
    /// A client that is not there.
    #[error("the consumer {consumer} does not exist")]
    NoConsumer {
        /// Its id.
        consumer: ConsumerId,
    },
    /// A policy on a side where it means nothing.
    #[error("{policy} cannot stand in the phase {phase:?}")]
    Side {
        /// What it is.
        policy: &'static str,
        /// Where it stands.
        phase: Phase,
    },
    /// A policy that the model has and this gateway cannot run yet.
    #[error("{policy} cannot run yet")]
    NotYet {
        /// What it is.
        policy: &'static str,
    },
    /// More groups than can be counted.
    #[error("a route has at most {} groups with a condition", u16::MAX)]
    TooManyGroups,
}

impl From<LogError> for BuildCause {
    fn from(error: LogError) -> Self {
        Self::Log(Box::new(error))
    }
}

impl From<ServerError> for BuildCause {
    fn from(error: ServerError) -> Self {
        Self::Server(Box::new(error))
    }
}

impl From<lambda::CallError> for BuildCause {
    fn from(error: lambda::CallError) -> Self {
        Self::Call(Box::new(error))
    }
}

impl From<GateError> for BuildCause {
    fn from(error: GateError) -> Self {
        match error {
            GateError::NoConsumer(consumer) => Self::NoConsumer { consumer },
            GateError::Header(text) => Self::Header { text },
            GateError::Answer(error) => Self::Answer(error),
        }
    }
}

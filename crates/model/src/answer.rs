//! A fixed answer, and what is said when nothing else answered.

mod keyed;
mod kind;
mod message;

pub use keyed::{Keyed, KeyedAnswer, KeyedAnswers, UsualAnswer};
pub use kind::FailureKind;
pub use message::{Escape, KindMessage, MessageForm, MessageForms, Piece, Template};

use serde::Serialize;
use std::collections::BTreeMap;

/// A response written down in the configuration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Header fields in order; a repeated name is a repeated field.
    pub headers: Vec<(String, String)>,
    /// A `Location` that is made from the request.
    pub location: Option<Location>,
    /// The body.
    pub body: AnswerBody,
}

impl Answer {
    /// An answer without header and body.
    pub fn status(status: u16) -> Self {
        Self { status, headers: Vec::new(), location: None, body: AnswerBody::Text(String::new()) }
    }

    /// An answer without header, whose body is this message in the table's form.
    pub fn message(status: u16, message: impl Into<String>) -> Self {
        Self { body: AnswerBody::Message(message.into()), ..Self::status(status) }
    }
}

/// Where an answer sends the client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Location {
    /// To the same host, path and query by https, on this port; without one on the usual.
    Https(Option<u16>),
    /// To the same path and query, as received, behind this: scheme, host and port.
    Behind(String),
}

/// The body of an [`Answer`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum AnswerBody {
    /// This text.
    Text(String),
    /// RFC 9457 problem details built from the failure: `title`, `status`, `detail`, `code`, `blame`, `request_id`.
    Problem,
    /// This message in the form that the table has for messages and the client accepts ([`Answers::messages`]);
    /// problem details with it where the table has none, plain text where the status is no failure's.
    Message(String),
    /// A text with places to fill in.
    Template(Template),
}

/// What a table says, by kind of failure, when no step and no endpoint answered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Answers {
    /// For each kind the alternatives by media type, first match wins; a kind without entry gets a message, or, where
    /// there are no forms for messages, [`AnswerBody::Problem`] with the status of [`FailureKind::status`].
    pub by_kind: BTreeMap<FailureKind, Vec<(MediaRange, Answer)>>,
    /// How messages are written; `None`: as problem details.
    pub messages: Option<MessageForms>,
    /// What is said by the failure's key, before `messages`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keyed: Option<Box<KeyedAnswers>>,
    /// After a failure all response steps run, as they do after any other response; not the outer ring's alone.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub all_steps: bool,
}

/// A media type a client accepts, such as `application/json`; `*/*` takes all.
pub type MediaRange = String;

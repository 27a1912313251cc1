//! How a table writes messages: one form for each kind of media, with places that are filled in.

use super::FailureKind;
use serde::Serialize;
use std::collections::BTreeMap;

/// The forms of messages, and what is said in them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MessageForms {
    /// The forms, chosen by the client's `Accept` with its weights. The first is for clients who ask for nothing, for
    /// everything, or for what is not there; of those that a range such as `text/*` takes in, the first is meant.
    pub forms: Vec<MessageForm>,
    /// Status and message by kind of failure; without an entry both are the failure's own.
    pub kinds: BTreeMap<FailureKind, KindMessage>,
    /// Messages by status, for failures that have only a status: one that the Lambda API gave.
    pub statuses: BTreeMap<u16, String>,
}

/// How a message is written for one kind of media.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MessageForm {
    /// Media types whose clients get it: `application/json`.
    pub media_types: Vec<String>,
    /// Its `content-type`.
    pub content_type: String,
    /// The text.
    pub template: Template,
}

/// What is said of a kind of failure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KindMessage {
    /// The status.
    pub status: u16,
    /// The message; the failure's own without it.
    pub message: Option<String>,
    /// The media type of the form for clients who send no `Accept`; the first form without it.
    pub unasked: Option<String>,
}

/// A text with places to fill in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Template {
    /// How what is filled in is written.
    pub escape: Escape,
    /// What stands behind each other.
    pub pieces: Vec<Piece>,
}

/// A piece of a [`Template`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Piece {
    /// These characters.
    Text(String),
    /// The message.
    Message,
    /// The gateway's id of the request.
    RequestId,
    /// The status, as a number.
    Status,
    /// What was wrong with a function's reply, in few words; the message where there is no more to say.
    Reason,
}

/// How something is written so that it stays text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub enum Escape {
    /// As it is.
    #[default]
    None,
    /// As in a JSON string.
    Json,
    /// As in HTML and XML.
    Markup,
}

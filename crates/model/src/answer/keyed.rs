//! Failures that have a key, and what is said of them by that key.

use super::FailureKind;
use crate::text::Text;
use serde::Serialize;
use std::collections::BTreeMap;

/// A failure as its source tells it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Keyed {
    /// HTTP status.
    pub status: u16,
    /// The key under which answers are looked up; without one there is nothing to look up.
    pub key: Option<String>,
    /// The message; `None`: an empty answer.
    pub message: Option<String>,
}

impl Keyed {
    /// A failure with all three.
    pub fn new(status: u16, key: impl Into<String>, message: impl Into<String>) -> Self {
        Self { status, key: Some(key.into()), message: Some(message.into()) }
    }
}

/// What is said of failures by their key and by what the client accepts. A kind that has an entry in
/// [`super::Answers::by_kind`] has that said of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct KeyedAnswers {
    /// Key, status and message of failures that come without a key. A kind without entry has its own status and words.
    pub kinds: BTreeMap<FailureKind, Keyed>,
    /// Keys that stand for another, more general one, where they have no answers of their own.
    pub parents: BTreeMap<String, String>,
    /// By key: media types, `*/*` among them, and the answers. The client's most wanted one is chosen, `*/*` last.
    pub templates: BTreeMap<String, Vec<(String, KeyedAnswer)>>,
    /// The key whose answers speak for keys that have none.
    pub fallback: Option<String>,
    /// What is said where there is no answer.
    pub usual: UsualAnswer,
}

/// An answer that is made of a failure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeyedAnswer {
    /// HTTP status.
    pub status: u16,
    /// Header fields.
    pub headers: Vec<(String, String)>,
    /// The body. Its expressions know `error` and `parameters`; its `content-type` is what the client accepts.
    pub body: Option<Text>,
}

/// What is said of a failure where nobody wrote an answer: `{"message":…,"http_status_code":…}`, or the message alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct UsualAnswer {
    /// Clients get JSON whose list of accepted types has `application/json` or `*/*`; else those whose `Accept`
    /// contains these characters.
    pub listed: bool,
    /// The connection ends after every failure; else after those that are not the client's own.
    pub always_close: bool,
}

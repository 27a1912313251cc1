//! What those behind the gateway see instead of what the client sent, and the client instead of what they answer.

use super::{RequestText, Substitution};
use crate::predicate::Vars;
use serde::Serialize;

/// Changes of the request on its way to an upstream: path, method, host, header.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Rewrite {
    /// The path that an upstream sees.
    pub path: PathSource,
    /// The method.
    pub method: Option<String>,
    /// The `Host` that an upstream sees.
    pub host: Option<RequestText>,
    /// Header fields; their texts may hold what the path's expression captured.
    pub headers: FieldTexts,
}

/// Where the path that an upstream sees comes from. The client's query stays behind it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub enum PathSource {
    /// The client's own, decoded and escaped again.
    #[default]
    Normal,
    /// The client's own, as received.
    Received,
    /// This text, which may have a query of its own.
    Text(RequestText),
    /// The first of these that finds something in the decoded path.
    FirstOf(Vec<Substitution>),
}

/// Changes of header fields by texts, in the order in which they stand here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FieldTexts {
    /// One more field; an empty text adds none.
    pub add: Vec<(String, RequestText)>,
    /// One field of this name, whatever was there; an empty text takes it off. Several of one name that stand together
    /// are several fields.
    pub set: Vec<(String, RequestText)>,
    /// No field of this name.
    pub remove: Vec<String>,
}

/// Changes of a response: status, header, body.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ResponseRewrite {
    /// Only where this is true once the response is there.
    pub when: Option<Vars>,
    /// The status.
    pub status: Option<u16>,
    /// Header fields.
    pub headers: FieldTexts,
    /// The body.
    pub body: Option<Vec<u8>>,
    /// Replacements in the body, one behind the other. A body with a content encoding stays as it is.
    pub filters: Vec<BodyFilter>,
    /// Bytes that a body may have for filters; a longer one stays as it is. `None`: the listener's limit.
    pub largest_body: Option<u64>,
}

/// A replacement in a body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BodyFilter {
    /// What is replaced, by what.
    pub substitution: Substitution,
    /// Everywhere instead of once.
    pub everywhere: bool,
    /// Case does not matter.
    pub ignore_case: bool,
}

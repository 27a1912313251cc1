//! Policies whose texts are evaluated for each request: header fields, attributes, an answer, a failure.

use crate::answer::Keyed;
use crate::text::Text;
use serde::Serialize;

/// Changes of header fields by evaluated texts, carried out in the order in which they stand here. A value that is
/// null leaves its field as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HeaderTexts {
    /// One field of this name with this value, whatever was there.
    pub set: Vec<(String, Text)>,
    /// One more field.
    pub append: Vec<(String, Text)>,
    /// No field of this name.
    pub remove: Vec<String>,
    /// No field but these; `None` keeps all.
    pub keep: Option<Vec<String>>,
    /// What a value that cannot be evaluated is.
    pub failure: Keyed,
}

/// Attributes of the exchange. What cannot be evaluated is logged and left as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Assign {
    /// Names and values, in order; values keep their type.
    pub attributes: Vec<(String, Text)>,
}

/// An answer with evaluated texts, in the endpoint's place: later steps still run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Compose {
    /// A number.
    pub status: Text,
    /// Header fields; one that cannot be evaluated is left out.
    pub headers: Vec<(String, Text)>,
    /// The body. Without a `content-type` it is given one by how it begins: JSON, XML or plain text.
    pub body: Option<Text>,
    /// What a body that cannot be evaluated is.
    pub failure: Keyed,
}

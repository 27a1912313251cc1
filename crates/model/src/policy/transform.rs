//! Changes of requests and responses.

use super::RequestText;
use serde::Serialize;

/// Changes of a request: path, method, header, body, query, in this order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RequestTransform {
    /// The path that those behind see, instead of the route's.
    pub path: Option<RequestText>,
    /// The method.
    pub method: Option<String>,
    /// Header fields.
    pub headers: TextChanges,
    /// Members of a JSON object, fields of a form or multipart body. A body of another kind stays as it is.
    pub body: TextChanges,
    /// Query parameters.
    pub query: TextChanges,
}

/// Changes of named texts, carried out in the order in which they stand here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TextChanges {
    /// Take off all of this name.
    pub remove: Vec<String>,
    /// Give another name, where the old one is there.
    pub rename: Vec<(String, String)>,
    /// Another value, where the name is there.
    pub replace: Vec<(String, RequestText)>,
    /// A value, where the name is not there.
    pub add: Vec<(String, RequestText)>,
    /// One more value, whatever is there.
    pub append: Vec<(String, RequestText)>,
}

impl TextChanges {
    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Changes of a response.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ResponseTransform {
    /// Header fields; texts stand for themselves.
    pub headers: TextChanges,
    /// Members of a JSON object in the body. Another body stays as it is.
    pub json: JsonChanges,
}

/// Changes of the members of a JSON object, carried out in the order in which they stand here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct JsonChanges {
    /// Take off.
    pub remove: Vec<String>,
    /// Give another name, where the old one is there.
    pub rename: Vec<(String, String)>,
    /// Another value, where the name is there.
    pub replace: Vec<(String, JsonScalar)>,
    /// A value, where the name is not there.
    pub add: Vec<(String, JsonScalar)>,
    /// One more value: what is there becomes a list.
    pub append: Vec<(String, JsonScalar)>,
}

impl JsonChanges {
    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A value written into JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum JsonScalar {
    /// A text.
    Text(String),
    /// A number, as it is written.
    Number(String),
    /// True or false.
    Boolean(bool),
}

//! What expressions may ask that is the same for every request of a route.

use crate::answer::Answers;
use crate::secret::Secret;
use expr::el::Allowed;
use serde::Serialize;
use std::collections::BTreeMap;

/// What a route brings of its own: facts that its expressions may ask for, answers of its own.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Around {
    /// For expressions.
    pub world: World,
    /// What is said when nobody answered, instead of the table's answers.
    pub answers: Option<Answers>,
}

/// Variables beside `request`, `response`, `context` and what steps learn.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct World {
    /// Variables by name: `api`, `properties`, `dictionaries`, `endpoints`, `node`, `secrets`.
    pub variables: BTreeMap<String, Constant>,
    /// Attributes that every exchange has from its beginning.
    pub attributes: BTreeMap<String, Constant>,
    /// An attribute is found by its name with and without this before it.
    pub attribute_prefix: String,
    /// Where parameters stand in the path, beside those of the route itself.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub paths: Vec<ParamPath>,
    /// Names for paths below the part that the route matched. The attribute `mapped-path` is that of the first that fits.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mapped: Vec<MappedPath>,
    /// What expressions may call; `None`: all that there is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed: Option<Allowed>,
}

/// A path with parameters, below the part that the route matched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ParamPath {
    /// A regular expression, anchored at the beginning, with a group for each parameter.
    pub regex: String,
    /// The parameters' names, in the order of the groups.
    pub names: Vec<String>,
}

/// A name for paths.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MappedPath {
    /// The name: `/orders/:id`.
    pub name: String,
    /// A regular expression for the whole path, with a slash at its end.
    pub regex: String,
}

/// A value that does not change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Constant {
    /// Nothing, which is not an error.
    Null,
    /// A text.
    Text(String),
    /// A whole number.
    Number(i64),
    /// True or false.
    Boolean(bool),
    /// A list.
    List(Vec<Constant>),
    /// Fixed properties: one that is not there is an error.
    Bean(BTreeMap<String, Constant>),
    /// Keys with values: one that is not there is null.
    Map(BTreeMap<String, Constant>),
    /// A text that nobody is told but expressions.
    Secret(Secret),
    /// Secrets by their path, which only `get` reaches.
    Secrets(BTreeMap<String, Secret>),
}

impl Constant {
    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }
}

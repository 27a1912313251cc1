//! JSON schemas as APISIX writes them, and a judge that says what is wrong in APISIX's words.
//!
//! A schema is JSON data, so that the Admin API can show it; it is read once into rules that judge quickly. The member
//! `$honour` is the project's own: it tells how faithfully a field is honoured, and is not shown.

mod check;
mod compile;
mod fill;
pub mod honour;
mod lua;

pub(crate) use honour::shown_required;
pub use honour::{Honour, honour, said};

use regex::Regex;
use serde_json::Value;

/// An object of JSON.
pub type Object = serde_json::Map<String, Value>;

/// A schema that can judge.
pub struct Schema {
    /// As it was written.
    json: Value,
    root: Node,
}

impl Schema {
    /// Reads a schema of this crate's own; one that is no schema is a mistake of the crate.
    pub fn of(json: Value) -> Self {
        let root = compile::node(&json);
        Self { json, root }
    }

    /// The schema as clients see it.
    pub fn shown(&self) -> Value {
        honour::stripped(&self.json)
    }

    /// The schema with what is said about its fields.
    pub fn written(&self) -> &Value {
        &self.json
    }

    /// What is wrong with a value, in APISIX's words; the first thing only.
    pub fn check(&self, value: &Value) -> Result<(), String> {
        check::check(&self.root, value)
    }

    /// Writes the defaults into a value that holds.
    pub fn fill(&self, value: &mut Value) {
        fill::fill(&self.root, value);
    }
}

/// A type of JSON as schemas name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Type {
    Object,
    Array,
    String,
    Integer,
    Number,
    Boolean,
    Null,
}

/// What must hold of a value.
#[derive(Default)]
struct Node {
    /// One of these; empty: any.
    types: Vec<Type>,
    object: Option<Box<ObjectRules>>,
    array: Option<Box<ArrayRules>>,
    text: Option<Box<TextRules>>,
    number: Option<Box<NumberRules>>,
    one_of_values: Vec<Value>,
    all: Vec<Node>,
    any: Option<Alternatives>,
    one: Vec<Node>,
    not: Option<Box<Node>>,
    condition: Option<Box<Condition>>,
    format: Option<Format>,
    default: Option<Value>,
}

#[derive(Default)]
struct ObjectRules {
    properties: Vec<(String, Node)>,
    required: Vec<String>,
    dependencies: Vec<(String, Dependency)>,
    patterns: Vec<(Regex, Node)>,
    /// What is neither a property nor matches a pattern.
    others: Others,
    least: Option<usize>,
    most: Option<usize>,
}

#[derive(Default)]
enum Others {
    #[default]
    Any,
    None,
    Like(Box<Node>),
}

enum Dependency {
    Members(Vec<String>),
    Schema(Box<Node>),
}

#[derive(Default)]
struct ArrayRules {
    items: Option<Node>,
    /// The first items, one rule for each.
    tuple: Vec<Node>,
    unique: bool,
    least: Option<usize>,
    most: Option<usize>,
}

#[derive(Default)]
struct TextRules {
    least: Option<usize>,
    most: Option<usize>,
    pattern: Option<Regex>,
}

#[derive(Default)]
struct NumberRules {
    least: Option<f64>,
    most: Option<f64>,
    above: Option<f64>,
    below: Option<f64>,
}

struct Alternatives {
    nodes: Vec<Node>,
    /// What each asks for, as APISIX lists it behind its complaint.
    required: String,
}

struct Condition {
    when: Node,
    then: Option<Node>,
    otherwise: Option<Node>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Ipv4,
    Ipv6,
}

#[cfg(test)]
mod tests;

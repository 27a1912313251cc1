//! JSON schemas (draft 4 and, in part, 6), and a judge that says what is wrong: the first thing only, in the words of the
//! library that APISIX judges with.
//!
//! Known are: `type`, `enum`, `properties`, `patternProperties`, `additionalProperties`, `required`, `dependencies`,
//! `minProperties`, `maxProperties`, `items`, `additionalItems`, `minItems`, `maxItems`, `uniqueItems`, `minLength`,
//! `maxLength`, `pattern`, `minimum`, `maximum`, `exclusiveMinimum`, `exclusiveMaximum` as numbers, `multipleOf`, `const`,
//! `allOf`, `anyOf`, `oneOf`, `not`, `if`, `then`, `else`, `default`, `format` for addresses, and schemas that are
//! `true` or `false`. [`Judge::unknown`] tells of others.

mod check;
mod compile;
mod fill;
mod lua;

pub use check::{is_reference, member};

use regex::Regex;
use serde_json::Value;

type Object = serde_json::Map<String, Value>;

/// A schema that can judge.
pub struct Judge(Node);

/// Why a schema cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{pattern:?} is no regular expression: {cause}")]
pub struct SchemaError {
    /// The pattern.
    pub pattern: String,
    /// Why.
    pub cause: String,
}

impl Judge {
    /// Reads a schema.
    pub fn read(json: &Value) -> Result<Self, SchemaError> {
        compile::read(json, false).map(Self)
    }

    /// Reads a schema that lets texts pass which stand for a value that is known later ([`is_reference`]).
    pub fn with_references(json: &Value) -> Result<Self, SchemaError> {
        compile::read(json, true).map(Self)
    }

    /// What is wrong with a value; the first thing only.
    pub fn check(&self, value: &Value) -> Result<(), String> {
        check::check(&self.0, value)
    }

    /// Writes the defaults into a value that holds.
    pub fn fill(&self, value: &mut Value) {
        fill::fill(&self.0, value);
    }

    /// Members of a schema, on any level, that are not judged.
    pub fn unknown(json: &Value) -> Vec<String> {
        compile::unknown(json)
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
    /// Texts that stand for a later value pass.
    references: bool,
    /// Nothing holds: the schema is `false`.
    never: bool,
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
    only: Option<Value>,
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
    /// Those behind them.
    further: Others,
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
    multiple_of: Option<f64>,
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

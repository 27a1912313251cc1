//! An expression as a tree.

use super::Pattern;
use crate::error::Error;
use crate::json_path::Path;
use crate::xpath::XPath;
use std::sync::OnceLock;

/// A node, and where in the template it stands.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) place: usize,
    pub(super) expr: Expr,
}

/// A text that stands in the expression, with what it means to those who use it as a language of its own.
#[derive(Debug, Default)]
pub(super) struct Literal {
    pub(super) text: String,
    pub(super) pattern: OnceLock<Result<Pattern, Error>>,
    pub(super) path: OnceLock<Result<Path, Error>>,
    pub(super) xpath: OnceLock<Result<XPath, Error>>,
}

/// What a node means.
#[derive(Debug)]
pub(super) enum Expr {
    Null,
    Bool(bool),
    Int(i32),
    Long(i64),
    Float(f32),
    Double(f64),
    Str(Box<Literal>),
    List(Vec<Node>),
    Map(Vec<(Node, Node)>),
    Variable(String),
    Function(String, Vec<Node>),
    /// `@name`: there are no beans.
    Bean(String),
    /// Steps, each on what the one before it gave.
    Compound(Vec<Node>),
    Property {
        name: String,
        safe: bool,
    },
    Method {
        name: String,
        arguments: Vec<Node>,
        safe: bool,
    },
    Index {
        index: Box<Node>,
        safe: bool,
    },
    Select {
        which: Which,
        condition: Box<Node>,
        safe: bool,
    },
    Project {
        each: Box<Node>,
        safe: bool,
    },
    Type {
        name: String,
        dimensions: usize,
    },
    New {
        class: String,
        arguments: Vec<Node>,
    },
    NewArray {
        class: String,
        dimensions: Vec<Option<Node>>,
        items: Option<Box<Node>>,
    },
    /// Operators of one level, from the left.
    Chain(Box<Node>, Vec<Link>),
    Relation(Relation, Box<Node>, Box<Node>),
    Power(Box<Node>, Box<Node>),
    Not(Box<Node>),
    Plus(Box<Node>),
    Minus(Box<Node>),
    Ternary(Box<(Node, Node, Node)>),
    Elvis(Box<Node>, Box<Node>),
    Assign(Box<Node>, Box<Node>),
    /// `++` and `--`, which need something that can be written to.
    Step {
        up: bool,
        literal: bool,
    },
}

/// An operator and its right operand.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) place: usize,
    pub(super) operator: Operator,
    pub(super) right: Node,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Plus,
    Minus,
    Times,
    Divide,
    Modulus,
    And,
    Or,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relation {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    InstanceOf,
    Matches,
    Between,
}

/// Which elements a selection takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Which {
    All,
    First,
    Last,
}

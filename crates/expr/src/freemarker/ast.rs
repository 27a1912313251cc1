//! What a template consists of.

use super::built_in::BuiltIn;
use crate::value::Decimal;
use std::sync::Arc;

/// Statements, one behind the other.
pub(super) type Block = Vec<Statement>;

/// A piece of a template.
#[derive(Debug)]
pub(super) enum Statement {
    /// These characters.
    Text(String),
    /// `${…}`
    Show(Node),
    /// `<#if>`: conditions with what follows each, the last perhaps without one.
    If(Vec<(Option<Node>, Block)>),
    /// `<#list>`
    List(Box<List>),
    /// `<#items as …>`
    Items(Names, Block),
    /// `<#sep>`
    Sep(Block),
    /// `<#break>`
    Break,
    /// `<#continue>`
    Continue,
    /// `<#assign name = …>`
    Assign(Arc<str>, Change),
    /// `<#assign name>…</#assign>`
    Capture(Arc<str>, Block),
}

/// A list.
#[derive(Debug)]
pub(super) struct List {
    pub(super) of: Node,
    /// What an item is called; nothing where `<#items>` says so.
    pub(super) names: Option<Names>,
    pub(super) body: Block,
    /// Where there is no item.
    pub(super) otherwise: Block,
}

/// What an item is called: one name, or one for keys and one for values.
#[derive(Debug)]
pub(super) struct Names {
    pub(super) first: Arc<str>,
    pub(super) second: Option<Arc<str>>,
}

/// How a variable gets its value.
#[derive(Debug)]
pub(super) enum Change {
    /// `=`
    Set(Node),
    /// `+=` and the like.
    By(Sign, Node),
    /// `++`, `--`
    Step(Sign),
}

/// An expression and its place in the template.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) place: usize,
    pub(super) expr: Expr,
}

/// An expression.
#[derive(Debug)]
pub(super) enum Expr {
    Text(Arc<str>),
    Number(Arc<Decimal>),
    Bool(bool),
    /// A text with `${…}` in it.
    Joined(Vec<Joint>),
    Name(Arc<str>),
    Member(Box<Node>, Arc<str>),
    Index(Box<Node>, Box<Node>),
    BuiltIn(Box<Node>, BuiltIn, Vec<Node>),
    /// `x!y`, `x!`
    OrElse(Box<Node>, Option<Box<Node>>),
    /// `x??`
    Exists(Box<Node>),
    Paren(Box<Node>),
    Not(Box<Node>),
    Minus(Box<Node>),
    Plus(Box<Node>),
    /// `+ - * / %`, from left to right.
    Chain(Box<Node>, Vec<(Sign, usize, Node)>),
    Compare(Relation, Box<Node>, Box<Node>),
    /// All must be true; or one of them.
    Logic {
        all: bool,
        nodes: Vec<Node>,
    },
    List(Vec<Node>),
    Hash(Vec<(Node, Node)>),
    Range(Box<Node>, Reach, Option<Box<Node>>),
}

/// A part of a text with `${…}` in it.
#[derive(Debug)]
pub(super) enum Joint {
    Text(Arc<str>),
    Show(Node),
}

/// What a range ends with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// `..`: its last item.
    Through,
    /// `..<`, `..!`: what follows its last item.
    Below,
    /// `..*`: so many items.
    Count,
}

/// An operator of arithmetic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

/// An operator that compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relation {
    Equal,
    NotEqual,
    Less,
    AtMost,
    Greater,
    AtLeast,
}

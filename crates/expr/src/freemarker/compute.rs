//! Expressions: their values in a world.

use super::ast::{Expr, Joint, Node, Reach};
use super::data::{Data, Range};
use super::evaluate::Evaluator;
use super::{built_in, number, operate};
use crate::error::Error;
use crate::value::Text;
use std::sync::Arc;

/// What an expression refuses; who knows the node adds the place.
#[derive(Debug)]
pub(super) struct Problem {
    code: &'static str,
    message: String,
}

/// The code of what is missing, which `(…)!` and its like bear.
const MISSING: &str = "ftl-missing";

impl Problem {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { code: "ftl-value", message: message.into() }
    }

    pub(super) fn wants(what: &str, found: &Data<'_>) -> Self {
        match found {
            Data::Missing => Self { code: MISSING, message: format!("{what} is wanted, and nothing is there") },
            other => Self::new(format!("{what} is wanted, not {}", other.kind())),
        }
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Self::evaluation(problem.code, problem.message)
    }
}

impl<'w> Evaluator<'w, '_> {
    /// The value of an expression, which may be missing.
    pub(super) fn maybe(&mut self, node: &Node) -> Result<Data<'w>, Error> {
        self.budget.enter().map_err(|error| error.at(node.place))?;
        let value = self.computed(node).map_err(|error| error.at(node.place));
        self.budget.leave();
        value
    }

    /// The value of an expression.
    pub(super) fn value(&mut self, node: &Node) -> Result<Data<'w>, Error> {
        match self.maybe(node)? {
            Data::Missing => Err(missing(node)),
            value => Ok(value),
        }
    }

    /// The value, where everything in parentheses may be missing.
    pub(super) fn tolerant(&mut self, node: &Node) -> Result<Data<'w>, Error> {
        match self.maybe(node) {
            Err(error) if error.code == MISSING && matches!(node.expr, Expr::Paren(_)) => Ok(Data::Missing),
            other => other,
        }
    }

    pub(super) fn truth(&mut self, node: &Node) -> Result<bool, Error> {
        match self.value(node)? {
            Data::Bool(truth) => Ok(truth),
            other => Err(Error::from(Problem::wants("true or false", &other)).at(node.place)),
        }
    }

    /// The value as the text that stands for it.
    pub(super) fn shown(&mut self, node: &Node) -> Result<Text<'w>, Error> {
        let value = self.value(node)?;
        let text = shown(&value).map_err(|problem| Error::from(problem).at(node.place))?;
        Ok(text)
    }

    fn computed(&mut self, node: &Node) -> Result<Data<'w>, Error> {
        Ok(match &node.expr {
            Expr::Text(text) => Data::Text(Text::Made(text.clone())),
            Expr::Number(number) => Data::Number(number.clone()),
            Expr::Bool(truth) => Data::Bool(*truth),
            Expr::Joined(joints) => self.joined(joints)?,
            Expr::Name(name) => self.variable(name),
            Expr::Member(of, name) => {
                let value = self.value(of)?;
                value.member(name).ok_or_else(|| Problem::wants("a hash", &value))?
            }
            Expr::Index(of, index) => self.index(of, index)?,
            Expr::BuiltIn(of, built_in, arguments) => built_in::call(self, of, *built_in, arguments)?,
            Expr::OrElse(of, otherwise) => match (self.tolerant(of)?, otherwise) {
                (Data::Missing, Some(otherwise)) => self.maybe(otherwise)?,
                (Data::Missing, None) => Data::Empty,
                (value, _) => value,
            },
            Expr::Exists(of) => Data::Bool(!self.tolerant(of)?.is_missing()),
            Expr::Paren(inner) => self.maybe(inner)?,
            Expr::Not(of) => Data::Bool(!self.truth(of)?),
            Expr::Minus(of) => Data::Number(Arc::new(operate::number(&self.value(of)?)?.negated())),
            Expr::Plus(of) => Data::Number(operate::number(&self.value(of)?)?),
            Expr::Chain(first, rest) => {
                let mut value = self.value(first)?;
                for (sign, place, right) in rest {
                    let right = self.value(right)?;
                    value =
                        operate::apply(*sign, &value, &right, &mut self.budget).map_err(|error| error.at(*place))?;
                }
                value
            }
            Expr::Compare(relation, left, right) => {
                Data::Bool(operate::compare(*relation, &self.value(left)?, &self.value(right)?)?)
            }
            Expr::Logic { all, nodes } => Data::Bool(self.logic(*all, nodes)?),
            Expr::List(nodes) => {
                self.budget.elements(nodes.len())?;
                Data::list(nodes.iter().map(|node| self.value(node)).collect::<Result<_, _>>()?)
            }
            Expr::Hash(entries) => self.hash(entries)?,
            Expr::Range(from, reach, to) => Data::Range(self.range(from, *reach, to.as_deref())?),
        })
    }

    fn logic(&mut self, all: bool, nodes: &[Node]) -> Result<bool, Error> {
        for node in nodes {
            if self.truth(node)? != all {
                return Ok(!all);
            }
        }
        Ok(all)
    }

    fn joined(&mut self, joints: &[Joint]) -> Result<Data<'w>, Error> {
        let mut text = String::new();
        for joint in joints {
            match joint {
                Joint::Text(part) => text.push_str(part),
                Joint::Show(node) => text.push_str(&self.shown(node)?),
            }
            self.budget.text_within(text.len())?;
        }
        self.budget.text(text.len())?;
        Ok(Data::text(text))
    }

    /// A later key of the same name stands for the earlier one.
    fn hash(&mut self, nodes: &[(Node, Node)]) -> Result<Data<'w>, Error> {
        self.budget.elements(nodes.len())?;
        let mut entries: Vec<(Text<'w>, Data<'w>)> = Vec::with_capacity(nodes.len());
        for (key, value) in nodes {
            let key = self.shown(key)?;
            let value = self.value(value)?;
            self.budget.steps(entries.len())?;
            operate::put(&mut entries, key, value);
        }
        Ok(Data::Hash(Arc::new(entries)))
    }

    fn range(&mut self, from: &Node, reach: Reach, to: Option<&Node>) -> Result<Range, Error> {
        let first = operate::integer(&self.value(from)?)?;
        let Some(to) = to else { return Ok(Range { first, count: None, down: false }) };
        let end = operate::integer(&self.value(to)?)?;
        let (down, distance) = match reach {
            Reach::Count => (end < 0, end.unsigned_abs()),
            Reach::Through | Reach::Below => (end < first, end.abs_diff(first)),
        };
        let count = distance.saturating_add(u64::from(reach == Reach::Through));
        Ok(Range { first, count: Some(count), down })
    }

    fn index(&mut self, of: &Node, index: &Node) -> Result<Data<'w>, Error> {
        let value = self.value(of)?;
        Ok(match self.value(index)? {
            Data::Number(number) => {
                let at = operate::integer(&Data::Number(number))?;
                let Ok(at) = u64::try_from(at) else { return Err(Problem::new("an index is below zero").into()) };
                match operate::character(&value, at) {
                    Some(character) => character?,
                    None => value.item(at).ok_or_else(|| Problem::wants("a list", &value))?,
                }
            }
            Data::Range(range) => operate::slice(&value, range, &mut self.budget)?,
            key => {
                let key = shown(&key)?;
                value.member(&key).ok_or_else(|| Problem::wants("a hash", &value))?
            }
        })
    }
}

pub(super) fn missing(node: &Node) -> Error {
    let what = match &node.expr {
        Expr::Name(name) | Expr::Member(_, name) => format!("{name} is missing"),
        _ => "a value is missing".to_owned(),
    };
    Error::evaluation(MISSING, what).at(node.place)
}

/// The text of a value that has one.
pub(super) fn shown<'w>(value: &Data<'w>) -> Result<Text<'w>, Problem> {
    Ok(match value {
        Data::Text(text) => text.clone(),
        Data::Empty => Text::Borrowed(""),
        Data::Number(number) => number::for_people(number).into(),
        Data::Bool(_) => return Err(Problem::new("a truth is no text: ?c or ?string makes one of it")),
        Data::Missing | Data::List(_) | Data::Hash(_) | Data::Range(_) | Data::World(_) => {
            return Err(Problem::wants("a text or a number", value));
        }
    })
}

//! The value of an XPath expression at a place of a document.

use super::parse::{Expr, Operator, Start};
use super::step::Step;
use super::{failed, function, number_text, written_name};
use crate::error::Error;
use crate::limits::Budget;
use roxmltree::Node;
use std::collections::BTreeSet;

/// A node, or an attribute of one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Item<'d, 'x> {
    Node(Node<'d, 'x>),
    Attribute(Node<'d, 'x>, usize),
}

/// Where an expression is evaluated.
pub(super) struct Place<'d, 'x> {
    pub(super) node: Item<'d, 'x>,
    pub(super) position: usize,
    pub(super) size: usize,
}

/// What an expression gives.
#[derive(Clone, Debug)]
pub(super) enum Found<'d, 'x> {
    Nodes(Vec<Item<'d, 'x>>),
    Number(f64),
    Text(String),
    Truth(bool),
}

impl<'d, 'x> Item<'d, 'x> {
    /// The string value.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Attribute(node, at) => {
                node.attributes().nth(*at).map(|own| own.value().to_owned()).unwrap_or_default()
            }
            Self::Node(node) if node.is_element() || node.is_root() => {
                node.descendants().filter(|node| node.is_text()).filter_map(|node| node.text()).collect()
            }
            Self::Node(node) => match node.pi() {
                Some(instruction) => instruction.value.unwrap_or_default().to_owned(),
                None => node.text().unwrap_or_default().to_owned(),
            },
        }
    }

    /// The name as it is written.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Attribute(node, at) => node
                .attributes()
                .nth(*at)
                .map(|own| node.document().input_text()[own.range_qname()].to_owned())
                .unwrap_or_default(),
            Self::Node(node) if node.is_element() => written_name(node),
            Self::Node(node) if node.is_text() => "#text".to_owned(),
            Self::Node(_) => String::new(),
        }
    }

    /// A key that orders items as they stand in the document.
    fn order(&self) -> (u32, usize) {
        match self {
            Self::Node(node) => (node.id().get(), 0),
            Self::Attribute(node, at) => (node.id().get(), at + 1),
        }
    }
}

impl<'d, 'x> Found<'d, 'x> {
    pub(super) fn text(&self) -> String {
        match self {
            Self::Nodes(nodes) => nodes.first().map(Item::text).unwrap_or_default(),
            Self::Number(number) => number_text(*number),
            Self::Text(text) => text.clone(),
            Self::Truth(truth) => truth.to_string(),
        }
    }

    pub(super) fn number(&self) -> f64 {
        match self {
            Self::Number(number) => *number,
            Self::Truth(truth) => f64::from(u8::from(*truth)),
            Self::Nodes(_) | Self::Text(_) => text_number(&self.text()),
        }
    }

    pub(super) fn truth(&self) -> bool {
        match self {
            Self::Nodes(nodes) => !nodes.is_empty(),
            Self::Number(number) => *number != 0.0 && !number.is_nan(),
            Self::Text(text) => !text.is_empty(),
            Self::Truth(truth) => *truth,
        }
    }

    pub(super) fn nodes(self) -> Result<Vec<Item<'d, 'x>>, Error> {
        match self {
            Self::Nodes(nodes) => Ok(nodes),
            _ => Err(failed("XPath: nodes were expected")),
        }
    }
}

/// `number()` of a text.
fn text_number(text: &str) -> f64 {
    let text = text.trim();
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return f64::NAN;
    }
    text.parse().unwrap_or(f64::NAN)
}

pub(super) fn value<'d, 'x>(
    expr: &Expr,
    place: &Place<'d, 'x>,
    budget: &mut Budget<'_>,
) -> Result<Found<'d, 'x>, Error> {
    budget.step()?;
    Ok(match expr {
        Expr::Number(number) => Found::Number(*number),
        Expr::Text(text) => Found::Text(text.clone()),
        Expr::Negative(inner) => Found::Number(-value(inner, place, budget)?.number()),
        Expr::Binary(operator, left, right) => binary(*operator, left, right, place, budget)?,
        Expr::Call(name, arguments) => {
            let arguments =
                arguments.iter().map(|argument| value(argument, place, budget)).collect::<Result<Vec<_>, _>>()?;
            function::call(name, arguments, place, budget)?
        }
        Expr::Path { from, steps } => {
            let mut nodes = match from {
                Start::Root => vec![Item::Node(match place.node {
                    Item::Node(node) | Item::Attribute(node, _) => node.document().root(),
                })],
                Start::Here => vec![place.node],
                Start::Found(inner, predicates) => {
                    let found = value(inner, place, budget)?.nodes()?;
                    filtered(found, predicates, budget)?
                }
            };
            for step in steps {
                nodes = stepped(&nodes, step, budget)?;
            }
            Found::Nodes(nodes)
        }
    })
}

/// One step from every node, the results in document order.
fn stepped<'d, 'x>(nodes: &[Item<'d, 'x>], step: &Step, budget: &mut Budget<'_>) -> Result<Vec<Item<'d, 'x>>, Error> {
    let mut seen = BTreeSet::new();
    let mut result = Vec::new();
    for node in nodes {
        let reached = step.axis.nodes(*node);
        budget.steps(reached.len() * 16)?;
        let taken = reached.into_iter().filter(|item| step.test.takes(item)).collect();
        for item in filtered(taken, &step.predicates, budget)? {
            if seen.insert(item.order()) {
                result.push(item);
            }
        }
    }
    result.sort_by_key(Item::order);
    Ok(result)
}

fn filtered<'d, 'x>(
    mut nodes: Vec<Item<'d, 'x>>,
    predicates: &[Expr],
    budget: &mut Budget<'_>,
) -> Result<Vec<Item<'d, 'x>>, Error> {
    for predicate in predicates {
        let size = nodes.len();
        let mut kept = Vec::new();
        for (at, node) in nodes.into_iter().enumerate() {
            let place = Place { node, position: at + 1, size };
            let holds = match value(predicate, &place, budget)? {
                Found::Number(number) => number == (at + 1) as f64,
                other => other.truth(),
            };
            if holds {
                kept.push(node);
            }
        }
        nodes = kept;
    }
    Ok(nodes)
}

fn binary<'d, 'x>(
    operator: Operator,
    left: &Expr,
    right: &Expr,
    place: &Place<'d, 'x>,
    budget: &mut Budget<'_>,
) -> Result<Found<'d, 'x>, Error> {
    let left = value(left, place, budget)?;
    match (operator, left.truth()) {
        (Operator::Or, true) => return Ok(Found::Truth(true)),
        (Operator::And, false) => return Ok(Found::Truth(false)),
        _ => {}
    }
    let right = value(right, place, budget)?;
    Ok(match operator {
        Operator::Or | Operator::And => Found::Truth(right.truth()),
        Operator::Plus => Found::Number(left.number() + right.number()),
        Operator::Minus => Found::Number(left.number() - right.number()),
        Operator::Times => Found::Number(left.number() * right.number()),
        Operator::Divide => Found::Number(left.number() / right.number()),
        Operator::Modulus => Found::Number(left.number() % right.number()),
        Operator::Union => {
            let mut nodes = left.nodes()?;
            nodes.extend(right.nodes()?);
            nodes.sort_by_key(Item::order);
            nodes.dedup_by_key(|item| item.order());
            Found::Nodes(nodes)
        }
        Operator::Equal
        | Operator::NotEqual
        | Operator::Less
        | Operator::LessOrEqual
        | Operator::Greater
        | Operator::GreaterOrEqual => Found::Truth(related(operator, &left, &right, budget)?),
    })
}

/// A comparison; of nodes it holds when it holds for one of them.
fn related(
    operator: Operator,
    left: &Found<'_, '_>,
    right: &Found<'_, '_>,
    budget: &mut Budget<'_>,
) -> Result<bool, Error> {
    Ok(match (left, right) {
        (Found::Nodes(nodes), Found::Truth(_)) | (Found::Truth(_), Found::Nodes(nodes)) => {
            let truth = Found::Truth(!nodes.is_empty());
            if matches!(left, Found::Nodes(_)) {
                single(operator, &truth, right)
            } else {
                single(operator, left, &truth)
            }
        }
        (Found::Nodes(nodes), other) => {
            for node in nodes {
                budget.step()?;
                if related(operator, &Found::Text(node.text()), other, budget)? {
                    return Ok(true);
                }
            }
            false
        }
        (other, Found::Nodes(nodes)) => {
            for node in nodes {
                budget.step()?;
                if single(operator, other, &Found::Text(node.text())) {
                    return Ok(true);
                }
            }
            false
        }
        _ => single(operator, left, right),
    })
}

fn single(operator: Operator, left: &Found<'_, '_>, right: &Found<'_, '_>) -> bool {
    let equal = || match (left, right) {
        (Found::Truth(_), _) | (_, Found::Truth(_)) => left.truth() == right.truth(),
        (Found::Number(_), _) | (_, Found::Number(_)) => left.number() == right.number(),
        _ => left.text() == right.text(),
    };
    match operator {
        Operator::Equal => equal(),
        Operator::NotEqual => !equal(),
        Operator::Less => left.number() < right.number(),
        Operator::LessOrEqual => left.number() <= right.number(),
        Operator::Greater => left.number() > right.number(),
        _ => left.number() >= right.number(),
    }
}

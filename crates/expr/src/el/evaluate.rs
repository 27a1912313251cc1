//! From a tree to a value.

mod access;
mod arithmetic;
mod class;
mod compare;
mod function;
mod relation;
mod select;

use super::allowed::Allowed;
use super::ast::{Expr, Link, Node, Operator};
use super::convert::{Wanted, converted, refused};
use crate::error::Error;
use crate::limits::{Budget, Limits};
use crate::lookup::Lookup;
use crate::value::{List, Map, Value};

pub(super) use access::bytes;
pub(super) use arithmetic::by_zero;
pub(super) use compare::compared;

/// One evaluation.
pub(super) struct Evaluator<'a, 'l> {
    world: &'a dyn Lookup,
    pub(super) budget: Budget<'l>,
    /// What `#this` is: nothing outside, the element within a selection or projection.
    scope: Vec<Value<'a>>,
    /// Variables that the expression itself has set.
    assigned: Vec<(&'a str, Value<'a>)>,
}

impl<'a, 'l> Evaluator<'a, 'l> {
    pub(super) fn new(world: &'a dyn Lookup, limits: &'l Limits) -> Self {
        Self { world, budget: Budget::new(limits), scope: Vec::new(), assigned: Vec::new() }
    }

    /// Whether the world lets this be called.
    fn may_call(&self, asked: impl FnOnce(&Allowed) -> bool) -> bool {
        self.world.allowed().is_none_or(asked)
    }

    /// The value of a node.
    pub(super) fn value(&mut self, node: &'a Node) -> Result<Value<'a>, Error> {
        self.budget.enter().map_err(|error| error.at(node.place))?;
        let value = self.of(node).map_err(|error| error.at(node.place))?;
        self.budget.leave();
        Ok(value)
    }

    fn of(&mut self, node: &'a Node) -> Result<Value<'a>, Error> {
        Ok(match &node.expr {
            Expr::Null => Value::Null,
            Expr::Bool(b) => Value::Bool(*b),
            Expr::Int(n) => Value::Int(*n),
            Expr::Long(n) => Value::Long(*n),
            Expr::Float(n) => Value::Float(*n),
            Expr::Double(n) => Value::Double(*n),
            Expr::Str(literal) => Value::from(&*literal.text),
            Expr::List(items) => self.list(items)?,
            Expr::Map(entries) => self.map(entries)?,
            Expr::Variable(name) => self.variable(name, None),
            Expr::Function(name, arguments) => self.function(name, arguments)?,
            Expr::Bean(name) => return Err(Error::evaluation("EL1057E", format!("there is no bean {name}"))),
            Expr::Compound(nodes) => self.compound(nodes)?,
            Expr::Property { .. }
            | Expr::Method { .. }
            | Expr::Index { .. }
            | Expr::Select { .. }
            | Expr::Project { .. } => {
                let this = self.this();
                self.step(node, this)?
            }
            Expr::Type { name, dimensions } => class::reference(name, *dimensions)?,
            Expr::New { class, arguments } => self.construct(class, arguments)?,
            Expr::NewArray { class, dimensions, items } => self.array(class, dimensions, items.as_deref())?,
            Expr::Chain(first, links) => self.chain(first, links)?,
            Expr::Relation(relation, left, right) => self.relation(*relation, left, right)?,
            Expr::Power(left, right) => {
                let (left, right) = (self.value(left)?, self.value(right)?);
                arithmetic::power(&left, &right)?
            }
            Expr::Not(operand) => Value::Bool(!self.boolean(operand)?),
            Expr::Plus(operand) => arithmetic::plus_sign(self.value(operand)?)?,
            Expr::Minus(operand) => arithmetic::negated(&self.value(operand)?)?,
            Expr::Ternary(parts) => {
                let (condition, yes, no) = &**parts;
                if self.boolean(condition)? { self.value(yes)? } else { self.value(no)? }
            }
            Expr::Elvis(left, right) => match self.value(left)? {
                Value::Null => self.value(right)?,
                Value::Str(text) if text.is_empty() => self.value(right)?,
                other => other,
            },
            Expr::Assign(target, value) => self.assign(target, value)?,
            Expr::Step { up, literal } => {
                let code = match (literal, up) {
                    (true, _) => "EL1068E",
                    (false, true) => "EL1066E",
                    (false, false) => "EL1067E",
                };
                return Err(Error::evaluation(code, "nothing here can be written to"));
            }
        })
    }

    /// What properties without anything before them belong to.
    fn this(&self) -> Value<'a> {
        self.scope.last().cloned().unwrap_or(Value::Null)
    }

    fn compound(&mut self, nodes: &'a [Node]) -> Result<Value<'a>, Error> {
        let (first, steps) = nodes.split_first().expect("a compound has a first node");
        let mut value = self.value(first)?;
        for node in steps {
            value = self.step(node, value).map_err(|error| error.at(node.place))?;
        }
        Ok(value)
    }

    /// The value of a node that stands behind a point, or in brackets.
    fn step(&mut self, node: &'a Node, target: Value<'a>) -> Result<Value<'a>, Error> {
        self.budget.step()?;
        match &node.expr {
            Expr::Property { name, safe } => access::property(&target, name, *safe),
            Expr::Method { name, arguments, safe } => self.method(&target, name, arguments, *safe),
            Expr::Index { index, safe } => self.index(&target, index, *safe),
            Expr::Select { which, condition, safe } => self.select(target, *which, condition, *safe),
            Expr::Project { each, safe } => self.project(target, each, *safe),
            Expr::Variable(name) => Ok(self.variable(name, Some(target))),
            _ => self.value(node),
        }
    }

    fn variable(&self, name: &str, target: Option<Value<'a>>) -> Value<'a> {
        match name {
            "this" => target.unwrap_or_else(|| self.this()),
            "root" => Value::Null,
            _ => {
                let assigned = self.assigned.iter().rev().find(|(own, _)| *own == name);
                let found = assigned.map(|(_, value)| value.clone()).or_else(|| self.world.get(name));
                found.or_else(|| function::reference(name)).unwrap_or(Value::Null)
            }
        }
    }

    fn assign(&mut self, target: &'a Node, value: &'a Node) -> Result<Value<'a>, Error> {
        let value = self.value(value)?;
        match &target.expr {
            Expr::Variable(name) if name != "this" && name != "root" => self.assigned.push((name, value.clone())),
            Expr::Property { .. } if self.this().is_null() => {
                return Err(Error::evaluation("EL1009E", "null has no properties to write to"));
            }
            Expr::Compound(_) | Expr::Property { .. } | Expr::Index { .. } => {
                return Err(Error::evaluation("EL1010E", "properties can only be read"));
            }
            _ => return Err(Error::evaluation("EL1032E", "nothing can be assigned to this")),
        }
        Ok(value)
    }

    fn list(&mut self, nodes: &'a [Node]) -> Result<Value<'a>, Error> {
        self.budget.elements(nodes.len())?;
        let items = nodes.iter().map(|node| self.value(node)).collect::<Result<Vec<_>, _>>()?;
        Ok(Value::List(List::new(items)))
    }

    /// A map; a name as a key means its text.
    fn map(&mut self, nodes: &'a [(Node, Node)]) -> Result<Value<'a>, Error> {
        self.budget.elements(nodes.len())?;
        let mut entries = Vec::with_capacity(nodes.len());
        for (key, value) in nodes {
            let key = match &key.expr {
                Expr::Property { name, .. } => Value::from(&**name),
                _ => self.value(key)?,
            };
            self.budget.steps(entries.len())?;
            entries = Map::with(entries, key, self.value(value)?);
        }
        Ok(Value::Map(Map::new(entries)))
    }

    fn arguments(&mut self, nodes: &'a [Node]) -> Result<Vec<Value<'a>>, Error> {
        nodes.iter().map(|node| self.value(node)).collect()
    }

    fn chain(&mut self, first: &'a Node, links: &'a [Link]) -> Result<Value<'a>, Error> {
        if matches!(links[0].operator, Operator::And | Operator::Or) {
            return self.logical(first, links);
        }
        let mut value = self.value(first)?;
        for link in links {
            let right = self.value(&link.right)?;
            value = arithmetic::applied(link.operator, value, right, &mut self.budget)
                .map_err(|error| error.at(link.place))?;
        }
        Ok(value)
    }

    fn logical(&mut self, first: &'a Node, links: &'a [Link]) -> Result<Value<'a>, Error> {
        let mut value = self.boolean(first)?;
        for link in links {
            let decided = (link.operator == Operator::Or) == value;
            if decided {
                break;
            }
            value = self.boolean(&link.right)?;
        }
        Ok(Value::Bool(value))
    }

    /// The value as a truth; null has none.
    fn boolean(&mut self, node: &'a Node) -> Result<bool, Error> {
        let value = self.value(node)?;
        match converted(value, Wanted::Boolean, &mut self.budget).map_err(|error| error.at(node.place))? {
            Value::Bool(truth) => Ok(truth),
            other => Err(refused(&other, Wanted::Boolean).at(node.place)),
        }
    }
}

/// The paths that an expression asks the world for, such as `request.headers`.
pub(super) fn mentioned(node: &Node) -> Vec<String> {
    let mut found = Vec::new();
    mention(node, &mut found);
    found
}

fn mention(node: &Node, found: &mut Vec<String>) {
    let mut all = |nodes: &[&Node]| nodes.iter().for_each(|node| mention(node, found));
    match &node.expr {
        Expr::Variable(name) => found.push(name.clone()),
        Expr::Compound(nodes) => mention_steps(nodes, found),
        Expr::List(nodes) | Expr::Function(_, nodes) | Expr::New { arguments: nodes, .. } => {
            all(&nodes.iter().collect::<Vec<_>>());
        }
        Expr::Method { arguments, .. } => all(&arguments.iter().collect::<Vec<_>>()),
        Expr::Map(entries) => all(&entries.iter().flat_map(|(key, value)| [key, value]).collect::<Vec<_>>()),
        Expr::Index { index: one, .. }
        | Expr::Select { condition: one, .. }
        | Expr::Project { each: one, .. }
        | Expr::Not(one)
        | Expr::Plus(one)
        | Expr::Minus(one) => all(&[one]),
        Expr::Relation(_, left, right)
        | Expr::Power(left, right)
        | Expr::Elvis(left, right)
        | Expr::Assign(left, right) => {
            all(&[left, right]);
        }
        Expr::Ternary(parts) => all(&[&parts.0, &parts.1, &parts.2]),
        Expr::Chain(first, links) => {
            all(&[first]);
            all(&links.iter().map(|link| &link.right).collect::<Vec<_>>());
        }
        Expr::NewArray { dimensions, items, .. } => {
            all(&dimensions.iter().flatten().chain(items.as_deref()).collect::<Vec<_>>());
        }
        Expr::Null
        | Expr::Bool(_)
        | Expr::Int(_)
        | Expr::Long(_)
        | Expr::Float(_)
        | Expr::Double(_)
        | Expr::Str(_)
        | Expr::Bean(_)
        | Expr::Property { .. }
        | Expr::Type { .. }
        | Expr::Step { .. } => {}
    }
}

/// A variable and the names behind it are one path.
fn mention_steps(nodes: &[Node], found: &mut Vec<String>) {
    let mut path = match nodes.first().map(|node| &node.expr) {
        Some(Expr::Variable(name)) => Some(name.clone()),
        _ => None,
    };
    let named = usize::from(path.is_some());
    let mut open = true;
    for node in &nodes[named..] {
        match (&node.expr, &mut path) {
            (Expr::Property { name, .. }, Some(path)) if open => path.extend([".", name]),
            (Expr::Index { index, .. }, Some(path)) if open => match &index.expr {
                Expr::Str(literal) => path.extend([".", &*literal.text]),
                _ => open = false,
            },
            _ => open = false,
        }
        mention(node, found);
    }
    found.extend(path);
}

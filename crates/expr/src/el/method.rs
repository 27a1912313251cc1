//! The methods that expressions may call, by the type of what they are called on. What is not here does not exist.

mod base64;
mod collection;
pub(super) mod date;
mod decimal;
mod fixed;
mod map;
mod math;
mod number;
pub(super) mod string;

use super::ast::{Expr, Literal, Node};
use super::convert::{self, Wanted, converted};
use crate::error::Error;
use crate::limits::Budget;
use crate::lookup::Kind;
use crate::value::{Sequence, Text, Value, java_text};

/// What a method gives; none when there is no such method.
type Answer<'a> = Result<Option<Value<'a>>, Error>;

/// Calls a method by its name.
pub(super) fn call<'a>(
    target: &Value<'a>,
    name: &str,
    arguments: &[Value<'a>],
    nodes: &'a [Node],
    budget: &mut Budget<'_>,
) -> Result<Value<'a>, Error> {
    budget.step()?;
    let mut call = Call { class: target.class(), name, arguments, nodes, budget };
    let answer = match target {
        Value::Str(text) => string::call(text, &mut call)?,
        Value::List(list) => collection::call(list, &mut call)?,
        Value::Map(map) => map::call(map, &mut call)?,
        Value::Object(object) if !object.is_map() => secret(*object, &mut call)?,
        Value::Object(object) => map::call_object(*object, &mut call)?,
        Value::Entry(entry) => match (name, arguments.len()) {
            ("getKey", 0) => Some(entry.0.clone()),
            ("getValue", 0) => Some(entry.1.clone()),
            _ => None,
        },
        Value::Decimal(number) => decimal::call(number, &mut call)?,
        Value::Int(_) | Value::Long(_) | Value::Float(_) | Value::Double(_) => number::call(target, &mut call)?,
        Value::Class(class) => fixed::call(class, &mut call)?,
        Value::Thing(thing) => date::call(thing, &mut call)?,
        Value::Null | Value::Bool(_) | Value::Char(_) | Value::Big(_) => None,
    };
    match answer {
        Some(value) => Ok(value),
        None => object(target, &mut call)?.ok_or_else(|| call.missing()),
    }
}

/// `new class(…)`; none when there is no such constructor.
pub(super) fn construct<'a>(
    class: &'static str,
    arguments: &[Value<'a>],
    budget: &mut Budget<'_>,
) -> Option<Result<Value<'a>, Error>> {
    let mut call = Call { class, name: "new", arguments, nodes: &[], budget };
    fixed::construct(class, &mut call).transpose()
}

/// There is no such method, or none that takes these arguments.
pub(super) fn missing(class: &str, name: &str, arguments: &[Value<'_>]) -> Error {
    let classes: Vec<_> = arguments.iter().map(Value::class).collect();
    Error::evaluation("EL1004E", format!("{class} has no method {name}({})", classes.join(", ")))
}

/// The methods that everything has.
fn object<'a>(target: &Value<'a>, call: &mut Call<'_, 'a, '_>) -> Answer<'a> {
    Ok(Some(match (call.name, call.arguments.len()) {
        ("toString", 0) => java_text(target, call.budget)?.into(),
        ("equals", 1) => Value::Bool(target.equals(&call.arguments[0])),
        ("hashCode", 0) => Value::Int(hash(target)),
        _ => return Ok(None),
    }))
}

/// `hashCode`, for the types whose code Java defines.
pub(super) fn hash(value: &Value<'_>) -> i32 {
    match value {
        Value::Bool(b) => {
            if *b {
                1231
            } else {
                1237
            }
        }
        Value::Char(c) => *c as i32,
        Value::Int(n) => *n,
        Value::Long(n) => (n ^ ((*n as u64) >> 32) as i64) as i32,
        Value::Double(n) => hash(&Value::Long(n.to_bits() as i64)),
        Value::Str(text) => {
            text.encode_utf16().fold(0, |sum: i32, unit| sum.wrapping_mul(31).wrapping_add(i32::from(unit)))
        }
        Value::List(list) => list.iter().fold(1, |sum: i32, item| sum.wrapping_mul(31).wrapping_add(hash(item))),
        Value::Map(map) => map.iter().fold(0, |sum: i32, (key, value)| sum.wrapping_add(hash(key) ^ hash(value))),
        _ => 0,
    }
}

/// Beans have properties and no methods; secrets are found by their path, or by path and key.
fn secret<'a>(object: crate::Object<'a>, call: &mut Call<'_, 'a, '_>) -> Answer<'a> {
    if object.kind != Kind::Secrets || call.name != "get" || !matches!(call.arguments.len(), 1 | 2) {
        return Ok(None);
    }
    let mut path = call.text(0)?.to_string();
    if call.arguments.len() == 2 {
        path = format!("{path}:{}", &*call.text(1)?);
    }
    Ok(Some(object.members.get(&path).unwrap_or(Value::Null)))
}

/// A call: the name and what it was given.
pub(super) struct Call<'c, 'a, 'l> {
    class: &'static str,
    pub(super) name: &'c str,
    pub(super) arguments: &'c [Value<'a>],
    nodes: &'a [Node],
    pub(super) budget: &'c mut Budget<'l>,
}

impl<'c, 'a, 'l> Call<'c, 'a, 'l> {
    /// There is no such method, or none that takes these arguments.
    pub(super) fn missing(&self) -> Error {
        missing(self.class, self.name, self.arguments)
    }

    /// Several methods would take the argument after a conversion.
    pub(super) fn ambiguous(&self) -> Error {
        Error::evaluation("EL1031E", format!("several methods {} could be meant", self.name))
    }

    pub(super) fn text(&mut self, at: usize) -> Result<Text<'a>, Error> {
        match &self.arguments[at] {
            Value::Str(text) => Ok(text.clone()),
            Value::Null => {
                Err(Error::runtime("NullPointerException", format!("argument {at} of {} is null", self.name)))
            }
            other => convert::text(other.clone(), self.budget).map_err(|_| self.missing()),
        }
    }

    pub(super) fn int(&mut self, at: usize) -> Result<i32, Error> {
        match self.converted(at, Wanted::Integer)? {
            Value::Int(number) => Ok(number),
            _ => Err(self.missing()),
        }
    }

    pub(super) fn long(&mut self, at: usize) -> Result<i64, Error> {
        match self.converted(at, Wanted::Long)? {
            Value::Long(number) => Ok(number),
            _ => Err(self.missing()),
        }
    }

    pub(super) fn double(&mut self, at: usize) -> Result<f64, Error> {
        match self.converted(at, Wanted::Double)? {
            Value::Double(number) => Ok(number),
            _ => Err(self.missing()),
        }
    }

    /// A list, or any sequence.
    pub(super) fn items(&mut self, at: usize) -> Result<crate::List<'a>, Error> {
        match converted(self.arguments[at].clone(), Wanted::List, self.budget) {
            Ok(Value::List(list)) => Ok(list),
            _ => Err(self.missing()),
        }
    }

    fn converted(&mut self, at: usize, wanted: Wanted) -> Result<Value<'a>, Error> {
        converted(self.arguments[at].clone(), wanted, self.budget).map_err(|error| {
            if error.code == "EL1001E" && matches!(self.arguments[at], Value::Str(_)) { error } else { self.missing() }
        })
    }

    /// The arguments from there on, an array among them opened.
    pub(super) fn rest(&self, from: usize) -> Vec<Value<'a>> {
        match &self.arguments[from..] {
            [Value::List(list)] if matches!(list.kind, Sequence::Array(_)) => list.to_vec(),
            rest => rest.to_vec(),
        }
    }

    /// The argument as it stands in the expression, when it is a text there.
    pub(super) fn literal(&self, at: usize) -> Option<&'a Literal> {
        match self.nodes.get(at).map(|node| &node.expr) {
            Some(Expr::Str(literal)) => Some(literal),
            _ => None,
        }
    }
}

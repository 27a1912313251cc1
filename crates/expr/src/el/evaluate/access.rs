//! Properties and indexes.

use super::Evaluator;
use super::class;
use crate::el::ast::{Expr, Node};
use crate::el::convert::{Wanted, number};
use crate::el::method::{self, string};
use crate::error::Error;
use crate::lookup::Kind;
use crate::value::{List, Sequence, Value};

/// A property by its name.
pub(super) fn property<'a>(target: &Value<'a>, name: &str, safe: bool) -> Result<Value<'a>, Error> {
    let found = match target {
        Value::Null if safe => return Ok(Value::Null),
        Value::Null => return Err(Error::evaluation("EL1007E", format!("null has no property '{name}'"))),
        Value::Map(map) => return Ok(map.get_text(name).cloned().unwrap_or(Value::Null)),
        Value::Object(object) if object.kind == Kind::Secrets => None,
        Value::Object(object) => match object.members.get(name) {
            None if object.is_map() => return Ok(Value::Null),
            found => found,
        },
        Value::Entry(entry) => match name {
            "key" => Some(entry.0.clone()),
            "value" => Some(entry.1.clone()),
            _ => None,
        },
        Value::List(list) => match (list.kind, name) {
            (Sequence::Array(_), "length") => Some(Value::Int(list.len() as i32)),
            (Sequence::List | Sequence::Set, "empty") => Some(Value::Bool(list.is_empty())),
            _ => None,
        },
        Value::Str(text) => match name {
            "bytes" => Some(bytes(text.as_bytes())),
            "empty" => Some(Value::Bool(text.is_empty())),
            "blank" => Some(Value::Bool(text.chars().all(char::is_whitespace))),
            _ => None,
        },
        Value::Class(class) => class::constant(class, name),
        Value::Double(number) => not_finite(*number, name),
        Value::Float(number) => not_finite(f64::from(*number), name),
        Value::Thing(thing) => method::date::property(thing, name),
        _ => None,
    };
    found.ok_or_else(|| Error::evaluation("EL1008E", format!("{} has no property '{name}'", target.class())))
}

/// `isNaN` and `isInfinite` read as properties.
fn not_finite<'a>(number: f64, name: &str) -> Option<Value<'a>> {
    match name {
        "naN" | "NaN" => Some(Value::Bool(number.is_nan())),
        "infinite" => Some(Value::Bool(number.is_infinite())),
        _ => None,
    }
}

/// An array of bytes.
pub(in crate::el) fn bytes<'a>(bytes: &[u8]) -> Value<'a> {
    let items = bytes.iter().map(|&byte| Value::Int(i32::from(byte as i8))).collect();
    Value::List(List::of(Sequence::Array("byte"), items))
}

impl<'a> Evaluator<'a, '_> {
    /// `target[index]`: of a map a key, of a list or text a number, of an object a property.
    pub(super) fn index(&mut self, target: &Value<'a>, index: &'a Node, safe: bool) -> Result<Value<'a>, Error> {
        let keyed = match target {
            Value::Null if safe => return Ok(Value::Null),
            Value::Null => return Err(Error::evaluation("EL1012E", "null has no elements")),
            Value::Map(_) => true,
            Value::Object(object) => object.is_map(),
            _ => false,
        };
        let key = match &index.expr {
            Expr::Property { name, .. } if keyed => Value::from(&**name),
            _ => self.value(index)?,
        };
        if key.is_null() {
            return Err(Error::runtime("IllegalStateException", "No index"));
        }
        match (target, &key) {
            (Value::Map(map), key) => {
                self.budget.steps(map.len())?;
                Ok(map.get(key).cloned().unwrap_or(Value::Null))
            }
            (Value::Object(object), Value::Str(name)) if object.is_map() => {
                Ok(object.members.get(name).unwrap_or(Value::Null))
            }
            (Value::Object(object), _) if object.is_map() => Ok(Value::Null),
            (Value::List(list), key) => element(list, integer(key)?),
            (Value::Str(text), key) => character(text, integer(key)?),
            (target, Value::Str(name)) => property(target, name, false).map_err(|error| match error.code {
                "EL1008E" => Error::evaluation("EL1027E", error.message),
                _ => error,
            }),
            (target, _) => Err(Error::evaluation("EL1027E", format!("{} has no elements", target.class()))),
        }
    }
}

fn integer(key: &Value<'_>) -> Result<i32, Error> {
    match number(key, Wanted::Integer)? {
        Value::Int(index) => Ok(index),
        _ => Err(Error::runtime("IllegalStateException", "Null conversion result for the index")),
    }
}

fn element<'a>(list: &List<'a>, index: i32) -> Result<Value<'a>, Error> {
    let found = usize::try_from(index).ok().and_then(|at| list.get(at));
    let message = || format!("there are {} elements, index {index} is none of them", list.len());
    found.cloned().ok_or_else(|| match (list.kind, index < 0) {
        (Sequence::Array(_), false) => Error::evaluation("EL1024E", message()),
        (Sequence::Array(_), true) => Error::runtime("ArrayIndexOutOfBoundsException", message()),
        (_, false) => Error::evaluation("EL1025E", message()),
        (_, true) => Error::runtime("IndexOutOfBoundsException", message()),
    })
}

/// One character, as a text.
fn character<'a>(text: &crate::Text<'a>, index: i32) -> Result<Value<'a>, Error> {
    let message = || format!("the text has no character at {index}");
    if index < 0 {
        return Err(Error::runtime("StringIndexOutOfBoundsException", message()));
    }
    let found = string::part(text, index as usize, index as usize + 1);
    found.map(Value::Str).ok_or_else(|| Error::evaluation("EL1026E", message()))
}

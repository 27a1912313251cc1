//! The four functions: `#jsonPath`, `#xpath`, `#xmlEscape`, `#jsonEscape`; and calls of methods.

use super::Evaluator;
use crate::el::ast::{Expr, Node};
use crate::el::convert::{Wanted, converted};
use crate::el::escape::{Language, escaped};
use crate::el::method;
use crate::error::{Error, Stage};
use crate::json_path::Path;
use crate::value::{Text, Thing, Value};
use crate::xpath::{Result as Sought, XPath};

const NAMES: [&str; 4] = ["jsonPath", "xpath", "xmlEscape", "jsonEscape"];

/// A function that is named but not called.
pub(super) fn reference<'a>(name: &str) -> Option<Value<'a>> {
    NAMES.iter().find(|own| **own == name).map(|own| Value::thing(Thing::Function(own)))
}

impl<'a> Evaluator<'a, '_> {
    pub(super) fn function(&mut self, name: &str, nodes: &'a [Node]) -> Result<Value<'a>, Error> {
        let called = match self.variable(name, None) {
            Value::Null => return Err(Error::evaluation("EL1006E", format!("there is no function '{name}'"))),
            Value::Thing(thing) => match *thing {
                Thing::Function(own) => Some(own),
                _ => None,
            },
            _ => None,
        };
        let called = called.ok_or_else(|| Error::evaluation("EL1022E", format!("'{name}' is no function")))?;
        let arguments = self.arguments(nodes)?;
        let result = match (called, arguments.len()) {
            ("jsonPath", 2..) => self.json_path(&arguments, nodes),
            ("xpath", 2..) => self.xpath(&arguments, nodes),
            ("xmlEscape", 1) => escaped(&arguments[0], Language::Xml, &mut self.budget),
            ("jsonEscape", 1) => escaped(&arguments[0], Language::Json, &mut self.budget),
            (_, count) => {
                let message = format!("#{called} cannot be called with {count} arguments");
                return Err(Error::evaluation("EL1014E", message));
            }
        };
        result.map_err(|error| if error.is_limit() { error } else { during(called, error) })
    }

    fn json_path(&mut self, arguments: &[Value<'a>], nodes: &'a [Node]) -> Result<Value<'a>, Error> {
        if arguments.len() > 2 {
            return Err(Error::evaluation("EL1001E", "predicates cannot be written here"));
        }
        let path = self.language(&arguments[1])?;
        match &nodes[1].expr {
            Expr::Str(literal) => match literal.path.get_or_init(|| Path::read(&literal.text)) {
                Ok(path) => self.along(path, &arguments[0]),
                Err(error) => Err(error.clone()),
            },
            _ => self.along(&Path::read(&path)?, &arguments[0]),
        }
    }

    fn along(&mut self, path: &Path, document: &Value<'a>) -> Result<Value<'a>, Error> {
        match document {
            Value::Null => Err(failed("the JSON document is null")),
            Value::Str(text) if text.is_empty() => Err(failed("the JSON text is empty")),
            Value::Str(text) => path.evaluate_text(text, &mut self.budget),
            Value::Object(object) if object.is_map() => path.evaluate(&Value::Map(object.to_map()), &mut self.budget),
            other => path.evaluate(other, &mut self.budget),
        }
    }

    fn xpath(&mut self, arguments: &[Value<'a>], nodes: &'a [Node]) -> Result<Value<'a>, Error> {
        let path = self.language(&arguments[1])?;
        let sought = match arguments.get(2..) {
            Some([]) | None => Sought::Text,
            Some([Value::Str(name)]) => Sought::named(name).ok_or_else(|| failed("there is no such type of result"))?,
            Some(_) => return Err(failed("the type of the result is one text")),
        };
        let text = match &arguments[0] {
            Value::Str(text) => text,
            other => return Err(failed(&format!("{} is no XML", other.class()))),
        };
        match &nodes[1].expr {
            Expr::Str(literal) => match literal.xpath.get_or_init(|| XPath::read(&literal.text)) {
                Ok(path) => path.evaluate(text, sought, &mut self.budget),
                Err(error) => Err(error.clone()),
            },
            _ => XPath::read(&path)?.evaluate(text, sought, &mut self.budget),
        }
    }

    /// An argument that is a text in a language of its own.
    fn language(&mut self, argument: &Value<'a>) -> Result<Text<'a>, Error> {
        match converted(argument.clone(), Wanted::Text, &mut self.budget)? {
            Value::Str(text) if !text.is_empty() => Ok(text),
            _ => Err(failed("the path is null or empty")),
        }
    }

    pub(super) fn method(
        &mut self,
        target: &Value<'a>,
        name: &str,
        nodes: &'a [Node],
        safe: bool,
    ) -> Result<Value<'a>, Error> {
        let arguments = self.arguments(nodes)?;
        match target {
            Value::Null if safe => Ok(Value::Null),
            Value::Null => Err(Error::evaluation("EL1011E", format!("null has no method '{name}'"))),
            target if !self.may_call(|all| all.method(target, name, arguments.len())) => {
                Err(method::missing(target.class(), name, &arguments))
            }
            target => method::call(target, name, &arguments, nodes, &mut self.budget),
        }
    }
}

fn failed(message: &str) -> Error {
    Error::evaluation("EL1023E", message)
}

/// What goes wrong inside a function is a failure of the function; what its arguments cannot be stays what it is.
fn during(name: &str, error: Error) -> Error {
    match (error.stage, error.code) {
        (Stage::Evaluation, "EL1001E") => error,
        _ => {
            Error { stage: Stage::Evaluation, code: "EL1023E", message: format!("#{name}: {}", error.message), ..error }
        }
    }
}

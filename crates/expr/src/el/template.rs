//! Text with expressions in it: cut once when it is read, filled in for each request.

mod braces;

use super::ast::Node;
use super::convert::{Wanted, converted};
use super::evaluate::Evaluator;
use super::parse;
use crate::error::Error;
use crate::limits::Limits;
use crate::lookup::Lookup;
use crate::value::Value;
use braces::{Piece, pieces};

/// A template, ready to be evaluated.
#[derive(Debug)]
pub struct Template {
    parts: Vec<Part>,
    mentions: Vec<String>,
}

#[derive(Debug)]
enum Part {
    Text(String),
    Expression(Node),
}

impl Template {
    /// Reads a template. Text without expressions is a template too.
    ///
    /// # Errors
    /// An expression that cannot be parsed, at stage [`crate::Stage::Parse`], with its place in the text.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let (rewritten, pieces) = pieces(text)?;
        let depth = Limits::default().depth;
        let mut parts = Vec::new();
        for piece in pieces {
            parts.push(match piece {
                Piece::Text(range) => Part::Text(rewritten.text[range].to_owned()),
                Piece::Expression(range) => {
                    let origin = |at: usize| rewritten.origin(range.start + at);
                    Part::Expression(parse::expression(&rewritten.text[range.clone()], depth, &origin)?)
                }
            });
        }
        let mentions = parts.iter().filter_map(|part| match part {
            Part::Text(_) => None,
            Part::Expression(node) => Some(super::evaluate::mentioned(node)),
        });
        Ok(Self { mentions: mentions.flatten().collect(), parts })
    }

    /// The text itself, when there is no expression in it.
    pub fn literal(&self) -> Option<&str> {
        match &self.parts[..] {
            [] => Some(""),
            [Part::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// Whether an expression asks for the member of the world at this path, such as `request.content`, or for
    /// something that the path is a part of.
    pub fn asks_for(&self, path: &str) -> bool {
        self.mentions.iter().any(|mention| {
            let (short, long) = if mention.len() < path.len() { (&**mention, path) } else { (path, &**mention) };
            long.strip_prefix(short).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
    }

    /// The value in this world, converted to what is wanted.
    ///
    /// # Errors
    /// Whatever the original refuses, with its code; and the end of a limit.
    pub fn evaluate<'a>(&'a self, world: &'a dyn Lookup, wanted: Wanted) -> Result<Value<'a>, Error> {
        self.evaluate_within(world, wanted, &Limits::default())
    }

    /// As [`Self::evaluate`], with limits of one's own.
    ///
    /// # Errors
    /// As [`Self::evaluate`].
    pub fn evaluate_within<'a>(
        &'a self,
        world: &'a dyn Lookup,
        wanted: Wanted,
        limits: &Limits,
    ) -> Result<Value<'a>, Error> {
        let mut evaluator = Evaluator::new(world, limits);
        let value = match &self.parts[..] {
            [] => Value::from(""),
            [Part::Text(text)] => Value::from(&**text),
            [Part::Expression(node)] => evaluator.value(node)?,
            parts => filled(parts, &mut evaluator)?,
        };
        let place = self.parts.iter().find_map(|part| match part {
            Part::Expression(node) => Some(node.place),
            Part::Text(_) => None,
        });
        converted(value, wanted, &mut evaluator.budget).map_err(|error| error.at(place.unwrap_or(0)))
    }
}

/// Texts and the texts of values; what is null adds nothing.
fn filled<'a>(parts: &'a [Part], evaluator: &mut Evaluator<'a, '_>) -> Result<Value<'a>, Error> {
    let mut whole = String::new();
    for part in parts {
        match part {
            Part::Text(text) => whole.push_str(text),
            Part::Expression(node) => {
                let value = evaluator.value(node)?;
                let text =
                    converted(value, Wanted::Text, &mut evaluator.budget).map_err(|error| error.at(node.place))?;
                if let Value::Str(text) = text {
                    whole.push_str(&text);
                }
            }
        }
        if whole.len() > evaluator.budget.text_limit() {
            break;
        }
    }
    evaluator.budget.text(whole.len()).map_err(|error| error.at(0))?;
    Ok(whole.into())
}

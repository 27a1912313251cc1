//! XPath 1.0 over XML texts. Names are compared as they are written, prefix included; DTDs are refused.

mod function;
mod lex;
mod parse;
mod step;
mod walk;

use crate::error::Error;
use crate::limits::{Budget, too_deep};
use crate::value::{Text, Thing, Value, double_text};
use parse::Expr;
use roxmltree::{Document, Node, ParsingOptions};

/// A compiled XPath expression.
#[derive(Debug)]
pub(crate) struct XPath(Expr);

/// What is asked of an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Result {
    Text,
    Boolean,
    Number,
    Node,
    Nodes,
}

impl Result {
    /// By the name that `#xpath` takes as its third argument.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "string" => Self::Text,
            "boolean" => Self::Boolean,
            "number" => Self::Number,
            "node" => Self::Node,
            "node_list" | "document_list" => Self::Nodes,
            _ => return None,
        })
    }
}

impl XPath {
    pub(crate) fn read(text: &str) -> std::result::Result<Self, Error> {
        parse::expression(text).map(Self)
    }

    pub(crate) fn evaluate<'a>(
        &self,
        xml: &Text<'a>,
        sought: Result,
        budget: &mut Budget<'_>,
    ) -> std::result::Result<Value<'a>, Error> {
        let document = parsed(xml, budget)?;
        let root = document.root();
        let found = walk::value(&self.0, &walk::Place { node: walk::Item::Node(root), position: 1, size: 1 }, budget)?;
        Ok(match sought {
            Result::Text => {
                let text = found.text();
                budget.text(text.len())?;
                text.into()
            }
            Result::Boolean => Value::Bool(found.truth()),
            Result::Number => Value::Double(found.number()),
            Result::Node => found.nodes()?.first().map_or(Value::Null, shown),
            Result::Nodes => {
                let nodes = found.nodes()?;
                budget.elements(nodes.len())?;
                nodes.iter().map(shown).collect::<Vec<_>>().into()
            }
        })
    }
}

fn shown<'a>(item: &walk::Item<'_, '_>) -> Value<'a> {
    Value::thing(Thing::Node(item.name(), item.text()))
}

/// The document in a text.
pub(crate) fn parsed<'x>(xml: &'x str, budget: &mut Budget<'_>) -> std::result::Result<Document<'x>, Error> {
    budget.steps(xml.len())?;
    let most = u32::try_from(budget.text_limit()).unwrap_or(u32::MAX);
    let options = ParsingOptions { allow_dtd: false, nodes_limit: most, ..ParsingOptions::default() };
    nesting(xml, budget.depth_limit())?;
    let document = Document::parse_with_options(xml, options);
    document.map_err(|error| failed(format!("the XML is not understood: {error}")))
}

/// Refuses what nests too deep before anything is built of it.
fn nesting(xml: &str, limit: usize) -> std::result::Result<(), Error> {
    let mut depth = 0_usize;
    let bytes = xml.as_bytes();
    for at in memchr::memchr_iter(b'<', bytes) {
        match bytes.get(at + 1) {
            Some(b'/') => depth = depth.saturating_sub(1),
            Some(b'!' | b'?') | None => {}
            Some(_) => {
                let end = memchr::memchr(b'>', &bytes[at..]).map_or(bytes.len(), |end| at + end);
                if bytes[end - 1] != b'/' {
                    depth += 1;
                }
                // Tags within comments count as well, so that the count is never too low by more than they bring.
                if depth > limit.saturating_mul(4) {
                    return Err(too_deep(limit));
                }
            }
        }
    }
    Ok(())
}

/// The name of an element or attribute as it is written.
fn written_name(node: &Node<'_, '_>) -> String {
    let source = &node.document().input_text()[node.range()];
    let name = source.trim_start_matches('<');
    let end = name.find(|c: char| c.is_whitespace() || matches!(c, '/' | '>')).unwrap_or(name.len());
    name[..end].to_owned()
}

/// XPath's own text of a number.
fn number_text(number: f64) -> String {
    if number == number.trunc() && number.abs() < 1e15 {
        return format!("{}", number as i64);
    }
    if number.is_finite() { format!("{number}") } else { double_text(number) }
}

fn failed(message: impl Into<String>) -> Error {
    Error::evaluation("EL1023E", message)
}

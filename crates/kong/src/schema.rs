//! How a field is described: type, default, rules, and how faithfully it is honoured. Validation, defaults and the
//! tables of the documentation all come from here.

mod check;
mod field;
mod fill;
mod rule;
pub mod text;
mod violation;

pub use check::check;
pub use field::{Field, any, array, boolean, foreign, integer, map, nested, number, removed, set, string};
pub use fill::{expand, fill};
pub use rule::Rule;
pub use violation::{Step, Violation, Violations};

use serde_json::{Map, Value};

/// An object: an entity's own or one nested in it.
pub type Object = Map<String, Value>;

/// What a record consists of.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// Its fields in the order in which they are shown.
    pub fields: Vec<Field>,
    /// What must hold between fields.
    pub checks: Vec<Check>,
    /// Other ways to write its fields, undone before anything is checked.
    pub shorthands: Vec<Shorthand>,
}

/// What a value may be.
#[derive(Clone, Debug)]
pub enum Kind {
    /// A text. Not empty, unless a rule says so.
    String,
    /// A number.
    Number,
    /// A whole number.
    Integer,
    /// `true` or `false`.
    Boolean,
    /// A list.
    Array(Box<Field>),
    /// A list in which each value stands once.
    Set(Box<Field>),
    /// Names with values of one type.
    Map(Box<Field>),
    /// A record of its own.
    Record(Box<Record>),
    /// Another entity of this collection: `{"id": …}`, by name, or in files a plain text.
    Foreign(&'static str),
    /// Anything.
    Any,
}

/// A condition between fields.
#[derive(Clone, Debug)]
pub enum Check {
    /// All of them or none.
    AllOrNone(&'static [&'static str]),
    /// At least one.
    AtLeastOneOf(&'static [&'static str]),
    /// Exactly one.
    OnlyOneOf(&'static [&'static str]),
    /// One or none.
    AtMostOneOf(&'static [&'static str]),
    /// Something else: the texts of what is wrong.
    Custom(fn(&Object) -> Vec<Violation>),
}

/// Another way to write fields: takes `name` out and puts what it means in.
#[derive(Clone, Copy, Debug)]
pub struct Shorthand {
    /// What is written.
    pub name: &'static str,
    /// What it means: members to set, or what is wrong with it.
    pub expand: fn(&Value) -> Result<Members, String>,
}

/// Members to set, by dotted paths.
pub type Members = Vec<(&'static str, Value)>;

/// How faithfully a field is honoured; the text says what differs, for findings and for the documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Honour {
    /// As in the original.
    Exact,
    /// Nearly.
    Approximate(&'static str),
    /// It has no effect.
    Ignored(&'static str),
    /// What depends on it does not work.
    Unsupported(&'static str),
}

impl Record {
    /// A record of these fields.
    pub fn new(fields: Vec<Field>) -> Self {
        Self { fields, ..Self::default() }
    }

    /// With a condition between fields.
    pub fn check(mut self, check: Check) -> Self {
        self.checks.push(check);
        self
    }

    /// With another way to write fields.
    pub fn shorthand(mut self, shorthand: Shorthand) -> Self {
        self.shorthands.push(shorthand);
        self
    }

    /// The field of this name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

/// A value by a dotted path such as `config.aws_key`; `null` counts as absent.
pub fn at<'v>(object: &'v Object, path: &str) -> Option<&'v Value> {
    let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
    let value = object.get(first).filter(|value| !value.is_null())?;
    match rest {
        None => Some(value),
        Some(rest) => at(value.as_object()?, rest),
    }
}

#[cfg(test)]
mod tests;

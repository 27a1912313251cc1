//! JSONPath as Jayway's library understands it, with missing leaves read as null.

mod compile;
mod filter;
mod function;
mod scan;
#[cfg(test)]
mod tests;
mod walk;

use crate::error::Error;
use crate::json::{self, Key};
use crate::limits::Budget;
use crate::value::{Text, Value};
use filter::Filter;
use walk::Walk;

/// A compiled path.
#[derive(Debug)]
pub(crate) struct Path {
    /// Whether it begins at the document, or at the item of a filter.
    from_root: bool,
    steps: Vec<Step>,
    /// The keys that every place on the path lies along.
    keys: Vec<Key>,
}

#[derive(Debug)]
enum Step {
    /// `.name`, `['a', 'b']`
    Properties(Vec<String>),
    /// `[1]`, `[1, 2]`
    Indexes(Vec<i64>),
    /// `[1:2]`
    Slice(Option<i64>, Option<i64>),
    /// `*`
    Wildcard,
    /// `[?(…)]`
    Filter(Box<Filter>),
    /// `..`
    Scan,
    /// `.length()`
    Function { name: String, parameters: Vec<Parameter> },
}

/// What a function is given.
#[derive(Debug)]
enum Parameter {
    Path(Path),
    Json(String),
}

/// Why a path leads nowhere.
enum Miss {
    /// There is nothing at this place.
    NotFound,
    /// The path makes no sense here, or a limit is reached.
    Failed(Error),
}

impl From<Error> for Miss {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl Step {
    /// Whether it leads to one place at most; the others lead to a list.
    fn is_definite(&self, leaf: bool) -> bool {
        match self {
            Self::Properties(names) => names.len() == 1 || leaf,
            Self::Indexes(indexes) => indexes.len() == 1,
            Self::Function { .. } => true,
            Self::Slice(..) | Self::Wildcard | Self::Filter(_) | Self::Scan => false,
        }
    }
}

impl Path {
    /// Compiles a path; one without `$` begins at the document too.
    pub(crate) fn read(text: &str) -> Result<Self, Error> {
        let mut path = compile::path(text, 0)?;
        path.keys = path.leading_keys();
        Ok(path)
    }

    /// Reads a JSON text and follows the path in it; what lies beside the path is not kept.
    pub(crate) fn evaluate_text<'a>(&self, text: &Text<'a>, budget: &mut Budget<'_>) -> Result<Value<'a>, Error> {
        let document = json::read_along(text, &self.keys, budget)?;
        if document.is_null() {
            return Err(failed("the JSON document is null"));
        }
        self.evaluate(&document, budget)
    }

    /// The names and places at the beginning, unless something on the path may look elsewhere.
    fn leading_keys(&self) -> Vec<Key> {
        let elsewhere = |step: &Step| match step {
            Step::Filter(_) => true,
            Step::Function { parameters, .. } => !parameters.is_empty(),
            _ => false,
        };
        if self.steps.iter().any(elsewhere) {
            return Vec::new();
        }
        let key = |step: &Step| match step {
            Step::Properties(names) if names.len() == 1 => Some(Key::Name(names[0].clone())),
            Step::Indexes(indexes) if indexes.len() == 1 => usize::try_from(indexes[0]).ok().map(Key::Index),
            _ => None,
        };
        self.steps.iter().map_while(key).collect()
    }

    /// What the path leads to in a document.
    pub(crate) fn evaluate<'a>(&self, document: &Value<'a>, budget: &mut Budget<'_>) -> Result<Value<'a>, Error> {
        self.value(document, document, false, budget).map_err(|miss| match miss {
            Miss::NotFound => failed("the path leads to nothing"),
            Miss::Failed(error) => error,
        })
    }

    fn is_definite(&self) -> bool {
        let last = self.steps.len().saturating_sub(1);
        self.steps.iter().enumerate().all(|(at, step)| step.is_definite(at == last))
    }

    /// The value at the path: of a definite one what was found last, of others the list of all.
    fn value<'a>(
        &self,
        item: &Value<'a>,
        root: &Value<'a>,
        required: bool,
        budget: &mut Budget<'_>,
    ) -> Result<Value<'a>, Miss> {
        let mut walk = Walk { path: self, root, required, budget, found: Vec::new() };
        walk.step(0, item)?;
        let mut found = walk.found;
        if self.is_definite() { found.pop().ok_or(Miss::NotFound) } else { Ok(found.into()) }
    }
}

fn failed(message: impl Into<String>) -> Error {
    Error::evaluation("EL1023E", message)
}

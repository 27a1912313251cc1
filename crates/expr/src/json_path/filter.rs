//! Filters of a path: `[?(@.price < 10 && @.tags)]`.

mod compare;
mod read;

use super::{Miss, Path};
use crate::el::Pattern;
use crate::error::Error;
use crate::limits::Budget;
use crate::value::Value;

/// A condition on an item.
#[derive(Debug)]
pub(super) enum Filter {
    All(Vec<Filter>),
    Any(Vec<Filter>),
    Not(Box<Filter>),
    /// Whether the path leads to something, or must not.
    Exists {
        path: Path,
        wanted: bool,
    },
    Compare {
        left: Operand,
        operator: Operator,
        right: Operand,
    },
}

/// One side of a comparison.
#[derive(Debug)]
pub(super) enum Operand {
    Path(Path),
    Text(String),
    /// A number as it is written.
    Number(String),
    Bool(bool),
    Null,
    Json(String),
    Pattern(Box<Pattern>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    NotEqual,
    Same,
    NotSame,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Regex,
    In,
    NotIn,
    Contains,
    All,
    Size,
    Empty,
    SubsetOf,
    AnyOf,
    NoneOf,
}

impl Filter {
    /// Reads what stands between the parentheses.
    pub(super) fn read(text: &[char], depth: usize) -> Result<Self, Error> {
        read::filter(text, depth)
    }

    pub(super) fn accepts<'a>(
        &self,
        item: &Value<'a>,
        root: &Value<'a>,
        budget: &mut Budget<'_>,
    ) -> Result<bool, Error> {
        budget.step()?;
        Ok(match self {
            Self::All(filters) => {
                for filter in filters {
                    if !filter.accepts(item, root, budget)? {
                        return Ok(false);
                    }
                }
                true
            }
            Self::Any(filters) => {
                for filter in filters {
                    if filter.accepts(item, root, budget)? {
                        return Ok(true);
                    }
                }
                false
            }
            Self::Not(filter) => !filter.accepts(item, root, budget)?,
            Self::Exists { path, wanted } => match path.value(item, root, true, budget) {
                Ok(_) => *wanted,
                Err(Miss::NotFound) => !*wanted,
                Err(Miss::Failed(error)) => return Err(error),
            },
            Self::Compare { left, operator, right } => {
                let left = left.value(item, root, budget)?;
                let right = right.value(item, root, budget)?;
                compare::holds(*operator, &left, &right)?
            }
        })
    }
}

//! Values that must be as they should: texts with expressions, and what must hold of each.

use crate::answer::Keyed;
use crate::text::Text;
use serde::Serialize;

/// Refuses requests of which a value is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CheckValues {
    /// What must hold; all of it is judged.
    pub rules: Vec<ValueRule>,
    /// What a refusal is. Its answer is a JSON object of its message and, in `constraints`, what is wrong.
    pub refusal: Keyed,
    /// What a value that cannot be evaluated is.
    pub failure: Keyed,
}

/// What must hold of a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ValueRule {
    /// The value.
    pub value: Text,
    /// One that is null is judged too.
    pub required: bool,
    /// What must hold.
    pub check: ValueCheck,
    /// What the check compares with.
    pub parameters: Vec<Text>,
    /// What is said when it does not hold, in the manner of Java's `String.format`: `%s` is the value, then the
    /// parameters.
    pub message: Option<String>,
}

/// What may be asked of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ValueCheck {
    /// There is more than white space.
    Filled,
    /// A number, at least the parameter.
    Least,
    /// A number, at most the parameter.
    Most,
    /// An address of mail.
    Mail,
    /// A date in the form of the parameter.
    Date,
    /// The parameter, a regular expression of Java's, is found in it.
    Pattern,
    /// As many characters as the first parameter at least, and as the second at most.
    Length,
    /// One of the parameters.
    OneOf,
}

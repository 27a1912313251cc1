//! Leading requests elsewhere by their path.

use crate::answer::Keyed;
use crate::text::Text;
use serde::Serialize;

/// The first rule whose expression the whole decoded path matches, below what the route matched, says where a request is
/// led. Without rules none is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LeadByPath {
    /// The rules, in order.
    pub rules: Vec<LeadRule>,
    /// The attribute that says where to.
    pub attribute: String,
    /// What is said where no rule fits.
    pub no_rule: Keyed,
    /// What is said where an expression cannot be read.
    pub no_regex: Keyed,
}

/// A rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LeadRule {
    /// A regular expression.
    pub regex: Text,
    /// Where it leads. Its texts know what the expression captured, as `group` and `groupName`.
    pub target: Text,
}

//! Requests divided by weight.

use crate::predicate::Vars;
use serde::Serialize;

/// Sets an attribute of the exchange to one of several values, by weight. Endpoints are led by it, and later steps may
/// ask for it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Split {
    /// The attribute.
    pub attribute: String,
    /// The first rule that takes a request divides it; one that none takes is left alone.
    pub rules: Vec<SplitRule>,
}

/// How some requests are divided.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SplitRule {
    /// One of these conditions must be true; empty: all requests.
    pub when: Vec<Vars>,
    /// The values, in turn by their weights.
    pub ways: Vec<SplitWay>,
}

/// One value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SplitWay {
    /// Its share; 0 takes none.
    pub weight: u32,
    /// What the attribute is; `None`: nothing is set.
    pub value: Option<String>,
}

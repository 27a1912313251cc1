//! Changes of the query by evaluated texts.

use crate::text::Text;
use serde::Serialize;

/// Changes of the query, carried out in the order in which they stand here. A text without a value changes nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct QueryTexts {
    /// Nothing of it stays.
    pub clear: bool,
    /// Parameters that are put in.
    pub put: Vec<QueryText>,
    /// No parameter of these names.
    pub remove: Vec<String>,
}

/// A parameter. What may not stand in a query is escaped, and nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct QueryText {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: Text,
    /// It stands beside those of its name instead of in their place.
    pub beside: bool,
}

//! JSON schemas as APISIX writes them, and a judge that says what is wrong in APISIX's words.
//!
//! A schema is JSON data, so that the Admin API can show it; it is read once into rules that judge quickly
//! (`expr::schema`). The member `$honour` is the project's own: it tells how faithfully a field is honoured, and is not
//! shown.

pub mod honour;

pub(crate) use honour::shown_required;
pub use honour::{Honour, honour, said};

use expr::schema::Judge;
use serde_json::Value;

/// An object of JSON.
pub type Object = serde_json::Map<String, Value>;

/// A schema that can judge.
pub struct Schema {
    /// As it was written.
    json: Value,
    judge: Judge,
}

impl Schema {
    /// Reads a schema of this crate's own; one that is no schema is a mistake of the crate.
    pub fn of(json: Value) -> Self {
        let judge = Judge::with_references(&json).expect("the crate's own schemas can be read");
        Self { json, judge }
    }

    /// The schema as clients see it.
    pub fn shown(&self) -> Value {
        honour::stripped(&self.json)
    }

    /// The schema with what is said about its fields.
    pub fn written(&self) -> &Value {
        &self.json
    }

    /// What is wrong with a value, in APISIX's words; the first thing only.
    pub fn check(&self, value: &Value) -> Result<(), String> {
        self.judge.check(value)
    }

    /// Writes the defaults into a value that holds.
    pub fn fill(&self, value: &mut Value) {
        self.judge.fill(value);
    }
}

#[cfg(test)]
mod tests;

//! JSON schemas as APISIX writes them, and a judge that says what is wrong in APISIX's words.
//!
//! A schema is JSON data, so that the Admin API can show it; it is read once into rules that judge quickly
//! (`expr::schema`). The member `$honour` is the project's own: it tells how faithfully a field is honoured, and is not
//! shown.

pub mod honour;

pub(crate) use honour::shown_required;
pub use honour::{Honour, honour, said};

use dialect::Faith;
use expr::schema::Judge;
use honour::Noted;
use serde_json::Value;

/// An object of JSON.
pub type Object = serde_json::Map<String, Value>;

/// A schema that can judge.
pub struct Schema {
    /// As it was written.
    json: Value,
    judge: Judge,
    /// What is said about its fields.
    noted: Option<Noted>,
}

impl Schema {
    /// Reads a schema of this crate's own; one that is no schema is a mistake of the crate.
    pub fn of(json: Value) -> Self {
        let judge = Judge::with_references(&json).expect("the crate's own schemas can be read");
        let noted = Noted::of(&json);
        Self { json, judge, noted }
    }

    /// The schema as clients see it.
    pub fn shown(&self) -> Value {
        honour::stripped(&self.json)
    }

    /// The schema with what is said about its fields.
    pub fn written(&self) -> &Value {
        &self.json
    }

    /// What is said about the values that are written in an object: path, how faithful, what differs. A value that is the
    /// default says nothing.
    pub fn remarks(&self, value: &Value) -> Vec<(String, Faith, &str)> {
        self.noted.as_ref().map(|noted| noted.remarks(value)).unwrap_or_default()
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

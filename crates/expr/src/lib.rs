//! Expressions: parsed once, evaluated many times, asking their world through one trait that never waits.
//!
//! [`el`] is the expression language of API definitions: templates with `{#…}`, SpEL inside, JSONPath and XPath inside
//! that. [`freemarker`] is the template language of bodies. [`vars`] are conditions on variables, written as lists; [`schema`] judges JSON. [`routing`] is the language in which routes say which
//! requests they take. Values, limits and [`Lookup`] know no language: others may stand beside it.

pub mod date_form;
pub mod el;
mod error;
pub mod freemarker;
mod json;
mod json_path;
mod limits;
mod lookup;
pub mod routing;
pub mod schema;
pub mod value;
pub mod vars;
mod xpath;

pub use error::{Error, Stage};
pub use limits::Limits;
pub use lookup::{Kind, Lookup, Object};
pub use value::{List, Map, Text, Value};

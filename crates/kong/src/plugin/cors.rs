//! `cors`: requests from other origins.

use super::Parts;
use crate::schema::{Rule, array, boolean, number, string};
use serde_json::json;

const METHODS: &[&str] = &["GET", "HEAD", "PUT", "PATCH", "POST", "DELETE", "OPTIONS", "TRACE", "CONNECT"];

pub(super) fn parts() -> Parts {
    Parts::new(vec![
        array("origins", string("").rule(Rule::Text(origin))),
        array("headers", string("")),
        array("exposed_headers", string("")),
        array("methods", string("").one_of(METHODS)).default(json!(METHODS)).optional(),
        number("max_age"),
        boolean("credentials").default(false),
        boolean("preflight_continue").default(false),
        boolean("private_network").default(false),
        boolean("allow_origin_absent").default(true).optional(),
    ])
    .no_consumer()
}

fn origin(text: &str) -> Result<(), String> {
    if text == "*" || regex_syntax::ast::parse::Parser::new().parse(text).is_ok() {
        return Ok(());
    }
    Err(format!("'{text}' is not a valid regex"))
}

//! `request-termination`: an answer without anybody behind.

use super::Parts;
use crate::schema::{Check, Object, Rule, Violation, at, boolean, integer, string, text};
use serde_json::Value;

pub(super) fn parts() -> Parts {
    Parts::new(vec![
        integer("status_code").default(503).between(100, 599),
        string("message"),
        string("content_type"),
        string("body"),
        boolean("echo").default(false),
        string("trigger").rule(Rule::Text(text::header_name)),
    ])
    .check(Check::Custom(together))
}

/// Which of the texts go together.
fn together(plugin: &Object) -> Vec<Violation> {
    let text = |path: &str| at(plugin, path).and_then(Value::as_str).is_some_and(|text| !text.is_empty());
    let (message, body) = (text("config.message"), text("config.body"));
    let (media, echo) = (text("config.content_type"), at(plugin, "config.echo") == Some(&Value::Bool(true)));
    let wrong = match () {
        () if message && (media || body) => "message cannot be used with content_type or body",
        () if media && !body => "content_type requires a body",
        () if echo && (media || body) => "echo cannot be used with content_type and body",
        () => return Vec::new(),
    };
    vec![Violation::entity(wrong).below(crate::schema::Step::Name("config".to_owned()))]
}

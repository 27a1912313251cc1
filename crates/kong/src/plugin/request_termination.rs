//! `request-termination`: an answer without anybody behind.

use super::{Parts, Steps};
use crate::entity::Entity;
use crate::lower::Lowering;
use crate::part::Part;
use crate::schema::{Check, Object, Rule, Violation, at, boolean, integer, string, text};
use model::answer::{Answer, AnswerBody};
use model::chain::Phase;
use model::policy::{Policy, Terminate};
use serde_json::{Value, json};

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

pub(super) fn lower(entity: &Entity, _: &mut Lowering<'_>) -> Steps {
    let part = Part::of(&entity.object).part("config");
    let status = part.count("status_code").and_then(|status| u16::try_from(status).ok()).unwrap_or(503);
    let message = part.owned("message").unwrap_or_else(|| said(status).to_owned());
    let json = "application/json; charset=utf-8".to_owned();
    let (media, body) = match part.owned("body") {
        Some(body) => (part.owned("content_type").unwrap_or(json), body),
        None => (json, json!({ "message": message }).to_string()),
    };
    let headers = vec![("content-type".to_owned(), media)];
    let answer = Answer { headers, body: AnswerBody::Text(body), ..Answer::status(status) };
    let (trigger, echo) = (part.owned("trigger"), part.flag("echo").then_some(message));
    let policy = match (&trigger, &echo) {
        (None, None) => Policy::Respond(answer),
        _ => Policy::Terminate(Box::new(Terminate { trigger, answer, echo })),
    };
    vec![(Phase::Access, policy)]
}

/// What is said without a message.
fn said(status: u16) -> &'static str {
    match status {
        401 => "Unauthorized",
        404 => "Not found",
        405 => "Method not allowed",
        500 => "An unexpected error occurred",
        502 => "Bad Gateway",
        503 => "Service unavailable",
        _ => "",
    }
}

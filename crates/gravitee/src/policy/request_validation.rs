//! `request-validation`: values of a request that must be as they should.

use super::{Does, Engine, List, Place, When};
use crate::expression;
use crate::lower::Lowering;
use crate::part::Part;
use crate::schema::{Kind, Record, flag, list, nested, number, text, texts, word};
use model::answer::Keyed;
use model::policy::{CheckValues, Policy, ValueCheck, ValueRule};
use model::text::Text;

/// The fields of its configuration.
pub(super) static CONFIG: Record = Record {
    name: "request-validation",
    fields: &[
        word("scope", &["REQUEST", "REQUEST_CONTENT"]).default("REQUEST"),
        number("status").default("400"),
        list("rules", &Kind::Record(&RULE)),
    ],
};

static RULE: Record = Record {
    name: "request-validation rule",
    fields: &[text("input"), flag("isRequired").default("true"), nested("constraint", &CONSTRAINT)],
};

static CONSTRAINT: Record = Record {
    name: "request-validation constraint",
    fields: &[
        word("type", &["NOT_NULL", "MIN", "MAX", "MAIL", "DATE", "PATTERN", "SIZE", "ENUM"]).default("NOT_NULL"),
        texts("parameters"),
        text("message"),
    ],
};

pub(super) fn lower(place: &Place<'_>, at: &mut Lowering<'_>) -> Does {
    if place.list == List::Response {
        return Vec::new();
    }
    let content = place.config.word("scope") == Some("REQUEST_CONTENT");
    let when = if content && place.engine == Engine::V3 { When::Content } else { When::Turn };
    let rules: Vec<ValueRule> = place.config.parts("rules").iter().map(|part| rule(part, at)).collect();
    if rules.is_empty() {
        return Vec::new();
    }
    let status = place.config.count("status").and_then(|status| u16::try_from(status).ok());
    let status = status.filter(|status| (200..600).contains(status)).unwrap_or(400);
    let policy = CheckValues {
        rules,
        refusal: Keyed::new(status, "REQUEST_VALIDATION_INVALID", "Request is not valid according to constraint rules"),
        failure: Keyed { status: 500, key: None, message: Some("Internal Server Error".to_owned()) },
    };
    vec![(when, Policy::CheckValues(Box::new(policy)))]
}

fn rule(part: &Part<'_>, at: &mut Lowering<'_>) -> ValueRule {
    let constraint = part.part("constraint");
    let check = match constraint.word("type").unwrap_or("NOT_NULL") {
        "MIN" => ValueCheck::Least,
        "MAX" => ValueCheck::Most,
        "MAIL" => ValueCheck::Mail,
        "DATE" => ValueCheck::Date,
        "PATTERN" => ValueCheck::Pattern,
        "SIZE" => ValueCheck::Length,
        "ENUM" => ValueCheck::OneOf,
        _ => ValueCheck::Filled,
    };
    ValueRule {
        value: expression::field(part, "input", at.notes).unwrap_or(Text::Plain(String::new())),
        required: part.flag("isRequired"),
        check,
        parameters: constraint.texts("parameters").into_iter().map(Text::Expression).collect(),
        message: constraint.filled("message").map(str::to_owned),
    }
}

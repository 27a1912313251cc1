//! `policy-assign-content`: a body that a FreeMarker template writes.

use super::{Does, Engine, List, Place, When};
use crate::expression;
use crate::lower::Lowering;
use crate::schema::{Record, text, word};
use model::answer::Keyed;
use model::policy::{BodyTemplate, Policy};

/// The fields of its configuration.
pub(super) static CONFIG: Record = Record {
    name: "policy-assign-content",
    fields: &[word("scope", &["REQUEST", "RESPONSE"]).default("REQUEST"), text("body")],
};

pub(super) fn lower(place: &Place<'_>, at: &mut Lowering<'_>) -> Does {
    let Some(when) = when(place) else { return Vec::new() };
    let policy = BodyTemplate {
        template: expression::template(&place.config, "body", at.notes),
        failure: Keyed::new(500, "ASSIGN_CONTENT_ERROR", "Unable to assign body content"),
    };
    vec![(when, Policy::BodyTemplate(Box::new(policy)))]
}

/// It has the body, so the older engine runs it behind the steps that take their turn.
fn when(place: &Place<'_>) -> Option<When> {
    if place.engine == Engine::V4 {
        return Some(When::Turn);
    }
    match (place.config.word("scope").unwrap_or("REQUEST"), place.list) {
        ("REQUEST", List::Request) | ("RESPONSE", List::Response) => Some(When::Content),
        _ => None,
    }
}

//! `mock`: an answer in the endpoint's place.

use super::transform_headers::{HEADER, headers};
use super::{Does, List, Place, When};
use crate::expression;
use crate::lower::Lowering;
use crate::schema::{Kind, Record, list, text, word};
use model::answer::Keyed;
use model::policy::{Compose, Policy};
use model::text::Text;

/// The fields of its configuration.
pub(super) static CONFIG: Record = Record {
    name: "mock",
    fields: &[
        word("scope", super::scope::SCOPES).accepted("it stands on the side of the request"),
        text("status").default("200"),
        list("headers", &Kind::Record(&HEADER)),
        text("content"),
    ],
};

pub(super) fn lower(place: &Place<'_>, at: &mut Lowering<'_>) -> Does {
    if place.list == List::Response {
        return Vec::new(); // the endpoint was asked already
    }
    let status = expression::field(&place.config, "status", at.notes);
    let policy = Compose {
        status: status.unwrap_or_else(|| Text::Plain("200".to_owned())),
        headers: headers(&place.config, "headers", at),
        body: expression::field(&place.config, "content", at.notes),
        failure: Keyed { status: 500, key: None, message: Some("Internal Server Error".to_owned()) },
    };
    vec![(When::Turn, Policy::Compose(Box::new(policy)))]
}

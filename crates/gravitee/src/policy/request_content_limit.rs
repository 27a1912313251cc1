//! `request-content-limit`: how large a request's body may be.

use super::{Does, List, Place, When};
use crate::lower::Lowering;
use crate::schema::{Record, number};
use model::policy::{Policy, Refusals, RequestSize};

/// The fields of its configuration.
pub(super) static CONFIG: Record = Record {
    name: "request-content-limit",
    fields: &[number("limit")
        .approximate("a request without a body passes without a length; response templates see no length and limit")],
};

/// What its refusal is called, and says.
pub(crate) const KEY: &str = "REQUEST_CONTENT_LIMIT_TOO_LARGE";
pub(crate) const MESSAGE: &str = "The request is larger than the server is willing or able to process.";

pub(super) fn lower(place: &Place<'_>, _: &mut Lowering<'_>) -> Does {
    if place.list == List::Response {
        return Vec::new();
    }
    let bytes = place.config.count("limit").unwrap_or(0);
    let policy = RequestSize { bytes, length_required: false, refusals: Refusals::default() };
    vec![(When::Turn, Policy::RequestSize(policy))]
}

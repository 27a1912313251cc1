//! `request-size-limiting`: bodies that are too large.

use super::{Parts, Steps, words};
use crate::entity::Entity;
use crate::lower::Lowering;
use crate::part::Part;
use crate::schema::{boolean, integer, string};
use model::chain::Phase;
use model::policy::{Case, Policy, RequestSize};

pub(super) fn parts() -> Parts {
    Parts::new(vec![
        integer("allowed_payload_size").default(128).optional(),
        string("size_unit").default("megabytes").one_of(&["megabytes", "kilobytes", "bytes"]),
        boolean("require_content_length").default(false),
    ])
}

pub(super) fn lower(entity: &Entity, _: &mut Lowering<'_>) -> Steps {
    let part = Part::of(&entity.object).part("config");
    let unit: u64 = match part.text("size_unit") {
        Some("bytes") => 1,
        Some("kilobytes") => 1024,
        _ => 1024 * 1024,
    };
    let policy = RequestSize {
        bytes: part.count("allowed_payload_size").unwrap_or(128).saturating_mul(unit),
        length_required: part.flag("require_content_length"),
        refusals: words::by_accept([
            (Case::TooLarge, 413, "Request size limit exceeded"),
            (Case::TooLargeAsked, 417, "Request size limit exceeded"),
            (Case::NoLength, 411, "A valid Content-Length header is required"),
        ]),
    };
    vec![(Phase::Access, Policy::RequestSize(policy))]
}

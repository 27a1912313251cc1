//! `client-control`: bodies that are too large.

use super::{Parts, Steps, words};
use crate::entity::Part;
use crate::lower::At;
use model::chain::Phase;
use model::policy::{Case, Policy, RequestSize};
use serde_json::json;

pub(super) fn parts() -> Parts {
    Parts::new(json!({
        "type": "object",
        "properties": {"max_body_size": {"type": "integer", "minimum": 0}},
    }))
}

/// 0 sets no bound.
pub(super) fn lower(conf: Part<'_>, _: &mut At<'_>) -> Steps {
    let Some(bytes) = conf.count("max_body_size").filter(|bytes| *bytes > 0) else { return Vec::new() };
    let refusals = words::pages([(Case::TooLarge, 413), (Case::TooLargeAsked, 413)]);
    vec![(Phase::Rewrite, Policy::RequestSize(RequestSize { bytes, length_required: false, refusals }))]
}

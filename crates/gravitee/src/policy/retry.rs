//! `retry`: the endpoint is asked again.

use super::{Does, List, Place, When};
use crate::expression;
use crate::lower::Lowering;
use crate::schema::{Record, flag, number, text};
use model::answer::Keyed;
use model::endpoint::Again;
use model::policy::Policy;
use std::time::Duration;

/// The fields of its configuration.
pub(super) static CONFIG: Record = Record {
    name: "retry",
    fields: &[
        text("condition"),
        number("maxRetries").default("1"),
        number("delay").default("0"),
        number("timeout").default("1000"),
        flag("lastResponse"),
    ],
};

pub(super) fn lower(place: &Place<'_>, at: &mut Lowering<'_>) -> Does {
    if place.list == List::Response {
        return Vec::new();
    }
    let count = |name: &str, usual: u64| place.config.count(name).filter(|count| *count > 0).unwrap_or(usual);
    let policy = Again {
        tries: u32::try_from(count("maxRetries", 1)).unwrap_or(u32::MAX),
        pause: Duration::from_millis(count("delay", 0)),
        patience: Duration::from_millis(count("timeout", 1000)),
        unless: expression::field(&place.config, "condition", at.notes),
        last_counts: place.config.flag("lastResponse"),
        breaker: None,
        failure: Keyed { status: 502, key: None, message: None },
    };
    vec![(When::Turn, Policy::Again(Box::new(policy)))]
}

//! `latency`: requests wait.

use super::{Does, List, Place, When};
use crate::lower::Lowering;
use crate::schema::{Record, number, text, word};
use model::policy::{Chance, Delay, Inject, Policy};
use std::time::Duration;

/// The fields of its configuration.
pub(super) static CONFIG: Record = Record {
    name: "latency",
    fields: &[
        number("time").default("100"),
        word("timeUnit", &["MILLISECONDS", "SECONDS"]).default("MILLISECONDS"),
        text("dynamicTime").unsupported("newer than the version that is matched: the fixed time counts"),
    ],
};

pub(super) fn lower(place: &Place<'_>, _: &mut Lowering<'_>) -> Does {
    if place.list == List::Response {
        return Vec::new();
    }
    let time = place.config.count("time").unwrap_or(100);
    let time = match place.config.word("timeUnit") {
        Some("SECONDS") => Duration::from_secs(time),
        _ => Duration::from_millis(time),
    };
    let policy = Inject { delay: Some(Delay { time, chance: Chance::default() }), answer: None };
    vec![(When::Turn, Policy::Inject(Box::new(policy)))]
}

//! `spike-arrest`: requests spread over seconds or minutes.

use super::limit::{self, Kind, Tells, Time, evaluated, fixed};
use super::rate_limit::{ASYNC, STRATEGY, seconds_or_minutes};
use super::{Does, Place};
use crate::lower::Lowering;
use crate::schema::{Record, flag, nested, number, text, word};
use model::policy::{Amount, Letters, LimitFact, RateHeaders, TimeUnit};

/// The fields of its configuration.
pub(super) static CONFIG: Record =
    Record { name: "spike-arrest", fields: &[STRATEGY, ASYNC, flag("addHeaders"), nested("spike", &SPIKE)] };

static SPIKE: Record = Record {
    name: "spike",
    fields: &[
        text("key"),
        flag("useKeyOnly"),
        number("limit"),
        text("dynamicLimit"),
        number("periodTime"),
        word("periodTimeUnit", &["SECONDS", "MINUTES"]).default("SECONDS"),
        text("dynamicPeriodTime"),
    ],
};

const KIND: Kind = Kind {
    figures: "spike",
    short: "sa",
    key: "SPIKE_ARREST",
    name: "Spike arrest",
    refusal: "Spike limit exceeded! You reached the limit of {part_limit} requests per {part_time} ms.",
    spread: true,
};

pub(super) fn lower(place: &Place<'_>, at: &mut Lowering<'_>) -> Does {
    let figures = place.config.part(KIND.figures);
    let time = match fixed(&figures, "periodTime") {
        Some(time) => Time { time, unit: seconds_or_minutes(figures.word("periodTimeUnit")) },
        None => {
            let time = evaluated(&figures, "dynamicPeriodTime", at).unwrap_or(Amount::Fixed(1));
            Time { time, unit: TimeUnit::Seconds }
        }
    };
    let tells = Tells {
        parameters: vec![
            ("slice_limit", LimitFact::PartLimit),
            ("slice_period_time", LimitFact::PartTime),
            ("slice_period_unit", LimitFact::PartUnit),
            ("limit", LimitFact::Limit),
            ("period_time", LimitFact::Time),
            ("period_unit", LimitFact::Unit(Letters::Capital)),
        ],
        attributes: Vec::new(),
        headers: RateHeaders {
            limit: Some("X-Spike-Arrest-Limit".to_owned()),
            reset: Some("X-Spike-Arrest-Reset".to_owned()),
            length: Some("X-Spike-Arrest-Slice-Period".to_owned()),
            ..limit::silent()
        },
    };
    limit::lower(place, &KIND, time, tells, at)
}

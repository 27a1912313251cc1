//! `rate-limit`: so many requests in seconds or minutes.

use super::limit::{self, Kind, Tells, Time, evaluated, fixed};
use super::{Does, Engine, Place};
use crate::lower::Lowering;
use crate::schema::{Field, Record, flag, nested, number, text, word};
use model::policy::{Amount, Letters, LimitFact, RateHeaders, TimeUnit};

/// The fields of its configuration.
pub(super) static CONFIG: Record =
    Record { name: "rate-limit", fields: &[STRATEGY, ASYNC, flag("addHeaders"), nested("rate", &RATE)] };

static RATE: Record = Record {
    name: "rate",
    fields: &[
        text("key"),
        flag("useKeyOnly"),
        number("limit"),
        text("dynamicLimit"),
        number("periodTime").default("1"),
        word("periodTimeUnit", &["SECONDS", "MINUTES"]).default("SECONDS"),
        text("dynamicPeriodTime"),
    ],
};

/// What happens while the store of counts is away.
pub(super) const STRATEGY: Field =
    word("errorStrategy", &["FALLBACK_PASS_TROUGH", "BLOCK_ON_INTERNAL_ERROR"]).default("FALLBACK_PASS_TROUGH");
/// Counts need not be strict.
pub(super) const ASYNC: Field = flag("async").accepted("counts are strict in any case");

const KIND: Kind = Kind {
    figures: "rate",
    short: "rl",
    key: "RATE_LIMIT",
    name: "Rate limit",
    refusal: "Rate limit exceeded! You reached the limit of {limit} requests per {time} {unit}",
    spread: false,
};

pub(super) fn lower(place: &Place<'_>, at: &mut Lowering<'_>) -> Does {
    let figures = place.config.part(KIND.figures);
    let time = match evaluated(&figures, "dynamicPeriodTime", at) {
        Some(time) => Time { time, unit: TimeUnit::Seconds },
        None => Time {
            time: fixed(&figures, "periodTime").unwrap_or(Amount::Fixed(1)),
            unit: seconds_or_minutes(figures.word("periodTimeUnit")),
        },
    };
    let letters = match place.engine {
        Engine::V3 => Letters::Capital,
        Engine::V4 => Letters::Small,
    };
    let name = |name: &str| Some(format!("X-Rate-Limit-{name}"));
    let tells = Tells {
        parameters: vec![
            ("limit", LimitFact::Limit),
            ("period_time", LimitFact::Time),
            ("period_unit", LimitFact::Unit(letters)),
        ],
        attributes: Vec::new(),
        headers: RateHeaders {
            limit: name("Limit"),
            remaining: name("Remaining"),
            reset: name("Reset"),
            ..limit::silent()
        },
    };
    limit::lower(place, &KIND, time, tells, at)
}

/// The unit of this word.
pub(super) fn seconds_or_minutes(word: Option<&str>) -> TimeUnit {
    if word == Some("MINUTES") { TimeUnit::Minutes } else { TimeUnit::Seconds }
}

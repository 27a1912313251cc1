//! `quota`: so many requests in hours to months.

use super::limit::{self, Kind, Tells, Time, evaluated, fixed};
use super::rate_limit::{ASYNC, STRATEGY};
use super::{Does, Place};
use crate::lower::Lowering;
use crate::schema::{Record, flag, nested, number, text, word};
use model::policy::{Amount, Letters, LimitFact, RateHeaders, TimeUnit};

/// The fields of its configuration.
pub(super) static CONFIG: Record =
    Record { name: "quota", fields: &[STRATEGY, ASYNC, flag("addHeaders").default("true"), nested("quota", &QUOTA)] };

static QUOTA: Record = Record {
    name: "quota figures",
    fields: &[
        text("key"),
        flag("useKeyOnly"),
        number("limit"),
        text("dynamicLimit"),
        number("periodTime").default("1"),
        word("periodTimeUnit", &["HOURS", "DAYS", "WEEKS", "MONTHS"])
            .default("MONTHS")
            .approximate("days and months are those of UTC"),
        text("dynamicPeriodTime"),
    ],
};

const KIND: Kind = Kind {
    figures: "quota",
    short: "q",
    key: "QUOTA",
    name: "Quota",
    refusal: "Quota exceeded! You reached the limit of {limit} requests per {time} {unit}",
    spread: false,
};

pub(super) fn lower(place: &Place<'_>, at: &mut Lowering<'_>) -> Does {
    let figures = place.config.part(KIND.figures);
    let time = match evaluated(&figures, "dynamicPeriodTime", at) {
        Some(time) => Time { time, unit: TimeUnit::Hours },
        None => Time { time: fixed(&figures, "periodTime").unwrap_or(Amount::Fixed(1)), unit: unit(&figures) },
    };
    let name = |name: &str| Some(format!("X-Quota-{name}"));
    let tells = Tells {
        parameters: vec![
            ("limit", LimitFact::Limit),
            ("period_time", LimitFact::Time),
            ("period_unit", LimitFact::Unit(Letters::Title)),
        ],
        attributes: vec![
            ("gravitee.attribute.quota.count", LimitFact::Count),
            ("gravitee.attribute.quota.remaining", LimitFact::Remaining),
            ("gravitee.attribute.quota.limit", LimitFact::Limit),
            ("gravitee.attribute.quota.reset.time", LimitFact::Reset),
        ],
        headers: RateHeaders {
            limit: name("Limit"),
            remaining: name("Remaining"),
            reset: name("Reset"),
            ..limit::silent()
        },
    };
    limit::lower(place, &KIND, time, tells, at)
}

fn unit(figures: &crate::part::Part<'_>) -> TimeUnit {
    match figures.word("periodTimeUnit") {
        Some("HOURS") => TimeUnit::Hours,
        Some("DAYS") => TimeUnit::Days,
        Some("WEEKS") => TimeUnit::Weeks,
        _ => TimeUnit::Months,
    }
}

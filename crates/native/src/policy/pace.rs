//! `pace`: how fast a client may ask.

use super::Around;
use super::rate_limit::redis::{self, Redis};
use super::rate_limit::{self, By, ByValue};
use super::refusals::{self, Refusals};
use crate::decode::{At, Either, Rate, Text, entity, said};
use crate::lower::Lowering;
use crate::write::{Pen, text, unless};
use model::policy::{self, Case, Period, Policy, Span};

entity! {
    /// A leaky bucket: requests above the rate wait for their turn, those above the burst are refused.
    Pace {
        /// Requests in a second.
        rate: At<f64>,
        /// Requests above the rate that are borne; 0 without it.
        burst: Option<At<f64>>,
        /// Whether those wait for their turn, instead of going on at once; true without it.
        waits: Option<At<bool>>,
        /// Whose requests count together; `consumer` without it. Where a client lacks it, its address stands in.
        by: Option<Either<At<By>, At<ByValue>>>,
        /// Those with the same scope, rate and burst share their buckets; each has its own without it.
        scope: Option<Text>,
        /// A Redis where counts stand; in this process without it.
        redis: Option<Redis>,
        /// What a refusal says: `too_many`.
        refusals: Option<Refusals>,
    }
}

type Written = Either<At<Rate>, At<Pace>>;

const CASES: &[Case] = &[Case::TooMany];

pub(crate) fn lower(written: &Written, around: &Around<'_>, at: &mut Lowering<'_>) -> Option<Policy> {
    let short;
    let written = match written {
        Either::First(rate) => {
            let rate = At { value: in_a_second(rate, at)?, spot: rate.spot.clone() };
            short = Pace { rate, ..Pace::default() };
            &short
        }
        Either::Second(written) => &written.value,
    };
    if !written.rate.is_finite() || written.rate.value <= 0.0 {
        at.invalid(&written.rate.spot, "a rate is above 0");
    }
    if let Some(burst) = written.burst.as_ref().filter(|burst| !burst.is_finite() || burst.value < 0.0) {
        at.invalid(&burst.spot, "a burst is 0 or more");
    }
    Some(Policy::Pace(Box::new(policy::Pace {
        scope: rate_limit::scope(&written.scope, around),
        rate: written.rate.value,
        burst: said(&written.burst, 0.0),
        waits: said(&written.waits, true),
        by: rate_limit::by_or_consumer(&written.by, at),
        store: redis::lower(&written.redis, at),
        refusals: refusals::lower(&written.refusals, CASES, at),
    })))
}

/// How many requests that is in a second.
fn in_a_second(rate: &At<Rate>, at: &mut Lowering<'_>) -> Option<f64> {
    let seconds = match rate.0.span {
        Span::Calendar(Period::Second) => 1.0,
        Span::Calendar(Period::Minute) => 60.0,
        Span::Calendar(Period::Hour) => 3600.0,
        Span::Calendar(Period::Day) => 86400.0,
        Span::FromFirst(time) => time.as_secs_f64(),
        Span::Calendar(Period::Month | Period::Year) | Span::Months(_) => {
            at.invalid(&rate.spot, "months have no equal length: a pace is by second, minute, hour or day");
            return None;
        }
    };
    Some(rate.0.limit as f64 / seconds)
}

pub(crate) fn write(one: &policy::Pace, around: &Around<'_>, pen: &mut Pen<'_>) -> Written {
    Either::Second(At::new(Pace {
        rate: At::new(one.rate),
        burst: unless(one.burst, &0.0),
        waits: unless(one.waits, &true),
        by: rate_limit::write_by(&one.by, pen),
        scope: (one.scope != rate_limit::usual_scope(around)).then(|| text(&one.scope)),
        redis: redis::write(&one.store, pen),
        refusals: refusals::write(&one.refusals),
    }))
}

//! `concurrency`: how many requests of a client may be under way at once.

use super::Around;
use super::rate_limit::redis::{self, Redis};
use super::rate_limit::{self, By, ByValue};
use super::refusals::{self, Refusals};
use crate::decode::{At, Either, Lasting, Text, entity, said};
use crate::lower::Lowering;
use crate::write::{Pen, text, unless};
use model::policy::{self, Case, Policy};
use std::time::Duration;

entity! {
    /// A bound on requests under way. One counts until its last byte has left, or its client has.
    Concurrency {
        /// So many may be under way.
        limit: At<u32>,
        /// So many more wait before they go on, those above are refused; 0 without it.
        burst: Option<At<u32>>,
        /// How long they wait at first, for each full `limit` before them; not at all without it.
        delay: Option<At<Lasting>>,
        /// Whether they always wait so long, instead of as long as requests take; false without it.
        fixed_delay: Option<At<bool>>,
        /// Whose requests count together; `consumer` without it. Where a client lacks it, its address stands in.
        by: Option<Either<At<By>, At<ByValue>>>,
        /// Those with the same scope share their counts; each has its own without it.
        scope: Option<Text>,
        /// A Redis where counts stand; in this process without it.
        redis: Option<Redis>,
        /// What a refusal says: `too_many`.
        refusals: Option<Refusals>,
    }
}

type Written = Either<At<u32>, At<Concurrency>>;

const CASES: &[Case] = &[Case::TooMany];

pub(crate) fn lower(written: &Written, around: &Around<'_>, at: &mut Lowering<'_>) -> Option<Policy> {
    let short;
    let written = match written {
        Either::First(limit) => {
            short = Concurrency { limit: limit.clone(), ..Concurrency::default() };
            &short
        }
        Either::Second(written) => &written.value,
    };
    Some(Policy::Concurrency(Box::new(policy::Concurrency {
        scope: rate_limit::scope(&written.scope, around),
        limit: written.limit.value,
        burst: said(&written.burst, 0),
        delay: said(&written.delay, Lasting(Duration::ZERO)).0,
        fixed_delay: said(&written.fixed_delay, false),
        by: rate_limit::by_or_consumer(&written.by, at),
        store: redis::lower(&written.redis, at),
        refusals: refusals::lower(&written.refusals, CASES, at),
    })))
}

pub(crate) fn write(one: &policy::Concurrency, around: &Around<'_>, pen: &mut Pen<'_>) -> Written {
    Either::Second(At::new(Concurrency {
        limit: At::new(one.limit),
        burst: unless(one.burst, &0),
        delay: unless(Lasting(one.delay), &Lasting(Duration::ZERO)),
        fixed_delay: unless(one.fixed_delay, &false),
        by: rate_limit::write_by(&one.by, pen),
        scope: (one.scope != rate_limit::usual_scope(around)).then(|| text(&one.scope)),
        redis: redis::write(&one.store, pen),
        refusals: refusals::write(&one.refusals),
    }))
}

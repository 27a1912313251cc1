//! `rate-limit`: so many requests in a window.

mod by;
mod measured;
pub(crate) mod redis;

pub(crate) use by::{By, ByValue, Same, by_or_consumer, same, write_by, write_same};

use super::Around;
use super::header_name::{self, HeaderName};
use super::refusals::{self, Refusals};
use super::request_text::{self, Holds, Pieces};
use crate::decode::{At, Either, OneOrMany, Rate, Text, entity, said};
use crate::lower::Lowering;
use crate::write::{Pen, text, unless};
use measured::Measured;
use model::policy::{self, Case, Policy, RateHeaders};
use redis::Redis;

entity! {
    /// How often a client may ask. A request counts before it goes on, in all windows or in none.
    RateLimit {
        /// `100/minute`, or a list of such; all hold. With `second`, `minute`, `hour`, `day`, `month` or `year` windows
        /// follow the calendar, with a duration (`5/10s`) they begin with a client's first request.
        limit: OneOrMany<Rate>,
        /// Whose requests count together; `consumer` without it. Where a client lacks it, its address stands in.
        by: Option<Either<At<By>, At<ByValue>>>,
        /// Limits with the same scope and windows share their counts; each has its own without it.
        scope: Option<Text>,
        /// A Redis where counts stand; in this process without it.
        redis: Option<Redis>,
        /// What clients are told; `false`: nothing.
        headers: Option<Either<At<bool>, Headers>>,
        /// What a refusal says: `too_many`.
        refusals: Option<Refusals>,
        /// One more window, whose bound and length are looked up for each request.
        figures: Option<Figures>,
        /// One window instead of all others, which may be evaluated for each request.
        measured: Option<Measured>,
        /// Further limits, which are asked once this one has granted.
        also: Option<Vec<RateLimit>>,
    }
}

entity! {
    /// A window's bound and length as texts with variables: `$http_x_bound`, `${arg_n ?? 60}`.
    Figures {
        /// Requests in it.
        limit: Pieces,
        /// Its length in seconds.
        seconds: Pieces,
        /// Whether a request whose texts are no positive numbers is not counted, instead of failing; false without it.
        optional: Option<At<bool>>,
    }
}

entity! {
    /// Names of response header fields; `false` for one that is not wanted.
    Headers {
        /// The bound of the window with the least left; `ratelimit-limit` without it.
        limit: Option<HeaderName>,
        /// What is left there; `ratelimit-remaining` without it.
        remaining: Option<HeaderName>,
        /// Seconds until it ends; `ratelimit-reset` without it.
        reset: Option<HeaderName>,
        /// Begins the name of each calendar window's bound, and its period ends it: `x-ratelimit-limit-`; not sent
        /// without it.
        window_limit: Option<HeaderName>,
        /// The same for what is left; not sent without it.
        window_remaining: Option<HeaderName>,
        /// Whether seconds have up to two digits behind the point; false without it.
        fractions: Option<At<bool>>,
        /// Whether `reset` is the moment when the window ends, in milliseconds since 1970; false without it.
        moment: Option<At<bool>>,
        /// How long that window is, as `500ms`; not sent without it.
        length: Option<HeaderName>,
        /// Whether a refusal says `Retry-After`; true without it.
        retry_after: Option<At<bool>>,
    }
}

type Written = Either<OneOrMany<Rate>, RateLimit>;

const CASES: &[Case] = &[Case::TooMany];
const NONE: RateHeaders = RateHeaders {
    window_limit: None,
    window_remaining: None,
    limit: None,
    remaining: None,
    reset: None,
    fractions: false,
    moment: false,
    length: None,
    retry_after: false,
};

/// What counts together if nobody says: what this list holds under this name.
pub(crate) fn usual_scope(around: &Around<'_>) -> String {
    format!("{}/{}", around.holder.id, around.slot)
}

pub(crate) fn lower(written: &Written, around: &Around<'_>, at: &mut Lowering<'_>) -> Option<Policy> {
    let windows = |rates: &OneOrMany<Rate>| rates.all().iter().map(|rate| rate.0).collect();
    let limit = match written {
        Either::First(rates) => {
            policy::RateLimit { scope: usual_scope(around), windows: windows(rates), ..policy::RateLimit::default() }
        }
        Either::Second(written) => full(written, around, at),
    };
    Some(Policy::RateLimit(Box::new(limit)))
}

fn full(written: &RateLimit, around: &Around<'_>, at: &mut Lowering<'_>) -> policy::RateLimit {
    policy::RateLimit {
        scope: scope(&written.scope, around),
        windows: written.limit.all().iter().map(|rate| rate.0).collect(),
        by: by_or_consumer(&written.by, at),
        store: redis::lower(&written.redis, at),
        headers: headers(&written.headers, at),
        refusals: refusals::lower(&written.refusals, CASES, at),
        figures: written.figures.as_ref().map(|one| policy::Figures {
            limit: request_text::lower(&one.limit, Holds::Variables, at),
            seconds: request_text::lower(&one.seconds, Holds::Variables, at),
            optional: said(&one.optional, false),
        }),
        measured: written.measured.as_ref().map(|one| Box::new(measured::lower(one, at))),
        also: written.also.iter().flatten().map(|one| full(one, around, at)).collect(),
    }
}

/// What counts together.
pub(crate) fn scope(written: &Option<Text>, around: &Around<'_>) -> String {
    written.as_ref().map_or_else(|| usual_scope(around), |text| text.value.clone())
}

fn headers(written: &Option<Either<At<bool>, Headers>>, at: &mut Lowering<'_>) -> RateHeaders {
    let usual = RateHeaders::default();
    let written = match written {
        None => return usual,
        Some(Either::First(told)) => return if told.value { usual } else { NONE },
        Some(Either::Second(written)) => written,
    };
    let mut name = |written, usual| header_name::lower(written, usual, at);
    RateHeaders {
        window_limit: name(&written.window_limit, &usual.window_limit),
        window_remaining: name(&written.window_remaining, &usual.window_remaining),
        limit: name(&written.limit, &usual.limit),
        remaining: name(&written.remaining, &usual.remaining),
        reset: name(&written.reset, &usual.reset),
        fractions: said(&written.fractions, false),
        moment: said(&written.moment, false),
        length: name(&written.length, &usual.length),
        retry_after: said(&written.retry_after, true),
    }
}

pub(crate) fn write(one: &policy::RateLimit, around: &Around<'_>, pen: &mut Pen<'_>) -> Written {
    let written = write_full(one, around, pen);
    let RateLimit { by, scope, redis, headers, refusals, figures, measured, also, .. } = &written;
    let one = figures.is_none() && measured.is_none() && also.is_none();
    let counts = by.is_none() && scope.is_none() && redis.is_none() && one;
    let short = counts && headers.is_none() && refusals.is_none();
    if short { Either::First(written.limit) } else { Either::Second(written) }
}

fn write_full(one: &policy::RateLimit, around: &Around<'_>, pen: &mut Pen<'_>) -> RateLimit {
    let limit = OneOrMany::from(one.windows.iter().map(|window| Rate(*window)).collect::<Vec<_>>());
    let also: Vec<RateLimit> = one.also.iter().map(|one| write_full(one, around, pen)).collect();
    RateLimit {
        by: write_by(&one.by, pen),
        scope: (one.scope != usual_scope(around)).then(|| text(&one.scope)),
        redis: redis::write(&one.store, pen),
        headers: write_headers(&one.headers),
        refusals: refusals::write(&one.refusals),
        figures: one.figures.as_ref().map(|one| Figures {
            limit: request_text::write(&one.limit, Holds::Variables),
            seconds: request_text::write(&one.seconds, Holds::Variables),
            optional: unless(one.optional, &false),
        }),
        measured: one.measured.as_ref().map(|one| measured::write(one, pen)),
        also: (!also.is_empty()).then_some(also),
        limit,
    }
}

fn write_headers(one: &RateHeaders) -> Option<Either<At<bool>, Headers>> {
    let usual = RateHeaders::default();
    if *one == usual {
        return None;
    }
    if *one == NONE {
        return Some(Either::First(At::new(false)));
    }
    Some(Either::Second(Headers {
        limit: header_name::write(&one.limit, &usual.limit),
        remaining: header_name::write(&one.remaining, &usual.remaining),
        reset: header_name::write(&one.reset, &usual.reset),
        window_limit: header_name::write(&one.window_limit, &usual.window_limit),
        window_remaining: header_name::write(&one.window_remaining, &usual.window_remaining),
        fractions: unless(one.fractions, &false),
        moment: unless(one.moment, &false),
        length: header_name::write(&one.length, &usual.length),
        retry_after: unless(one.retry_after, &true),
    }))
}

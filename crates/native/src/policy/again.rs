//! `again`: the endpoint is asked again where it has not answered well.

use super::Around;
use crate::decode::{At, Either, Lasting, Text, entity, said};
use crate::entity::expression::{Expression, Failure};
use crate::lower::{Lowering, expression as lower_text};
use crate::write::{Pen, expression as write_text, text, unless};
use model::endpoint;
use model::policy::Policy;
use std::time::Duration;

entity! {
    /// Asks again, with the same body: it is held before the first try.
    Again {
        /// So many tries after the first; 1 without it.
        tries: Option<At<u32>>,
        /// Time before each of them; none without it.
        pause: Option<At<Lasting>>,
        /// A try that has no response header by then is lost; 10s without it.
        patience: Option<At<Lasting>>,
        /// A try is lost as well where this is true of its response, or cannot be judged: `{#response.status >= 500}`.
        when: Option<Expression>,
        /// Whether the last try's response goes to the client whatever it is; false without it.
        last_counts: Option<At<bool>>,
        /// When none is tried at all for some time; never without it.
        rest: Option<Rest>,
        /// What is said when no try was good; status 502 without it.
        failure: Option<Failure>,
    }
}

entity! {
    /// When none is tried for some time.
    Rest {
        /// After so many requests in a row without a good try.
        failures: At<u32>,
        /// A request that took as long, with all its tries, counts as slow: after as many slow ones in a row too.
        slow: Option<At<Lasting>>,
        /// For so long; then one is sent on trial.
        time: At<Lasting>,
        /// Requests that have the same value of this attribute are judged together; all without it.
        by: Option<Text>,
    }
}

/// So many tries, or more about them.
pub type Written = Either<At<u32>, At<Again>>;

const TRIES: u32 = 1;
const PATIENCE: Duration = Duration::from_secs(10);
const FAILURE: (u16, &str) = (502, "no try was answered well");

pub(crate) fn lower(written: &Written, _: &Around<'_>, at: &mut Lowering<'_>) -> Option<Policy> {
    Some(Policy::Again(Box::new(again(written, at))))
}

/// What is meant, for a policy or for the endpoints of a route.
pub(crate) fn again(written: &Written, at: &mut Lowering<'_>) -> endpoint::Again {
    let short;
    let written = match written {
        Either::First(tries) => {
            short = Again { tries: Some(tries.clone()), ..Again::default() };
            &short
        }
        Either::Second(full) => &full.value,
    };
    endpoint::Again {
        tries: said(&written.tries, TRIES),
        pause: said(&written.pause, Lasting(Duration::ZERO)).0,
        patience: said(&written.patience, Lasting(PATIENCE)).0,
        unless: written.when.as_ref().map(|text| lower_text::text(text, at)),
        last_counts: said(&written.last_counts, false),
        breaker: written.rest.as_ref().map(|rest| endpoint::Breaker {
            failures: rest.failures.value,
            slow: rest.slow.as_ref().map(|time| time.0),
            pause: rest.time.0,
            by: rest.by.as_ref().map(|name| name.value.clone()),
        }),
        failure: lower_text::failure_or(&written.failure, FAILURE, at),
    }
}

pub(crate) fn write(one: &endpoint::Again, pen: &mut Pen<'_>) -> Written {
    let usual = Lasting(PATIENCE);
    let written = Again {
        tries: unless(one.tries, &TRIES),
        pause: unless(Lasting(one.pause), &Lasting(Duration::ZERO)),
        patience: unless(Lasting(one.patience), &usual),
        when: one.unless.as_ref().map(|text| write_text::expression(text, pen)),
        last_counts: unless(one.last_counts, &false),
        rest: one.breaker.as_ref().map(|rest| Rest {
            failures: At::new(rest.failures),
            slow: rest.slow.map(|time| At::new(Lasting(time))),
            time: At::new(Lasting(rest.pause)),
            by: rest.by.as_deref().map(text),
        }),
        failure: write_text::unlike(&one.failure, FAILURE),
    };
    match written {
        Again { pause: None, patience: None, when: None, last_counts: None, rest: None, failure: None, .. } => {
            Either::First(At::new(one.tries))
        }
        written => Either::Second(At::new(written)),
    }
}

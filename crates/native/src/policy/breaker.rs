//! `breaker`: a rest for those behind a route that fail again and again.

use super::Around;
use super::rate_limit::{self, By, ByValue};
use crate::decode::{At, Either, Given, Lasting, OneOrMany, Text, entity, said};
use crate::entity::answer::Answer;
use crate::lower::{Lowering, answer};
use crate::write::{self, Pen, text, unless};
use model::policy::{self, LimitBy, Policy};
use std::time::Duration;

entity! {
    /// Answers for them for a while. It looks at what upstreams and functions answered.
    Breaker {
        /// So many failures begin a rest, and so many more the next one, which is twice as long; 3 without it.
        failures: Option<At<u32>>,
        /// Statuses of failures; `500-599` without it.
        bad: Option<OneOrMany<Text>>,
        /// So many successes without a failure between them end it; 3 without it.
        successes: Option<At<u32>>,
        /// Statuses of successes; `200-499` without it.
        good: Option<OneOrMany<Text>>,
        /// How long the first rest is; 2s without it.
        first: Option<At<Lasting>>,
        /// How long one is at most; 5m without it.
        longest: Option<At<Lasting>>,
        /// What is answered meanwhile, or its status; 503 without it.
        answer: Option<Either<At<u16>, Answer>>,
        /// Which requests count together; `everyone` without it.
        by: Option<Either<At<By>, At<ByValue>>>,
        /// Those with the same scope share their counts; each has its own without it.
        scope: Option<Text>,
    }
}

const COUNT: u32 = 3;
const BAD: [(u16, u16); 1] = [(500, 599)];
const GOOD: [(u16, u16); 1] = [(200, 499)];
const FIRST: Duration = Duration::from_secs(2);
const LONGEST: Duration = Duration::from_secs(300);
const USUAL: u16 = 503;

pub(crate) fn lower(written: &Given<Breaker>, around: &Around<'_>, at: &mut Lowering<'_>) -> Option<Policy> {
    let written = &written.0;
    let answer = match &written.answer {
        None => model::answer::Answer::status(USUAL),
        Some(Either::First(code)) => model::answer::Answer::status(answer::status(code, at)),
        Some(Either::Second(answer)) => answer::answer(answer, USUAL, at),
    };
    let mut statuses = |written: &Option<OneOrMany<Text>>, usual: &[(u16, u16)]| match written {
        Some(written) => crate::lower::upstream::statuses(Some(written), at),
        None => usual.to_vec(),
    };
    let (bad, good) = (statuses(&written.bad, &BAD), statuses(&written.good, &GOOD));
    Some(Policy::Breaker(Box::new(policy::Breaker {
        scope: rate_limit::scope(&written.scope, around),
        by: if written.by.is_none() { LimitBy::Everyone } else { rate_limit::by_or_consumer(&written.by, at) },
        bad,
        failures: said(&written.failures, COUNT),
        good,
        successes: said(&written.successes, COUNT),
        first: said(&written.first, Lasting(FIRST)).0,
        longest: said(&written.longest, Lasting(LONGEST)).0,
        answer,
    })))
}

pub(crate) fn write(one: &policy::Breaker, around: &Around<'_>, pen: &mut Pen<'_>) -> Given<Breaker> {
    let plain = one.answer == model::answer::Answer::status(one.answer.status);
    let answer = match (plain, one.answer.status) {
        (true, USUAL) => None,
        (true, status) => Some(Either::First(At::new(status))),
        (false, _) => Some(Either::Second(write::answer::answer(&one.answer, USUAL))),
    };
    let statuses = |all: &[(u16, u16)], usual: &[(u16, u16)]| (all != usual).then(|| write::upstream::statuses(all));
    Given(Breaker {
        failures: unless(one.failures, &COUNT),
        bad: statuses(&one.bad, &BAD),
        successes: unless(one.successes, &COUNT),
        good: statuses(&one.good, &GOOD),
        first: unless(Lasting(one.first), &Lasting(FIRST)),
        longest: unless(Lasting(one.longest), &Lasting(LONGEST)),
        answer,
        by: match &one.by {
            LimitBy::Everyone => None,
            LimitBy::Consumer => Some(Either::First(At::new(By::Consumer))),
            by => rate_limit::write_by(by, pen),
        },
        scope: (one.scope != rate_limit::usual_scope(around)).then(|| text(&one.scope)),
    })
}

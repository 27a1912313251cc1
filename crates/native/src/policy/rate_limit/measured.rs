//! A window that is evaluated for each request, as written.

use crate::decode::{At, Either, Pairs, entity, said, words};
use crate::entity::expression::{Expression, Failure};
use crate::lower::{Lowering, expression};
use crate::write::{self, Pen, key, unless};
use model::answer::Keyed;
use model::policy::{self, LimitFact, TimeUnit};

entity! {
    /// A window whose bound and length may be evaluated for each request. Different ones of one client share its count.
    Measured {
        /// Requests in it: a number, or `{ text: … }`. Below 1 nobody passes.
        limit: Either<At<u64>, At<Evaluated>>,
        /// Its length in units; 1 without it.
        time: Option<Either<At<u64>, At<Evaluated>>>,
        /// The unit; `seconds` without it.
        unit: Option<At<Unit>>,
        /// Whether requests are spread over that time: one for each part of it, parts of 100 ms at least; false without it.
        spread: Option<At<bool>>,
        /// What a refusal says; 429 without it. In its message `{limit}`, `{time}`, `{unit}`, `{part_limit}` and
        /// `{part_time}` stand for these facts.
        refusal: Option<Failure>,
        /// What is said where it cannot be evaluated; 500 without it.
        broken: Option<Failure>,
        /// What is said while its Redis is away and requests may not pass; 429 without it.
        away: Option<Failure>,
        /// What answers to these failures may tell, by name.
        parameters: Option<Pairs<At<Fact>>>,
        /// Attributes that the exchange is given.
        attributes: Option<Pairs<At<Fact>>>,
    }
}

entity! {
    /// A number that is evaluated.
    Evaluated {
        /// A text with expressions; null is 0.
        text: Expression,
    }
}

words! {
    /// What time is counted in.
    Unit {
        /// 1 s.
        "seconds" Seconds,
        /// 60 s.
        "minutes" Minutes,
        /// 3600 s.
        "hours" Hours,
        /// 24 hours.
        "days" Days,
        /// 7 days.
        "weeks" Weeks,
        /// To the same day of another month.
        "months" Months,
    }
}

words! {
    /// What is known of a limit.
    Fact {
        /// Its bound.
        "limit" Limit,
        /// What is left of it.
        "remaining" Remaining,
        /// Requests counted in it.
        "count" Count,
        /// When the window ends, in milliseconds since 1970.
        "reset" Reset,
        /// The window's length, in its unit.
        "time" Time,
        /// The unit: `seconds`.
        "unit" Unit,
        /// The unit: `SECONDS`.
        "unit-capital" UnitCapital,
        /// The unit: `Seconds`.
        "unit-title" UnitTitle,
        /// The bound of one part, of requests that are spread.
        "part-limit" PartLimit,
        /// The length of one part, in milliseconds.
        "part-time" PartTime,
        /// `MILLISECONDS`
        "part-unit" PartUnit,
    }
}

const UNITS: [(Unit, TimeUnit); 6] = [
    (Unit::Seconds, TimeUnit::Seconds),
    (Unit::Minutes, TimeUnit::Minutes),
    (Unit::Hours, TimeUnit::Hours),
    (Unit::Days, TimeUnit::Days),
    (Unit::Weeks, TimeUnit::Weeks),
    (Unit::Months, TimeUnit::Months),
];

const FACTS: [(Fact, LimitFact); 11] = [
    (Fact::Limit, LimitFact::Limit),
    (Fact::Remaining, LimitFact::Remaining),
    (Fact::Count, LimitFact::Count),
    (Fact::Reset, LimitFact::Reset),
    (Fact::Time, LimitFact::Time),
    (Fact::Unit, LimitFact::Unit(policy::Letters::Small)),
    (Fact::UnitCapital, LimitFact::Unit(policy::Letters::Capital)),
    (Fact::UnitTitle, LimitFact::Unit(policy::Letters::Title)),
    (Fact::PartLimit, LimitFact::PartLimit),
    (Fact::PartTime, LimitFact::PartTime),
    (Fact::PartUnit, LimitFact::PartUnit),
];

const IN_TABLE: &str = "every word stands in the table";

/// The value beside this one.
fn beside<A: Copy + PartialEq, B: Copy>(table: &[(A, B)], one: A) -> B {
    table.iter().find(|(own, _)| *own == one).map(|(_, other)| *other).expect(IN_TABLE)
}

/// The word for this value.
fn word<A: Copy, B: Copy + PartialEq>(table: &[(A, B)], one: B) -> A {
    table.iter().find(|(_, own)| *own == one).map(|(word, _)| *word).expect(IN_TABLE)
}

fn usual(status: u16) -> Keyed {
    Keyed { status, key: None, message: Some("requests are limited".to_owned()) }
}

pub(super) fn lower(written: &Measured, at: &mut Lowering<'_>) -> policy::Measured {
    let facts = |written: &Option<Pairs<At<Fact>>>| {
        let all = written.iter().flat_map(|pairs| &pairs.0);
        all.map(|(name, fact)| (name.value.clone(), beside(&FACTS, fact.value))).collect()
    };
    let mut failure = |written: &Option<Failure>, status| match written {
        Some(written) => expression::failure(written, at),
        None => usual(status),
    };
    let [refusal, broken, away] =
        [failure(&written.refusal, 429), failure(&written.broken, 500), failure(&written.away, 429)];
    policy::Measured {
        limit: amount(&written.limit, at),
        time: written.time.as_ref().map_or(policy::Amount::Fixed(1), |time| amount(time, at)),
        unit: beside(&UNITS, said(&written.unit, Unit::Seconds)),
        spread: said(&written.spread, false),
        refusal,
        broken,
        away,
        parameters: facts(&written.parameters),
        attributes: facts(&written.attributes),
    }
}

fn amount(written: &Either<At<u64>, At<Evaluated>>, at: &mut Lowering<'_>) -> policy::Amount {
    match written {
        Either::First(number) => policy::Amount::Fixed(number.value),
        Either::Second(written) => policy::Amount::Evaluated(expression::text(&written.value.text, at)),
    }
}

pub(super) fn write(one: &policy::Measured, pen: &mut Pen<'_>) -> Measured {
    let facts = |facts: &[(String, LimitFact)]| {
        let pair = |(name, fact): &(String, LimitFact)| (key(name), At::new(word(&FACTS, *fact)));
        (!facts.is_empty()).then(|| Pairs(facts.iter().map(pair).collect()))
    };
    let failure = |one: &Keyed, status| (*one != usual(status)).then(|| write::expression::failure(one));
    Measured {
        limit: write_amount(&one.limit, pen),
        time: (one.time != policy::Amount::Fixed(1)).then(|| write_amount(&one.time, pen)),
        unit: unless(word(&UNITS, one.unit), &Unit::Seconds),
        spread: unless(one.spread, &false),
        refusal: failure(&one.refusal, 429),
        broken: failure(&one.broken, 500),
        away: failure(&one.away, 429),
        parameters: facts(&one.parameters),
        attributes: facts(&one.attributes),
    }
}

fn write_amount(one: &policy::Amount, pen: &mut Pen<'_>) -> Either<At<u64>, At<Evaluated>> {
    match one {
        policy::Amount::Fixed(number) => Either::First(At::new(*number)),
        policy::Amount::Evaluated(text) => {
            Either::Second(At::new(Evaluated { text: write::expression::expression(text, pen) }))
        }
    }
}

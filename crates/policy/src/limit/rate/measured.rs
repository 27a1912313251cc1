//! A window that is evaluated for each request: how large it is, and what is said of it.

use super::names::moment;
use crate::exchange::Exchange;
use crate::failure::{Blame, Failure};
use crate::limit::counter::Allowance;
use crate::predicate::text_failure;
use crate::text::{Asks, ReadyText, TextError};
use crate::world::World;
use expr::Value;
use expr::el::Wanted;
use model::answer::FailureKind;
use model::policy::{Amount, Letters, LimitFact, Measured as Data, Span, Window, spread};
use std::sync::Arc;
use std::time::Duration;

/// The same, ready.
pub(super) struct Measured {
    data: Data,
    limit: ReadyAmount,
    time: ReadyAmount,
    attributes: Vec<(Arc<str>, LimitFact)>,
    asks: Asks,
}

enum ReadyAmount {
    Fixed(u64),
    Evaluated(ReadyText),
}

/// The figures of one request.
#[derive(Clone, Copy)]
pub(super) struct Sizes {
    limit: u64,
    time: u64,
    pub(super) window: Window,
}

impl Measured {
    pub(super) fn compile(data: &Data) -> Self {
        let (limit, time) = (ReadyAmount::compile(&data.limit), ReadyAmount::compile(&data.time));
        let attributes = data.attributes.iter().map(|(name, fact)| (Arc::from(name.as_str()), *fact)).collect();
        Self { asks: limit.asks().and(time.asks()), limit, time, attributes, data: data.clone() }
    }

    pub(super) fn asks_body(&self) -> bool {
        self.asks.request
    }

    /// Reads the body for what is evaluated.
    pub(super) async fn hold(&self, exchange: &mut Exchange) -> Result<(), Box<Failure>> {
        if self.asks.request { exchange.read_request().await } else { Ok(()) }
    }

    /// How large the window of this request is.
    pub(super) fn sizes(&self, exchange: &Exchange) -> Result<Sizes, Box<Failure>> {
        let read = || {
            let (limit, time) = (self.limit.value(exchange)?, self.time.value(exchange)?);
            Ok(self.window(limit, time))
        };
        read().map_err(|error: TextError| text_failure(&self.data.broken, &error))
    }

    fn window(&self, limit: u64, time: u64) -> Sizes {
        let time = time.max(1);
        let span = self.data.unit.span(time);
        let window = match (self.data.spread, span) {
            (true, Span::FromFirst(length)) => {
                let (limit, length) = spread(limit, length);
                Window { span: Span::FromFirst(length), limit }
            }
            (_, span) => Window { span, limit },
        };
        Sizes { limit, time, window }
    }

    /// Nobody knows with which others the request counts.
    pub(super) fn unknown(&self, failure: &Failure) -> Box<Failure> {
        Box::new(failure.told_as(&self.data.broken))
    }

    /// Its store is away, and requests may not pass.
    pub(super) fn away(&self) -> Box<Failure> {
        Failure::keyed(FailureKind::TooManyRequests, Blame::Gateway, &self.data.away)
    }

    /// There is nothing left of it. `now` is the time since 1970.
    pub(super) fn refusal(&self, sizes: &Sizes, allowance: &Allowance, now: Duration) -> Box<Failure> {
        let mut failure = Failure::keyed(FailureKind::TooManyRequests, Blame::Client, &self.data.refusal);
        let parameters: Vec<(String, String)> = self
            .data
            .parameters
            .iter()
            .map(|(name, fact)| (name.clone(), self.fact(*fact, sizes, allowance, now).to_string()))
            .collect();
        for (place, fact) in PLACES {
            let value = self.fact(fact, sizes, allowance, now);
            failure.public = failure.public.replace(place, &value.to_string());
        }
        failure.detail = failure.public.clone();
        if let Some(key) = &mut failure.key {
            key.parameters = parameters;
        }
        failure
    }

    /// Tells later steps of it.
    pub(super) fn tell(&self, exchange: &mut Exchange, sizes: &Sizes, allowance: &Allowance, now: Duration) {
        for (name, fact) in &self.attributes {
            exchange.set_attribute(name, self.fact(*fact, sizes, allowance, now));
        }
    }

    fn fact(&self, fact: LimitFact, sizes: &Sizes, allowance: &Allowance, now: Duration) -> Value<'static> {
        let left = allowance.windows.first();
        let number = |number: u64| Value::Long(i64::try_from(number).unwrap_or(i64::MAX));
        match fact {
            LimitFact::Limit => number(sizes.limit),
            LimitFact::Time => number(sizes.time),
            LimitFact::Unit(letters) => Value::from(self.data.unit.word(letters)),
            LimitFact::Remaining => number(left.map_or(0, |left| left.remaining)),
            LimitFact::Count => number(left.map_or(0, |left| count(allowance.granted, left.limit - left.remaining))),
            LimitFact::Reset => Value::Long(left.map_or(-1, |left| moment(left, now))),
            LimitFact::PartLimit => number(sizes.window.limit),
            LimitFact::PartTime => number(left.map_or(0, |left| u64::try_from(left.length.as_millis()).unwrap_or(0))),
            LimitFact::PartUnit => Value::from("MILLISECONDS"),
        }
    }
}

/// What stands for facts in the message of a refusal.
const PLACES: [(&str, LimitFact); 5] = [
    ("{limit}", LimitFact::Limit),
    ("{time}", LimitFact::Time),
    ("{unit}", LimitFact::Unit(Letters::Small)),
    ("{part_limit}", LimitFact::PartLimit),
    ("{part_time}", LimitFact::PartTime),
];

/// The request that is refused shows in the count, although it takes nothing.
fn count(granted: bool, taken: u64) -> u64 {
    taken + u64::from(!granted)
}

impl ReadyAmount {
    fn compile(amount: &Amount) -> Self {
        match amount {
            Amount::Fixed(number) => Self::Fixed(*number),
            Amount::Evaluated(text) => Self::Evaluated(ReadyText::compile(text)),
        }
    }

    fn asks(&self) -> Asks {
        match self {
            Self::Fixed(_) => Asks::default(),
            Self::Evaluated(text) => text.asks(),
        }
    }

    fn value(&self, exchange: &Exchange) -> Result<u64, TextError> {
        match self {
            Self::Fixed(number) => Ok(*number),
            Self::Evaluated(text) => match text.value(&World::of(exchange), Wanted::Long)? {
                Value::Long(number) => Ok(u64::try_from(number).unwrap_or(0)),
                _ => Ok(0), // null: nobody passes
            },
        }
    }
}

//! How often a client may ask.

mod measured;
mod names;

use super::by::ReadyBy;
use super::counter::redis::RedisCounter;
use super::counter::{Allowance, Counter};
use crate::build::BuildCause;
use crate::exchange::Exchange;
use crate::failure::{Blame, Failure};
use crate::refusal::ReadyRefusals;
use crate::rewrite::texts::fill;
use crate::{Outcome, Policy, Running};
use http::HeaderMap;
use measured::{Measured, Sizes};
use model::answer::FailureKind;
use model::policy::{Case, Figures, RateLimit as Data, Span, Window};
use names::{Names, seconds};
use smallvec::SmallVec;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

/// Request side: counts, and refuses who has none left.
pub(crate) struct RateLimit {
    rules: Arc<Rules>,
    slot: usize,
    /// For the body, or for a Redis.
    waits: bool,
}

/// Response side: tells what is left.
pub(crate) struct TellRate {
    pub(crate) rules: Arc<Rules>,
    pub(crate) slot: usize,
}

/// What both sides know.
pub(crate) struct Rules {
    counter: Store,
    by: ReadyBy,
    names: Names,
    refusals: ReadyRefusals,
    figures: Option<Figures>,
    measured: Option<Measured>,
    also: Vec<Rules>,
}

/// The counter of a limit.
pub(crate) type Counting = Result<Store, BuildCause>;

/// Where counts stand.
pub(crate) enum Store {
    /// Here: nothing waits.
    Local(Arc<dyn Counter>),
    /// In a Redis.
    Redis(Arc<RedisCounter>),
}

/// Which windows a request counts in.
#[derive(Clone, Copy)]
enum Counted {
    /// Those of the limit.
    Own,
    /// One that is looked up.
    In(Window),
    /// One that is evaluated.
    Measured(Sizes),
    /// None.
    Nowhere,
}

/// How a request was counted; `None`: it was not.
type Taken = Option<(Counted, Allowance)>;

/// What the request side found, for each of the limits in their order; `None`: it did not count there.
type Found = SmallVec<[Option<Allowance>; 1]>;

impl Rules {
    /// Fails with the name that cannot be sent, or a refusal that cannot. `counter` gives each limit its own.
    pub(crate) fn compile(data: &Data, counter: &dyn Fn(&Data) -> Counting) -> Result<Self, BuildCause> {
        Ok(Self {
            counter: counter(data)?,
            by: ReadyBy::compile(&data.by)?,
            names: Names::compile(data)?,
            refusals: ReadyRefusals::compile(&data.refusals)?,
            figures: data.figures.clone(),
            measured: data.measured.as_deref().map(Measured::compile),
            also: data.also.iter().map(|data| Self::compile(data, counter)).collect::<Result<_, _>>()?,
        })
    }

    /// This one and those that follow.
    fn all(&self) -> impl Iterator<Item = &Self> {
        std::iter::once(self).chain(&self.also)
    }

    fn asks_body(&self) -> bool {
        let figures = self.figures.as_ref().is_some_and(|figures| {
            let Figures { limit, seconds, optional: _ } = figures;
            limit.asks_body() || seconds.asks_body()
        });
        let measured = self.measured.as_ref().is_some_and(Measured::asks_body);
        figures || measured || self.by.asks_body() || self.also.iter().any(Self::asks_body)
    }

    fn waits(&self) -> bool {
        self.all().any(|rules| matches!(rules.counter, Store::Redis(_)))
    }

    /// Counts the request here.
    fn take(&self, exchange: &Exchange) -> Result<Taken, Box<Failure>> {
        let Store::Local(counter) = &self.counter else { return Ok(None) };
        let Some(key) = self.by.key(exchange).map_err(|failure| self.unknown(failure))? else { return Ok(None) };
        let counted = self.counted(exchange)?;
        let allowance = match counted {
            Counted::Own => counter.take(key, 1, now(exchange)),
            Counted::In(window) => counter.take_in(&[window], key, 1, now(exchange)),
            Counted::Measured(sizes) => counter.take_in(&[sizes.window], key, 1, now(exchange)),
            Counted::Nowhere => return Ok(None),
        };
        Ok(Some((counted, allowance)))
    }

    /// The same in a Redis. Where that is away, the request does not count, or fails.
    async fn take_far(
        &self,
        counter: &RedisCounter,
        who: String,
        counted: Counted,
        now: Duration,
    ) -> Result<Taken, Box<Failure>> {
        let taken = match counted {
            Counted::Own => counter.take(&who, 1, now).await,
            Counted::In(window) => counter.take_in(&[window], &who, 1, now).await,
            Counted::Measured(sizes) => counter.take_in(&[sizes.window], &who, 1, now).await,
            Counted::Nowhere => return Ok(None),
        };
        match (taken, counted, &self.measured) {
            (Ok(allowance), ..) => Ok(Some((counted, allowance))),
            // that it is away was logged when it began
            (Err(_), Counted::Measured(sizes), _) if counter.pass_without => {
                Ok(Some((counted, Allowance::assumed(&sizes.window, now))))
            }
            (Err(_), ..) if counter.pass_without => Ok(None),
            (Err(why), _, Some(measured)) => Err(measured.away().detail(why.to_string())),
            (Err(why), _, None) => {
                let failure = Failure::new(FailureKind::Internal, Blame::Gateway, "requests cannot be counted");
                Err(failure.detail(why.to_string()))
            }
        }
    }

    /// Whose request it is, and which windows it counts in.
    fn named(&self, exchange: &Exchange) -> Result<Option<(String, Counted)>, Box<Failure>> {
        let who = self.by.name(exchange).map_err(|failure| self.unknown(failure))?;
        who.map(|who| Ok((who, self.counted(exchange)?))).transpose()
    }

    fn unknown(&self, failure: Box<Failure>) -> Box<Failure> {
        self.measured.as_ref().map_or_else(|| failure.clone(), |measured| measured.unknown(&failure))
    }

    fn counted(&self, exchange: &Exchange) -> Result<Counted, Box<Failure>> {
        if let Some(measured) = &self.measured {
            return measured.sizes(exchange).map(Counted::Measured);
        }
        let Some(figures) = &self.figures else { return Ok(Counted::Own) };
        let number = |text| fill(text, exchange).trim().parse::<u64>().ok().filter(|number| *number > 0);
        match (number(&figures.limit), number(&figures.seconds)) {
            (Some(limit), Some(seconds)) => {
                let span = Span::FromFirst(Duration::from_secs(seconds.min(LONGEST)));
                Ok(Counted::In(Window { span, limit }))
            }
            (_, _) if figures.optional => Ok(Counted::Nowhere),
            (_, _) => {
                let text = "this request cannot be counted";
                let failure = Failure::new(FailureKind::Internal, Blame::Config, text);
                Err(failure.detail("the limit that is looked up is no positive number"))
            }
        }
    }

    /// Counts the request in all limits, up to the first that refuses it.
    fn judge(&self, exchange: &mut Exchange, slot: usize) -> Outcome {
        let mut found = Found::new();
        for rules in self.all() {
            let taken = rules.take(exchange);
            if let Some(end) = self.judged(rules, taken, exchange, &mut found) {
                return end;
            }
        }
        self.passed(exchange, slot, found)
    }

    /// The same where counts of some stand in a Redis.
    async fn judge_far(&self, exchange: &mut Exchange, slot: usize) -> Outcome {
        let mut found = Found::new();
        for rules in self.all() {
            let taken = match &rules.counter {
                Store::Local(_) => rules.take(exchange),
                Store::Redis(counter) => match rules.named(exchange) {
                    Ok(Some((who, counted))) => rules.take_far(counter, who, counted, now(exchange)).await,
                    Ok(None) => Ok(None),
                    Err(failure) => Err(failure),
                },
            };
            if let Some(end) = self.judged(rules, taken, exchange, &mut found) {
                return end;
            }
        }
        self.passed(exchange, slot, found)
    }

    /// What ends the request's way, if anything does.
    fn judged(
        &self,
        rules: &Self,
        taken: Result<Taken, Box<Failure>>,
        exchange: &mut Exchange,
        found: &mut Found,
    ) -> Option<Outcome> {
        let taken = match taken {
            Ok(taken) => taken,
            Err(failure) => return Some(Outcome::Fail(failure)),
        };
        if let (Some((Counted::Measured(sizes), allowance)), Some(measured)) = (&taken, &rules.measured) {
            measured.tell(exchange, sizes, allowance, now(exchange));
        }
        match taken {
            Some((counted, allowance)) if !allowance.granted => {
                Some(self.refuse(rules, counted, &allowance, found, now(exchange)))
            }
            taken => {
                found.push(taken.map(|(_, allowance)| allowance));
                None
            }
        }
    }

    fn passed(&self, exchange: &mut Exchange, slot: usize, found: Found) -> Outcome {
        if self.all().any(|rules| rules.names.tell()) {
            exchange.remember(slot, found);
        }
        Outcome::Continue
    }

    fn refuse(&self, rules: &Self, counted: Counted, allowance: &Allowance, before: &Found, now: Duration) -> Outcome {
        let mut failure = match (counted, &rules.measured) {
            (Counted::Measured(sizes), Some(measured)) => measured.refusal(&sizes, allowance, now),
            (_, _) => rules.refusals.failure(Case::TooMany, "this client has asked too often", ""),
        };
        let granted = self.all().zip(before).filter_map(|(rules, found)| Some((rules, found.as_ref()?)));
        for (rules, allowance) in granted.chain([(rules, allowance)]) {
            rules.names.each(allowance, now, |name, value| failure.headers.push((name.clone(), value)));
        }
        failure.retry_after = rules.names.retry_after.then(|| seconds(allowance.wait()));
        Outcome::Fail(failure)
    }

    async fn judge_waiting(&self, exchange: &mut Exchange, slot: usize) -> Outcome {
        if self.asks_body()
            && let Err(failure) = self.hold(exchange).await
        {
            return Outcome::Fail(failure);
        }
        self.judge_far(exchange, slot).await
    }

    async fn hold(&self, exchange: &mut Exchange) -> Result<(), Box<Failure>> {
        for rules in self.all() {
            rules.by.hold(exchange).await?;
            if let Some(measured) = &rules.measured {
                measured.hold(exchange).await?;
            }
        }
        Ok(())
    }
}

fn now(exchange: &Exchange) -> Duration {
    exchange.time.duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// A window that is looked up lasts ten years at most.
const LONGEST: u64 = 10 * 366 * 86_400;

impl Policy for RateLimit {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Running<'a> {
        if self.waits {
            return Running::Wait(Box::pin(self.rules.judge_waiting(exchange, self.slot)));
        }
        Running::Done(self.rules.judge(exchange, self.slot))
    }
}

impl RateLimit {
    pub(crate) fn new(rules: Arc<Rules>, slot: usize) -> Self {
        Self { waits: rules.asks_body() || rules.waits(), rules, slot }
    }
}

impl Policy for TellRate {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Running<'a> {
        let Some(found) = exchange.recall::<Found>(self.slot).cloned() else {
            return Running::Done(Outcome::Continue);
        };
        let now = now(exchange);
        if let Some(response) = &mut exchange.response {
            let headers: &mut HeaderMap = response.headers_mut();
            for (rules, allowance) in self.rules.all().zip(found) {
                let Some(allowance) = allowance else { continue };
                rules.names.each(&allowance, now, |name, value| drop(headers.insert(name, value)));
            }
        }
        Running::Done(Outcome::Continue)
    }
}

#[cfg(test)]
mod tests;

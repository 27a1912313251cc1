//! How often a client may ask.

use super::by::ReadyBy;
use super::counter::redis::RedisCounter;
use super::counter::{Allowance, Counter};
use crate::build::BuildCause;
use crate::exchange::Exchange;
use crate::failure::{Blame, Failure};
use crate::refusal::ReadyRefusals;
use crate::rewrite::texts::fill;
use crate::{Outcome, Policy, Running};
use http::{HeaderMap, HeaderName, HeaderValue};
use model::answer::FailureKind;
use model::policy::{Case, Figures, Period, RateHeaders, RateLimit as Data, Span, Window};
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
enum Counted {
    /// Those of the limit.
    Own,
    /// One that is looked up.
    In(Window),
    /// None.
    Nowhere,
}

/// What the request side found, for each of the limits in their order; `None`: it did not count there.
type Found = SmallVec<[Option<Allowance>; 1]>;

/// Header names, made ready.
struct Names {
    /// For each window: its bound, what is left.
    windows: Vec<(Option<HeaderName>, Option<HeaderName>)>,
    limit: Option<HeaderName>,
    remaining: Option<HeaderName>,
    reset: Option<HeaderName>,
    fractions: bool,
    retry_after: bool,
}

impl Rules {
    /// Fails with the name that cannot be sent, or a refusal that cannot. `counter` gives each limit its own.
    pub(crate) fn compile(data: &Data, counter: &dyn Fn(&Data) -> Counting) -> Result<Self, BuildCause> {
        Ok(Self {
            counter: counter(data)?,
            by: ReadyBy::compile(&data.by)?,
            names: Names::compile(data)?,
            refusals: ReadyRefusals::compile(&data.refusals)?,
            figures: data.figures.clone(),
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
        figures || self.by.asks_body() || self.also.iter().any(Self::asks_body)
    }

    fn waits(&self) -> bool {
        self.all().any(|rules| matches!(rules.counter, Store::Redis(_)))
    }

    /// Counts the request here; `None`: it does not count.
    fn take(&self, exchange: &Exchange) -> Result<Option<Allowance>, Box<Failure>> {
        let (Store::Local(counter), Some(key)) = (&self.counter, self.by.key(exchange)) else { return Ok(None) };
        Ok(match self.counted(exchange)? {
            Counted::Own => Some(counter.take(key, 1, now(exchange))),
            Counted::In(window) => Some(counter.take_in(&[window], key, 1, now(exchange))),
            Counted::Nowhere => None,
        })
    }

    /// The same in a Redis. Where that is away, the request does not count, or fails.
    async fn take_far(
        counter: &RedisCounter,
        who: &str,
        counted: Counted,
        now: Duration,
    ) -> Result<Option<Allowance>, Box<Failure>> {
        let taken = match counted {
            Counted::Own => counter.take(who, 1, now).await,
            Counted::In(window) => counter.take_in(&[window], who, 1, now).await,
            Counted::Nowhere => return Ok(None),
        };
        match taken {
            Ok(allowance) => Ok(Some(allowance)),
            // that it is away was logged when it began
            Err(_) if counter.pass_without => Ok(None),
            Err(why) => {
                let failure = Failure::new(FailureKind::Internal, Blame::Gateway, "requests cannot be counted");
                Err(failure.detail(why.to_string()))
            }
        }
    }

    fn counted(&self, exchange: &Exchange) -> Result<Counted, Box<Failure>> {
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
            if let Some(end) = self.judged(rules, rules.take(exchange), &mut found) {
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
                Store::Redis(counter) => match (rules.by.name(exchange), rules.counted(exchange)) {
                    (Some(who), Ok(counted)) => Self::take_far(counter, &who, counted, now(exchange)).await,
                    (None, Ok(_)) => Ok(None),
                    (_, Err(failure)) => Err(failure),
                },
            };
            if let Some(end) = self.judged(rules, taken, &mut found) {
                return end;
            }
        }
        self.passed(exchange, slot, found)
    }

    /// What ends the request's way, if anything does.
    fn judged(
        &self,
        rules: &Self,
        taken: Result<Option<Allowance>, Box<Failure>>,
        found: &mut Found,
    ) -> Option<Outcome> {
        match taken {
            Ok(Some(allowance)) if !allowance.granted => Some(self.refuse(rules, &allowance, found)),
            Ok(allowance) => {
                found.push(allowance);
                None
            }
            Err(failure) => Some(Outcome::Fail(failure)),
        }
    }

    fn passed(&self, exchange: &mut Exchange, slot: usize, found: Found) -> Outcome {
        if self.all().any(|rules| rules.names.tell()) {
            exchange.remember(slot, found);
        }
        Outcome::Continue
    }

    fn refuse(&self, rules: &Self, allowance: &Allowance, before: &Found) -> Outcome {
        let mut failure = rules.refusals.failure(Case::TooMany, "this client has asked too often", "");
        let granted = self.all().zip(before).filter_map(|(rules, found)| Some((rules, found.as_ref()?)));
        for (rules, allowance) in granted.chain([(rules, allowance)]) {
            rules.names.each(allowance, |name, value| failure.headers.push((name.clone(), value)));
        }
        failure.retry_after = rules.names.retry_after.then(|| seconds(allowance.wait()));
        Outcome::Fail(failure)
    }

    async fn judge_waiting(&self, exchange: &mut Exchange, slot: usize) -> Outcome {
        if self.asks_body()
            && let Err(failure) = exchange.hold_body().await
        {
            return Outcome::Fail(failure);
        }
        self.judge_far(exchange, slot).await
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
        if let Some(response) = &mut exchange.response {
            let headers: &mut HeaderMap = response.headers_mut();
            for (rules, allowance) in self.rules.all().zip(found) {
                let Some(allowance) = allowance else { continue };
                rules.names.each(&allowance, |name, value| drop(headers.insert(name, value)));
            }
        }
        Running::Done(Outcome::Continue)
    }
}

impl Names {
    fn compile(data: &Data) -> Result<Self, BuildCause> {
        let RateHeaders { window_limit, window_remaining, limit, remaining, reset, fractions, retry_after } =
            &data.headers;
        let name = |name: &Option<String>| name.as_deref().map(crate::build::header_name).transpose();
        let windows = data.windows.iter().map(|window| {
            let Span::Calendar(period) = window.span else { return Ok((None, None)) };
            let of = |begin: &Option<String>| name(&begin.as_ref().map(|begin| format!("{begin}{}", word(period))));
            Ok((of(window_limit)?, of(window_remaining)?))
        });
        Ok(Self {
            windows: windows.collect::<Result<_, BuildCause>>()?,
            limit: name(limit)?,
            remaining: name(remaining)?,
            reset: name(reset)?,
            fractions: *fractions,
            retry_after: *retry_after,
        })
    }

    fn time(&self, time: Duration) -> HeaderValue {
        if !self.fractions {
            return seconds(time).into();
        }
        HeaderValue::try_from(hundredths(time)).unwrap_or(HeaderValue::from_static("0"))
    }

    /// Whether clients are told anything.
    fn tell(&self) -> bool {
        let totals = [&self.limit, &self.remaining, &self.reset];
        let windows = self.windows.iter().any(|(limit, remaining)| limit.is_some() || remaining.is_some());
        windows || totals.iter().any(|name| name.is_some())
    }

    fn each(&self, allowance: &Allowance, mut tell: impl FnMut(&HeaderName, HeaderValue)) {
        for ((limit, remaining), left) in self.windows.iter().zip(&allowance.windows) {
            limit.iter().for_each(|name| tell(name, left.limit.into()));
            remaining.iter().for_each(|name| tell(name, left.remaining.into()));
        }
        let Some(tightest) = allowance.tightest() else { return };
        self.limit.iter().for_each(|name| tell(name, tightest.limit.into()));
        self.remaining.iter().for_each(|name| tell(name, tightest.remaining.into()));
        self.reset.iter().for_each(|name| tell(name, self.time(tightest.reset)));
    }
}

fn word(period: Period) -> &'static str {
    match period {
        Period::Second => "second",
        Period::Minute => "minute",
        Period::Hour => "hour",
        Period::Day => "day",
        Period::Month => "month",
        Period::Year => "year",
    }
}

/// Seconds with two digits behind the point, as far as they are not 0.
fn hundredths(time: Duration) -> String {
    let (full, rest) = (time.as_secs(), time.subsec_millis() / 10);
    match (rest, rest % 10) {
        (0, _) => full.to_string(),
        (_, 0) => format!("{full}.{}", rest / 10),
        (_, _) => format!("{full}.{rest:02}"),
    }
}

/// Full seconds, the last one begun counts.
fn seconds(time: Duration) -> u64 {
    time.as_secs() + u64::from(time.subsec_nanos() > 0)
}

#[cfg(test)]
mod tests;

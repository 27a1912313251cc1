//! How often a client may ask.

use super::counter::{Allowance, Counter};
use crate::exchange::Exchange;
use crate::refusal::ReadyRefusals;
use crate::{Outcome, Policy, Running};
use http::{HeaderMap, HeaderName, HeaderValue};
use model::policy::{Case, LimitBy, Period, RateHeaders, RateLimit as Data, Span};
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, UNIX_EPOCH};

/// Request side: counts, and refuses who has none left.
pub(crate) struct RateLimit {
    pub(crate) rules: Arc<Rules>,
    pub(crate) slot: usize,
}

/// Response side: tells what is left.
pub(crate) struct TellRate {
    pub(crate) rules: Arc<Rules>,
    pub(crate) slot: usize,
}

/// What both sides know.
pub(crate) struct Rules {
    counter: Arc<dyn Counter>,
    by: ReadyBy,
    names: Names,
    refusals: ReadyRefusals,
}

enum ReadyBy {
    Consumer,
    Credential,
    Address,
    Service,
    Header(HeaderName),
    Path(String),
    Everyone,
}

/// Header names, made ready.
struct Names {
    /// For each window: its bound, what is left.
    windows: Vec<(Option<HeaderName>, Option<HeaderName>)>,
    limit: Option<HeaderName>,
    remaining: Option<HeaderName>,
    reset: Option<HeaderName>,
    retry_after: bool,
}

impl Rules {
    /// Fails with the name that cannot be sent, or a refusal that cannot.
    pub(crate) fn compile(data: &Data, counter: Arc<dyn Counter>) -> Result<Self, crate::build::BuildCause> {
        let by = match &data.by {
            LimitBy::Consumer => ReadyBy::Consumer,
            LimitBy::Credential => ReadyBy::Credential,
            LimitBy::Address => ReadyBy::Address,
            LimitBy::Service => ReadyBy::Service,
            LimitBy::Header(name) => ReadyBy::Header(crate::build::header_name(name)?),
            LimitBy::Path(path) => ReadyBy::Path(path.clone()),
            LimitBy::Everyone => ReadyBy::Everyone,
        };
        let refusals = ReadyRefusals::compile(&data.refusals)?;
        Ok(Self { counter, by, names: Names::compile(data)?, refusals })
    }

    /// Whose request it is, as a number that tells nothing. Hashes are keyed at random: nobody can make two clients
    /// collide on purpose.
    fn key(&self, exchange: &Exchange) -> u128 {
        let address = || hash(&(0_u8, exchange.client.address.to_canonical()));
        let identity = exchange.identity.as_ref();
        match &self.by {
            ReadyBy::Consumer => identity.map(|who| hash(&(1_u8, who.consumer.as_str()))),
            ReadyBy::Credential => identity.map(|who| match &who.credential {
                Some(credential) => hash(&(2_u8, who.consumer.as_str(), &**credential)),
                None => hash(&(1_u8, who.consumer.as_str())),
            }),
            ReadyBy::Address => None,
            ReadyBy::Service => {
                let service = exchange.route.as_ref().and_then(|route| route.told.service.as_deref());
                service.map(|service| hash(&(3_u8, service)))
            }
            ReadyBy::Header(name) => exchange
                .request
                .headers
                .get(name)
                .filter(|value| !value.is_empty())
                .map(|value| hash(&(4_u8, value.as_bytes()))),
            ReadyBy::Path(path) => (exchange.request.uri.path() == path).then(|| hash(&(5_u8, path))),
            ReadyBy::Everyone => Some(hash(&6_u8)),
        }
        .unwrap_or_else(address)
    }
}

fn hash(value: &impl std::hash::Hash) -> u128 {
    static KEYS: LazyLock<[RandomState; 2]> = LazyLock::new(Default::default);
    let [one, other] = &*KEYS;
    u128::from(one.hash_one(value)) << 64 | u128::from(other.hash_one(value))
}

impl Policy for RateLimit {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Running<'a> {
        let rules = &*self.rules;
        let now = exchange.time.duration_since(UNIX_EPOCH).unwrap_or_default();
        let allowance = rules.counter.take(rules.key(exchange), 1, now);
        let granted = allowance.granted;
        if !granted {
            let mut failure = rules.refusals.failure(Case::TooMany, "this client has asked too often", "");
            rules.names.each(&allowance, |name, value| failure.headers.push((name.clone(), value)));
            failure.retry_after = rules.names.retry_after.then(|| seconds(allowance.wait()));
            return Running::Done(Outcome::Fail(failure));
        }
        if rules.names.tell() {
            exchange.remember(self.slot, allowance);
        }
        Running::Done(Outcome::Continue)
    }
}

impl Policy for TellRate {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Running<'a> {
        let Some(allowance) = exchange.recall::<Allowance>(self.slot).cloned() else {
            return Running::Done(Outcome::Continue);
        };
        if let Some(response) = &mut exchange.response {
            let headers: &mut HeaderMap = response.headers_mut();
            self.rules.names.each(&allowance, |name, value| drop(headers.insert(name, value)));
        }
        Running::Done(Outcome::Continue)
    }
}

impl Names {
    fn compile(data: &Data) -> Result<Self, crate::build::BuildCause> {
        let RateHeaders { window_limit, window_remaining, limit, remaining, reset, retry_after } = &data.headers;
        let name = |name: &Option<String>| name.as_deref().map(crate::build::header_name).transpose();
        let windows = data.windows.iter().map(|window| {
            let Span::Calendar(period) = window.span else { return Ok((None, None)) };
            let of = |begin: &Option<String>| name(&begin.as_ref().map(|begin| format!("{begin}{}", word(period))));
            Ok((of(window_limit)?, of(window_remaining)?))
        });
        Ok(Self {
            windows: windows.collect::<Result<_, crate::build::BuildCause>>()?,
            limit: name(limit)?,
            remaining: name(remaining)?,
            reset: name(reset)?,
            retry_after: *retry_after,
        })
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
        self.reset.iter().for_each(|name| tell(name, seconds(tightest.reset).into()));
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

/// Full seconds, the last one begun counts.
fn seconds(time: Duration) -> u64 {
    time.as_secs() + u64::from(time.subsec_nanos() > 0)
}

#[cfg(test)]
mod tests;

//! Counts in a Redis that several gateways share, under names that others know: `SCOPE:WHO:BEGINNING:PERIOD`.

mod resp;
mod server;

pub(crate) use resp::Answer;
pub(crate) use server::{RedisError, Server};

use super::window::bounds;
use super::{Allowance, Left};
use model::policy::{Period, Span, Window};
use resp::command;
use smallvec::SmallVec;
use std::sync::Arc;
use std::time::Duration;

/// The windows of one policy, counted there.
pub(crate) struct RedisCounter {
    scope: String,
    windows: Vec<Window>,
    server: Arc<Server>,
    /// Whether requests pass uncounted while it is away.
    pub(crate) pass_without: bool,
}

/// Takes from all windows or from none. For each window what is taken of it then, and how long it lasts.
const SCRIPT: &str = "\
local cost, granted, said = tonumber(ARGV[1]), 1, {}
for at, key in ipairs(KEYS) do
  local taken = tonumber(redis.call('GET', key) or '0')
  if taken + cost > tonumber(ARGV[2 * at]) then granted = 0 end
  said[2 * at] = taken
end
for at, key in ipairs(KEYS) do
  if granted == 1 then
    said[2 * at] = redis.call('INCRBY', key, cost)
    if redis.call('PTTL', key) < 0 then redis.call('PEXPIRE', key, ARGV[2 * at + 1]) end
  end
  said[2 * at + 1] = redis.call('PTTL', key)
end
said[1] = granted
return said";

impl RedisCounter {
    pub(crate) fn new(scope: String, windows: Vec<Window>, server: Arc<Server>, pass_without: bool) -> Self {
        Self { scope, windows, server, pass_without }
    }

    /// Takes `cost` from each window of this client, or from none. `now` is the time since 1970.
    pub(crate) async fn take(&self, who: &str, cost: u64, now: Duration) -> Result<Allowance, RedisError> {
        self.take_in(&self.windows, who, cost, now).await
    }

    /// The same, with these windows instead of its own.
    pub(crate) async fn take_in(
        &self,
        windows: &[Window],
        who: &str,
        cost: u64,
        now: Duration,
    ) -> Result<Allowance, RedisError> {
        match self.server.ask(&self.question(windows, who, cost, now)).await? {
            Answer::List(said) => allowance(windows, &said, now),
            Answer::Word(_) | Answer::Error(_) | Answer::Number(_) | Answer::Text(_) => Err(strange()),
        }
    }

    fn question(&self, windows: &[Window], who: &str, cost: u64, now: Duration) -> Vec<u8> {
        let mut words = vec!["EVAL".to_owned(), SCRIPT.to_owned(), windows.len().to_string()];
        words.extend(windows.iter().map(|window| self.key(window, who, now)));
        words.push(cost.to_string());
        for window in windows {
            let (_, end) = bounds(window.span, now, None);
            words.push(window.limit.to_string());
            words.push((end - now).as_millis().max(1).to_string());
        }
        let mut said = Vec::with_capacity(SCRIPT.len() + 256);
        command(&mut said, &words.iter().map(String::as_bytes).collect::<Vec<_>>());
        said
    }

    fn key(&self, window: &Window, who: &str, now: Duration) -> String {
        let scope = &self.scope;
        match window.span {
            Span::Calendar(period) => {
                let (begin, _) = bounds(window.span, now, None);
                format!("{scope}:{who}:{}:{}", begin.as_millis(), word(period))
            }
            Span::FromFirst(length) => format!("{scope}:{who}:{}", length.as_millis()),
            Span::Months(months) => format!("{scope}:{who}:{months}months"),
        }
    }
}

/// The question of a script with one key.
pub(crate) fn script(text: &str, key: &str, arguments: &[&str]) -> Vec<u8> {
    let mut words: Vec<&[u8]> = vec![b"EVAL", text.as_bytes(), b"1", key.as_bytes()];
    words.extend(arguments.iter().map(|one| one.as_bytes()));
    let mut said = Vec::with_capacity(text.len() + 256);
    command(&mut said, &words);
    said
}

/// The numbers that it answered with.
pub(crate) fn numbers<const N: usize>(answer: Answer) -> Result<[i64; N], RedisError> {
    let Answer::List(said) = answer else { return Err(strange()) };
    let number = |one: &Answer| if let Answer::Number(number) = one { Some(*number) } else { None };
    let all: Vec<i64> = said.iter().filter_map(number).collect();
    all.try_into().map_err(|_| strange())
}

fn allowance(windows: &[Window], said: &[Answer], now: Duration) -> Result<Allowance, RedisError> {
    let number = |at: usize| match said.get(at) {
        Some(Answer::Number(number)) => Ok(*number),
        _ => Err(strange()),
    };
    let granted = number(0)? == 1;
    let mut all = SmallVec::new();
    for (at, window) in windows.iter().enumerate() {
        let (taken, lasts) = (number(2 * at + 1)?, number(2 * at + 2)?);
        let (begin, end) = bounds(window.span, now, None);
        let reset = match window.span {
            Span::FromFirst(_) | Span::Months(_) if lasts >= 0 => Duration::from_millis(lasts.unsigned_abs()),
            Span::FromFirst(_) | Span::Months(_) | Span::Calendar(_) => end - now,
        };
        let remaining = window.limit.saturating_sub(u64::try_from(taken).unwrap_or(0));
        all.push(Left { limit: window.limit, remaining, reset, length: end - begin });
    }
    Ok(Allowance { granted, windows: all })
}

fn strange() -> RedisError {
    RedisError::Broken("an answer that is none".to_owned())
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

#[cfg(test)]
mod tests;

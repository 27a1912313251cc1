//! A window that is evaluated for each request, and how its limit tells of it.

use super::Span;
use crate::answer::Keyed;
use crate::text::Text;
use serde::Serialize;
use std::time::Duration;

/// A window whose bound and length may be evaluated for each request. Different ones of one client share its count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Measured {
    /// Requests in it; below 1 nobody passes.
    pub limit: Amount,
    /// Its length in units, at least 1.
    pub time: Amount,
    /// The unit.
    pub unit: TimeUnit,
    /// Requests are spread over it, by [`spread`].
    pub spread: bool,
    /// What a refusal says. In its message `{limit}`, `{time}`, `{unit}`, `{part_limit}` and `{part_time}` stand for
    /// these facts.
    pub refusal: Keyed,
    /// What is said where it cannot be evaluated.
    pub broken: Keyed,
    /// What is said while the store is away and requests may not pass.
    pub away: Keyed,
    /// What answers to these failures may tell.
    pub parameters: Vec<(String, LimitFact)>,
    /// Attributes that the exchange is given.
    pub attributes: Vec<(String, LimitFact)>,
}

/// A number, or one that is evaluated for each request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Amount {
    /// This one.
    Fixed(u64),
    /// A text whose value is a number; null is 0.
    Evaluated(Text),
}

/// What time is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum TimeUnit {
    /// 1 s.
    Seconds,
    /// 60 s.
    Minutes,
    /// 3600 s.
    Hours,
    /// 24 hours.
    Days,
    /// 7 days.
    Weeks,
    /// From a day to the same day of another month.
    Months,
}

/// What is known of a limit once a request was counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum LimitFact {
    /// Its bound.
    Limit,
    /// What is left of it.
    Remaining,
    /// Requests counted in it.
    Count,
    /// When the window ends, in milliseconds since 1970.
    Reset,
    /// The window's length, in its unit.
    Time,
    /// The unit.
    Unit(Letters),
    /// The bound of one part, of requests that are spread.
    PartLimit,
    /// The length of one part, in milliseconds.
    PartTime,
    /// `milliseconds`, in capitals.
    PartUnit,
}

/// How a unit is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Letters {
    /// `seconds`
    Small,
    /// `SECONDS`
    Capital,
    /// `Seconds`
    Title,
}

impl TimeUnit {
    /// So many of it, from a first request on.
    pub fn span(self, time: u64) -> Span {
        let seconds = match self {
            Self::Seconds => 1,
            Self::Minutes => 60,
            Self::Hours => 3600,
            Self::Days => 86_400,
            Self::Weeks => 7 * 86_400,
            Self::Months => return Span::Months(u32::try_from(time).unwrap_or(u32::MAX).clamp(1, LONGEST_MONTHS)),
        };
        Span::FromFirst(Duration::from_secs(time.max(1).saturating_mul(seconds).min(LONGEST)))
    }

    /// Its name.
    pub fn word(self, letters: Letters) -> &'static str {
        let [small, capital, title] = match self {
            Self::Seconds => ["seconds", "SECONDS", "Seconds"],
            Self::Minutes => ["minutes", "MINUTES", "Minutes"],
            Self::Hours => ["hours", "HOURS", "Hours"],
            Self::Days => ["days", "DAYS", "Days"],
            Self::Weeks => ["weeks", "WEEKS", "Weeks"],
            Self::Months => ["months", "MONTHS", "Months"],
        };
        match letters {
            Letters::Small => small,
            Letters::Capital => capital,
            Letters::Title => title,
        }
    }
}

/// No window lasts longer than a hundred years.
const LONGEST_MONTHS: u32 = 1200;
const LONGEST: u64 = 100 * 366 * 86_400;

/// Parts are no shorter than this, so that counts are of some use.
const SHORTEST: f32 = 100.0;

/// Requests spread over a time: the bound and the length of one part of it, of 100 ms or about that at least. A bound of
/// 0 lets nobody pass in all that time.
pub fn spread(limit: u64, time: Duration) -> (u64, Duration) {
    if limit == 0 {
        return (0, time);
    }
    let each = time.as_millis() as f32 / limit as f32;
    let together = if each < SHORTEST { (SHORTEST / each).round().max(1.0) } else { 1.0 };
    let length = Duration::from_millis((each * together) as u64).max(Duration::from_millis(1));
    (together as u64, length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_spread_over_their_time() {
        for (limit, seconds, part, millis) in [
            (0, 1, 0, 1000),
            (1, 1, 1, 1000),
            (5, 1, 1, 200),
            (10, 1, 1, 100),
            (15, 1, 2, 133),
            (100, 1, 10, 100),
            (3000, 1, 300, 100),
            (90, 60, 1, 666),
        ] {
            let expected = (part, Duration::from_millis(millis));
            assert_eq!(spread(limit, Duration::from_secs(seconds)), expected, "{limit} in {seconds} s");
        }
    }

    #[test]
    fn no_unit_is_endless() {
        let (day, week) = (Duration::from_secs(86_400), Duration::from_secs(7 * 86_400));
        assert_eq!(TimeUnit::Days.span(0), Span::FromFirst(day));
        assert_eq!(TimeUnit::Weeks.span(1), Span::FromFirst(week));
        assert_eq!(TimeUnit::Months.span(u64::MAX), Span::Months(1200));
        assert_eq!(TimeUnit::Weeks.span(u64::MAX), Span::FromFirst(Duration::from_secs(LONGEST)));
    }
}

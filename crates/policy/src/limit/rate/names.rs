//! The header fields by which a limit tells clients of itself.

use crate::build::{BuildCause, header_name};
use crate::limit::counter::{Allowance, Left};
use http::{HeaderName, HeaderValue};
use model::policy::{Period, RateHeaders, RateLimit as Data, Span};
use std::time::Duration;

/// Header names, made ready.
pub(super) struct Names {
    /// For each window: its bound, what is left.
    windows: Vec<(Option<HeaderName>, Option<HeaderName>)>,
    limit: Option<HeaderName>,
    remaining: Option<HeaderName>,
    reset: Option<HeaderName>,
    length: Option<HeaderName>,
    form: ResetForm,
    pub(super) retry_after: bool,
}

/// How the end of a window is told.
#[derive(Clone, Copy)]
enum ResetForm {
    /// Full seconds until it.
    Seconds,
    /// Seconds until it, with up to two digits behind the point.
    Hundredths,
    /// The moment, in milliseconds since 1970.
    Moment,
}

impl Names {
    pub(super) fn compile(data: &Data) -> Result<Self, BuildCause> {
        let headers = &data.headers;
        let RateHeaders { window_limit, window_remaining, limit, remaining, reset, .. } = headers;
        let name = |name: &Option<String>| name.as_deref().map(header_name).transpose();
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
            length: name(&headers.length)?,
            form: match (headers.moment, headers.fractions) {
                (true, _) => ResetForm::Moment,
                (false, true) => ResetForm::Hundredths,
                (false, false) => ResetForm::Seconds,
            },
            retry_after: headers.retry_after,
        })
    }

    /// Whether clients are told anything.
    pub(super) fn tell(&self) -> bool {
        let totals = [&self.limit, &self.remaining, &self.reset, &self.length];
        let windows = self.windows.iter().any(|(limit, remaining)| limit.is_some() || remaining.is_some());
        windows || totals.iter().any(|name| name.is_some())
    }

    /// Each field; `now` is the time since 1970 at which was counted.
    pub(super) fn each(&self, allowance: &Allowance, now: Duration, mut tell: impl FnMut(&HeaderName, HeaderValue)) {
        for ((limit, remaining), left) in self.windows.iter().zip(&allowance.windows) {
            limit.iter().for_each(|name| tell(name, left.limit.into()));
            remaining.iter().for_each(|name| tell(name, left.remaining.into()));
        }
        let Some(tightest) = allowance.tightest() else { return };
        self.limit.iter().for_each(|name| tell(name, tightest.limit.into()));
        self.remaining.iter().for_each(|name| tell(name, tightest.remaining.into()));
        self.reset.iter().for_each(|name| tell(name, self.end(tightest, now)));
        self.length.iter().for_each(|name| tell(name, value(format!("{}ms", tightest.length.as_millis()))));
    }

    fn end(&self, left: &Left, now: Duration) -> HeaderValue {
        match self.form {
            ResetForm::Seconds => seconds(left.reset).into(),
            ResetForm::Hundredths => value(hundredths(left.reset)),
            ResetForm::Moment => moment(left, now).into(),
        }
    }
}

/// When a window ends, in milliseconds since 1970; -1 where that is not known.
pub(super) fn moment(left: &Left, now: Duration) -> i64 {
    match left.reset {
        Duration::MAX => -1,
        reset => i64::try_from((now + reset).as_millis()).unwrap_or(i64::MAX),
    }
}

fn value(text: String) -> HeaderValue {
    HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("0"))
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
pub(super) fn hundredths(time: Duration) -> String {
    let (full, rest) = (time.as_secs(), time.subsec_millis() / 10);
    match (rest, rest % 10) {
        (0, _) => full.to_string(),
        (_, 0) => format!("{full}.{}", rest / 10),
        (_, _) => format!("{full}.{rest:02}"),
    }
}

/// Full seconds, the last one begun counts.
pub(super) fn seconds(time: Duration) -> u64 {
    time.as_secs() + u64::from(time.subsec_nanos() > 0)
}

//! A rate as people write it: `100/minute`, `5/10s`.

use super::scalar::{measures, takes_scalar};
use super::{Decode, Decoder, Lasting, scalar};
use crate::tree::Tree;
use model::policy::{Period, Span, Window};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};
use std::borrow::Cow;

/// So many requests in a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate(pub Window);

const PERIODS: [(&str, Period); 6] = [
    ("second", Period::Second),
    ("minute", Period::Minute),
    ("hour", Period::Hour),
    ("day", Period::Day),
    ("month", Period::Month),
    ("year", Period::Year),
];

impl Rate {
    fn read(text: &str) -> Option<Self> {
        let (limit, span) = text.split_once('/')?;
        let limit = limit.trim_end().parse().ok().filter(|_| limit.starts_with(|c: char| c.is_ascii_digit()))?;
        let span = span.trim_start();
        let period = PERIODS.iter().find(|(word, _)| *word == span);
        let span = match period {
            Some((_, period)) => Span::Calendar(*period),
            None if span.ends_with("months") => {
                Span::Months(span.trim_end_matches("months").trim_end().parse().ok().filter(|months| *months > 0)?)
            }
            None => Span::FromFirst(Lasting::read(span).map(|time| time.0).filter(|time| !time.is_zero())?),
        };
        Some(Self(Window { span, limit }))
    }

    fn write(self) -> String {
        let limit = self.0.limit;
        match self.0.span {
            Span::Months(months) => format!("{limit}/{months}months"),
            Span::FromFirst(time) => format!("{limit}/{}", Lasting(time).write()),
            Span::Calendar(period) => {
                let word = PERIODS.iter().find(|(_, one)| *one == period).map_or("", |(word, _)| word);
                format!("{limit}/{word}")
            }
        }
    }
}

measures! {
    Rate, "Rate", "a rate such as 100/minute or 5/10s", {
        "description": "A rate: `100/minute` in windows that follow the calendar (`second`, `minute`, `hour`, `day`, `month`, `year`), `5/10s` in windows of such a duration that begin with the first request, as does `5/2months`.",
        "type": "string",
        "pattern": "^[0-9]+ ?/ ?(second|minute|hour|day|month|year|[0-9]+ ?months|([0-9]+(d|h|m|s|ms|us|ns))+)$"
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn rates_are_read_and_written() {
        let calendar = |period| Span::Calendar(period);
        let cases = [
            ("100/minute", 100, calendar(Period::Minute), "100/minute"),
            ("0 / year", 0, calendar(Period::Year), "0/year"),
            ("5/10s", 5, Span::FromFirst(Duration::from_secs(10)), "5/10s"),
            ("5/2 months", 5, Span::Months(2), "5/2months"),
            ("5/90s", 5, Span::FromFirst(Duration::from_secs(90)), "5/1m30s"),
        ];
        for (text, limit, span, written) in cases {
            let read = Rate::read(text).unwrap();
            assert_eq!(read, Rate(Window { span, limit }), "{text}");
            assert_eq!(read.write(), written);
        }
        for bad in ["", "5", "/minute", "5/", "5/min", "-1/minute", "+1/minute", "5/0s", "5/s", "1.5/minute"] {
            assert_eq!(Rate::read(bad), None, "{bad}");
        }
    }
}

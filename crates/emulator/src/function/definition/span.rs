//! A length of time as written: `200ms`, `1.5s`, `10m`, `6h`, or a plain number of seconds.

use serde::Deserialize;
use std::time::Duration;

/// No length of time in a function's settings is longer.
const MAX_SECONDS: f64 = 86_400.0;

/// A length of time that was read.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(try_from = "Written")]
pub(super) struct Span(pub(super) Duration);

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Seconds(f64),
    Text(String),
}

impl TryFrom<Written> for Span {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let (seconds, shown) = match written {
            Written::Seconds(seconds) => (Some(seconds), seconds.to_string()),
            Written::Text(text) => (seconds(&text), format!("{text:?}")),
        };
        match seconds.filter(|seconds| (0.0..=MAX_SECONDS).contains(seconds)) {
            Some(seconds) => Ok(Self(Duration::from_secs_f64(seconds))),
            None => Err(format!("a length of time is like 200ms, 1.5s, 10m or 6h and at most a day, not {shown}")),
        }
    }
}

fn seconds(text: &str) -> Option<f64> {
    let (number, unit) = match text.trim() {
        text if text.ends_with("ms") => (text.strip_suffix("ms")?, 0.001),
        text if text.ends_with('s') => (text.strip_suffix('s')?, 1.0),
        text if text.ends_with('m') => (text.strip_suffix('m')?, 60.0),
        text if text.ends_with('h') => (text.strip_suffix('h')?, 3600.0),
        text => (text, 1.0),
    };
    Some(number.trim_end().parse::<f64>().ok()? * unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unit_is_read_and_nonsense_is_told() {
        for (text, milliseconds) in [
            ("200ms", Some(200)),
            ("1.5s", Some(1500)),
            ("10m", Some(600_000)),
            ("6h", Some(21_600_000)),
            ("3", Some(3000)),
            ("\"3\"", Some(3000)),
            ("0.25", Some(250)),
            ("2 s", Some(2000)),
            ("-1s", None),
            ("25h", None),
            ("soon", None),
            ("inf", None),
            ("nan", None),
        ] {
            let read = serde_saphyr::from_str::<Span>(text).ok();
            assert_eq!(read.map(|span| span.0.as_millis()), milliseconds, "{text}");
        }
    }
}

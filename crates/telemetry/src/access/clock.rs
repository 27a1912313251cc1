//! The time of a line as text, formatted once a second.

use super::Format;
use jiff::Timestamp;
use std::time::{SystemTime, UNIX_EPOCH};

/// The text of the second last asked for.
#[derive(Default)]
pub(super) struct Clock {
    /// Seconds since 1970.
    second: Option<u64>,
    text: String,
}

impl Clock {
    /// Appends `21/Nov/2026:06:30:00 +0000` or `2026-11-21T06:30:00.123Z`.
    pub(super) fn append(&mut self, out: &mut Vec<u8>, time: SystemTime, format: Format) {
        let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        if self.second != Some(since.as_secs()) {
            self.second = Some(since.as_secs());
            self.text = second_text(since.as_secs(), format);
        }
        out.extend_from_slice(self.text.as_bytes());
        if format == Format::Json {
            super::line::push_fraction(out, since.subsec_millis(), 100);
            out.push(b'Z');
        }
    }
}

fn second_text(second: u64, format: Format) -> String {
    let time = i64::try_from(second).ok().and_then(|second| Timestamp::from_second(second).ok());
    let pattern = match format {
        Format::Text => "%d/%b/%Y:%H:%M:%S +0000",
        Format::Json => "%Y-%m-%dT%H:%M:%S",
    };
    time.unwrap_or(Timestamp::MAX).strftime(pattern).to_string()
}

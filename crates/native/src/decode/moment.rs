//! A moment as RFC 3339 writes it: `2026-01-31T12:00:00Z`.

use super::scalar::{measures, takes_scalar};
use super::{Decode, Decoder, scalar};
use crate::tree::Tree;
use jiff::Timestamp;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};
use std::borrow::Cow;
use std::time::SystemTime;

/// A moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment(pub Timestamp);

impl Moment {
    /// `None`: not within the years that have four digits.
    pub(crate) fn of(time: SystemTime) -> Option<Self> {
        Timestamp::try_from(time).ok().map(Self)
    }

    fn read(text: &str) -> Option<Self> {
        text.parse().ok().map(Self)
    }

    fn write(self) -> String {
        self.0.to_string()
    }
}

measures! {
    Moment, "Moment", "a moment such as 2026-01-31T12:00:00Z", {
        "description": "A moment: `2026-01-31T12:00:00Z`, or with another offset, `2026-01-31T14:00:00+02:00`.",
        "type": "string",
        "format": "date-time"
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn moments_are_read_and_written() {
        for (text, millis, written) in [
            ("1970-01-01T00:00:01Z", 1000, "1970-01-01T00:00:01Z"),
            ("1970-01-01T02:00:00.5+02:00", 500, "1970-01-01T00:00:00.5Z"),
        ] {
            let read = Moment::read(text).unwrap();
            assert_eq!(SystemTime::from(read.0), SystemTime::UNIX_EPOCH + Duration::from_millis(millis), "{text}");
            assert_eq!(read.write(), written);
        }
        for bad in ["", "2026-01-31", "12:00", "1769860800"] {
            assert_eq!(Moment::read(bad), None, "{bad}");
        }
    }
}

//! Moments in the forms that AWS writes: event dates and signing dates, always UTC.

use jiff::civil::DateTime;
use jiff::{Timestamp, tz::Offset};
use std::time::{SystemTime, UNIX_EPOCH};

const MONTHS: &[u8; 36] = b"JanFebMarAprMayJunJulAugSepOctNovDec";

/// Seconds since 1970; 0 for times before.
pub(crate) fn seconds(time: SystemTime) -> i64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs() as i64)
}

/// Milliseconds since 1970; 0 for times before.
pub(crate) fn milliseconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64)
}

/// `15/May/2020:06:01:09 +0000`, as it stands in events.
pub(crate) fn event_date(time: SystemTime) -> [u8; 26] {
    let at = civil(seconds(time));
    let mut text = *b"00/Jan/0000:00:00:00 +0000";
    two(&mut text[0..2], at.day());
    let month = (at.month() as usize - 1) * 3;
    text[3..6].copy_from_slice(&MONTHS[month..month + 3]);
    year(&mut text[7..11], at.year());
    two(&mut text[12..14], at.hour());
    two(&mut text[15..17], at.minute());
    two(&mut text[18..20], at.second());
    text
}

/// `20150830T123600Z`, as it stands in `x-amz-date`. Its first eight bytes are the day.
pub(crate) fn signing_date(seconds: i64) -> [u8; 16] {
    let at = civil(seconds);
    let mut text = *b"00000000T000000Z";
    year(&mut text[0..4], at.year());
    two(&mut text[4..6], at.month());
    two(&mut text[6..8], at.day());
    two(&mut text[9..11], at.hour());
    two(&mut text[11..13], at.minute());
    two(&mut text[13..15], at.second());
    text
}

fn civil(seconds: i64) -> DateTime {
    Offset::UTC.to_datetime(Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX))
}

fn year(digits: &mut [u8], value: i16) {
    two(&mut digits[0..2], (value / 100) as i8);
    two(&mut digits[2..4], (value % 100) as i8);
}

fn two(digits: &mut [u8], value: i8) {
    digits[0] = b'0' + (value / 10) as u8;
    digits[1] = b'0' + (value % 10) as u8;
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn moments_are_written_as_aws_writes_them() {
        for (seconds, event, signing) in [
            (1_589_522_469, "15/May/2020:06:01:09 +0000", "20200515T060109Z"),
            (1_440_938_160, "30/Aug/2015:12:36:00 +0000", "20150830T123600Z"),
            (951_782_399, "28/Feb/2000:23:59:59 +0000", "20000228T235959Z"),
            (951_782_400, "29/Feb/2000:00:00:00 +0000", "20000229T000000Z"),
            (0, "01/Jan/1970:00:00:00 +0000", "19700101T000000Z"),
        ] {
            let time = UNIX_EPOCH + Duration::from_secs(seconds);
            assert_eq!(std::str::from_utf8(&event_date(time)), Ok(event));
            assert_eq!(std::str::from_utf8(&signing_date(seconds as i64)), Ok(signing));
        }
    }
}

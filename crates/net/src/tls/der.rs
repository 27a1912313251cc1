//! As much DER as key stores, a certificate's end and its subject need.

use std::time::{Duration, SystemTime};

pub(super) const INTEGER: u8 = 0x02;
const OCTETS: u8 = 0x04;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
pub(super) const SEQUENCE: u8 = 0x30;
pub(super) const VERSION: u8 = 0xa0;

/// One element and what follows it.
pub(super) fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        0x81..=0x84 => {
            let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            (digits.iter().fold(0, |all, digit| (all << 8) | usize::from(*digit)), rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

/// The content of an element with that tag, and what follows.
pub(super) fn expect(tag: u8, bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    element(bytes).filter(|(found, ..)| *found == tag).map(|(_, content, rest)| (content, rest))
}

/// The octets of `SEQUENCE { anything, OCTET STRING }`.
pub(super) fn sealed(bytes: &[u8]) -> Option<&[u8]> {
    let (inner, _) = expect(SEQUENCE, bytes)?;
    let (_, _, rest) = element(inner)?;
    expect(OCTETS, rest).map(|(octets, _)| octets)
}

/// When a certificate ends.
pub(super) fn end_of_certificate(bytes: &[u8]) -> Option<SystemTime> {
    validity(bytes).map(|(_, end)| end)
}

/// The first and the last moment of a certificate (RFC 5280, section 4.1.2.5).
pub(super) fn validity(bytes: &[u8]) -> Option<(SystemTime, SystemTime)> {
    let (certificate, _) = expect(SEQUENCE, bytes)?;
    let (fields, _) = expect(SEQUENCE, certificate)?;
    let fields = expect(VERSION, fields).map_or(fields, |(_, rest)| rest);
    let (_, rest) = expect(INTEGER, fields)?;
    let (_, rest) = expect(SEQUENCE, rest)?; // algorithm
    let (_, rest) = expect(SEQUENCE, rest)?; // issuer
    let (validity, _) = expect(SEQUENCE, rest)?;
    let (first, rest) = moment(validity)?;
    let (last, _) = moment(rest)?;
    Some((first, last))
}

fn moment(bytes: &[u8]) -> Option<(SystemTime, &[u8])> {
    let (tag, text, rest) = element(bytes)?;
    Some((time(tag, std::str::from_utf8(text).ok()?)?, rest))
}

/// `YYMMDDHHMMSSZ` or `YYYYMMDDHHMMSSZ`.
fn time(tag: u8, text: &str) -> Option<SystemTime> {
    let digits = text.strip_suffix('Z').filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
    let (year, rest) = match tag {
        UTC_TIME if digits.len() == 12 => {
            let (year, rest) = digits.split_at(2);
            let year: i64 = year.parse().ok()?;
            (if year < 50 { 2000 + year } else { 1900 + year }, rest)
        }
        GENERALIZED_TIME if digits.len() == 14 => {
            let (year, rest) = digits.split_at(4);
            (year.parse().ok()?, rest)
        }
        _ => return None,
    };
    let part = |at: usize| rest[at..at + 2].parse::<i64>().ok();
    let seconds = days(year, part(0)?, part(2)?) * 86_400 + part(4)? * 3600 + part(6)? * 60 + part(8)?;
    let since = Duration::from_secs(seconds.unsigned_abs());
    if seconds < 0 { SystemTime::UNIX_EPOCH.checked_sub(since) } else { SystemTime::UNIX_EPOCH.checked_add(since) }
}

/// Days from 1970-01-01 in the Gregorian calendar; the year is made to begin in March, so that the leap day is last.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month <= 2 { (year - 1, month + 9) } else { (year, month - 3) };
    year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + (month * 153 + 2) / 5 + day
        - 1
        - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_both_forms() {
        for (tag, text, expected) in [
            (UTC_TIME, "700101000000Z", Some(0)),
            (UTC_TIME, "260228235959Z", Some(1_772_323_199)),
            (UTC_TIME, "240229120000Z", Some(1_709_208_000)),
            (GENERALIZED_TIME, "20500101000000Z", Some(2_524_608_000)),
            (GENERALIZED_TIME, "99991231235959Z", Some(253_402_300_799)),
            (UTC_TIME, "2602282359Z", None),
            (UTC_TIME, "26022823595é", None),
            (SEQUENCE, "700101000000Z", None),
        ] {
            let found = time(tag, text).map(|at| at.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs());
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn what_is_cut_short_is_no_certificate() {
        let whole = include_bytes!("store/fixtures/client.p12");
        for length in 0..whole.len().min(300) {
            assert!(end_of_certificate(&whole[..length]).is_none() && sealed(&whole[..length]).is_none());
        }
    }
}

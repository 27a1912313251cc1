//! Ids in the forms of others: random characters, and numbers that begin with the time.

use std::time::{SystemTime, UNIX_EPOCH};

/// What a nanoid is made of.
pub(super) const NANO: &[u8] = b"_-0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
/// Digits of base 62 in the order of their bytes.
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// When a KSUID's seconds begin.
const KSUID_EPOCH: u64 = 1_400_000_000;
const KSUID_LENGTH: usize = 27;

/// Random characters out of `characters`, which are ASCII.
pub(super) fn of_range(length: u32, characters: &[u8]) -> String {
    let one = |_| characters.get(fastrand::usize(..characters.len().max(1))).copied().unwrap_or(b'0');
    (0..length).map(one).map(char::from).collect()
}

/// 32 bits of seconds and 128 random ones, in base 62.
pub(super) fn ksuid(now: SystemTime, random: u128) -> String {
    let seconds = since(now).as_secs().saturating_sub(KSUID_EPOCH) as u32;
    let mut limbs = [seconds, (random >> 96) as u32, (random >> 64) as u32, (random >> 32) as u32, random as u32];
    let mut text = [b'0'; KSUID_LENGTH];
    for digit in text.iter_mut().rev() {
        let mut rest = 0u64;
        for limb in &mut limbs {
            let value = (rest << 32) | u64::from(*limb);
            (*limb, rest) = ((value / 62) as u32, value % 62);
        }
        *digit = DIGITS[rest as usize];
    }
    text.into_iter().map(char::from).collect()
}

/// A UUID of version 7: 48 bits of milliseconds, the rest random.
pub(super) fn timed(now: SystemTime, random: u128) -> u128 {
    let millis = since(now).as_millis() & ((1 << 48) - 1);
    let random = random & !(u128::MAX << 80) & !(0xf << 76) & !(0b11 << 62);
    (millis << 80) | random | (7 << 76) | (0b10 << 62)
}

fn since(now: SystemTime) -> std::time::Duration {
    now.duration_since(UNIX_EPOCH).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn ids_of_the_time_are_what_others_make_of_it() {
        // the example of the form's own documentation
        let random = 0xB5A1_CD34_B5F9_9D11_54FB_6853_345C_9735;
        assert_eq!(ksuid(at(107_608_047 + KSUID_EPOCH), random), "0ujtsYcgvSTl8PAuAdqWYSMnLOv");
        assert_eq!(ksuid(at(KSUID_EPOCH), 0), "0".repeat(27));
        assert_eq!(ksuid(at(KSUID_EPOCH + u64::from(u32::MAX)), u128::MAX), "aWgEPTl1tmebfsQzFP4bxwgy80V");
        // RFC 9562, appendix A.6
        let uuid = timed(UNIX_EPOCH + Duration::from_millis(0x017F_22E2_79B0), 0xCC3_98C4_DC0C_0C07_398F);
        assert_eq!(uuid, 0x017F_22E2_79B0_7CC3_98C4_DC0C_0C07_398F);
    }

    #[test]
    fn random_ids_have_their_length_and_characters() {
        for (length, characters) in [(21, NANO), (6, b"ab".as_slice()), (0, NANO)] {
            let id = of_range(length, characters);
            assert_eq!(id.len(), length as usize);
            assert!(id.bytes().all(|byte| characters.contains(&byte)), "{id}");
        }
    }
}

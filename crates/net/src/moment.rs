//! The time of day at an instant, without asking the system for both each time.

use std::cell::Cell;
use std::time::{Duration, Instant, SystemTime};

/// An anchor older than this is set anew: by then the system's time may have been corrected.
const ANCHORED: Duration = Duration::from_millis(500);

thread_local! {
    static ANCHOR: Cell<Option<(Instant, SystemTime)>> = const { Cell::new(None) };
}

/// The time of day at an instant that has just been. Exact to the microsecond, unless the system's time was
/// corrected within the last half second.
pub fn time_at(instant: Instant) -> SystemTime {
    if let Some((anchor, time)) = ANCHOR.get()
        && let Some(since) = instant.checked_duration_since(anchor)
        && since < ANCHORED
    {
        return time + since;
    }
    let time = SystemTime::now();
    ANCHOR.set(Some((instant, time)));
    time
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_day_follows_the_instant() {
        let (start, day) = (Instant::now(), SystemTime::now());
        let near = |time: SystemTime| time.duration_since(day).unwrap_or_default() < Duration::from_secs(60);
        let first = time_at(start);
        assert!(near(first));
        let later = Duration::from_millis(300);
        assert_eq!(time_at(start + later).duration_since(first).ok(), Some(later));
        assert!(near(time_at(start + Duration::from_secs(3600))), "a far instant asks the system anew");
    }
}

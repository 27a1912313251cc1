//! Keys with what is known of their time.

use super::super::source::{Again, Found, NoKeys};
use super::super::status::Facts;
use super::super::{Keys, sts};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::time::Instant;

/// Keys are not used in the last moments of their time: a request takes a while to get there.
const MARGIN: Duration = Duration::from_secs(5);
/// Keys are renewed when this part of their time is over; not all gateways at once.
const DUE: std::ops::Range<f64> = 0.7..0.8;
/// The end of a short time is not chased.
const SHORTEST: Duration = Duration::from_millis(100);

/// Keys with what is known of their time.
pub(super) struct Held {
    pub(super) keys: Arc<Keys>,
    pub(super) provider: &'static str,
    pub(super) origin: String,
    /// From then on they are fetched anew.
    pub(super) due: Option<Instant>,
    /// From then on they are not used.
    pub(super) end: Option<Instant>,
    /// When one of these changes they are fetched anew.
    pub(super) files: Vec<PathBuf>,
    /// The end by this machine's clock.
    expires: Option<SystemTime>,
    /// The time by the clock of whoever gave them, and by ours.
    clocks: Option<(SystemTime, SystemTime)>,
}

impl Held {
    pub(super) fn new(found: Found, now: Instant) -> Result<Self, NoKeys> {
        let Found { keys, provider, origin, clock, again, .. } = found;
        let ours = SystemTime::now();
        let left = keys.expires.map(|expires| expires.duration_since(clock.unwrap_or(ours)));
        let left = match left {
            None => None,
            Some(Ok(left)) if !left.is_zero() => Some(left),
            Some(_) => {
                let what = format!("{origin} gives keys whose time is over already");
                return Err(NoKeys::broken(
                    provider,
                    what,
                    "see why it renews nothing, and whether this machine's clock is right",
                ));
            }
        };
        let (after, files) = match (left, again) {
            (Some(left), _) => (Some(left.mul_f64(within(DUE)).max(SHORTEST)), Vec::new()),
            (None, Again::Never) => (None, Vec::new()),
            (None, Again::After(after, files)) => (Some(after), files),
        };
        Ok(Self {
            keys: Arc::new(keys),
            provider,
            origin,
            due: after.map(|after| now + after),
            end: left.map(|left| now + (left - MARGIN.min(left / 20))),
            files,
            expires: left.map(|left| ours + left),
            clocks: clock.map(|theirs| (theirs, ours)),
        })
    }

    pub(super) fn is_good(&self, now: Instant) -> bool {
        self.end.is_none_or(|end| now < end)
    }

    pub(super) fn facts(&self) -> Facts<'_> {
        Facts { provider: self.provider, origin: &self.origin, expires: self.expires }
    }

    /// A wrong clock has every signature refused; who gave the keys knows the time.
    pub(super) fn tell_clock(&self) {
        let Some((theirs, ours)) = self.clocks.filter(|(theirs, ours)| sts::differ(*theirs, *ours)) else { return };
        let (seconds, way) = match ours.duration_since(theirs) {
            Ok(ahead) => (ahead.as_secs(), "ahead of"),
            Err(behind) => (behind.duration().as_secs(), "behind"),
        };
        let (provider, origin) = (self.provider, &self.origin);
        tracing::warn!(
            provider,
            origin,
            seconds,
            "this machine's clock is {way} that of whoever gave the credentials; set it right"
        );
    }
}

fn within(range: std::ops::Range<f64>) -> f64 {
    range.start + (range.end - range.start) * fastrand::f64()
}

//! Renews the keys of one identity in the background, for as long as somebody holds it.

use super::{Cached, Inner};
use std::path::PathBuf;
use std::sync::Weak;
use std::time::{Duration, SystemTime};
use tokio::time::{Instant, sleep_until};

/// After a failure, at first; then it doubles.
const FIRST: Duration = Duration::from_secs(1);
/// At most.
const LONGEST: Duration = Duration::from_secs(30);
/// Files are looked at so often.
const LOOK: Duration = Duration::from_secs(1);

/// Renews keys when it is time, and again until that succeeds.
pub(super) async fn keep(identity: Weak<Inner>) {
    let mut failures = 0;
    let mut seen = None;
    loop {
        let Some((at, files)) = identity.upgrade().map(|inner| next(&inner, failures)) else { return };
        seen = wait(at, &files, seen).await;
        let Some(inner) = identity.upgrade() else { return };
        let mut landing = Cached(inner).fetch();
        let renewed = landing.wait_for(Option::is_some).await.is_ok_and(|landing| matches!(&*landing, Some(Ok(_))));
        failures = if renewed { 0 } else { failures + 1 };
    }
}

/// When to fetch next, and the files whose change is a reason to do so at once.
fn next(inner: &Inner, failures: u32) -> (Option<Instant>, Vec<PathBuf>) {
    let held = inner.held.load();
    let Some(held) = held.as_ref() else { return (None, Vec::new()) };
    if failures == 0 {
        return (held.due, held.files.clone());
    }
    let now = Instant::now();
    let pause = LONGEST.min(FIRST * 2_u32.saturating_pow(failures - 1)).mul_f64(0.75 + fastrand::f64() / 4.0);
    // several tries before the end, however near it is
    let left = held.end.map(|end| end.saturating_duration_since(now)).filter(|left| !left.is_zero());
    let pause = left.map_or(pause, |left| pause.min((left / 4).max(Duration::from_millis(100))));
    (Some(now + pause), held.files.clone())
}

type Marks = Vec<Option<(SystemTime, u64)>>;

/// Until that time, or until a file differs from how it was seen.
async fn wait(at: Option<Instant>, files: &[PathBuf], seen: Option<Marks>) -> Option<Marks> {
    if files.is_empty() {
        match at {
            Some(at) => sleep_until(at).await,
            None => std::future::pending().await,
        }
        return None;
    }
    let seen = match seen {
        Some(seen) => seen,
        None => marks(files).await,
    };
    loop {
        let look = Instant::now() + LOOK;
        sleep_until(at.map_or(look, |at| at.min(look))).await;
        let now = marks(files).await;
        if now != seen || at.is_some_and(|at| at <= Instant::now()) {
            return Some(now);
        }
    }
}

/// By which a change of a file is seen.
async fn marks(files: &[PathBuf]) -> Marks {
    let mut marks = Vec::with_capacity(files.len());
    for file in files {
        let meta = tokio::fs::metadata(file).await.ok();
        marks.push(meta.and_then(|meta| Some((meta.modified().ok()?, meta.len()))));
    }
    marks
}

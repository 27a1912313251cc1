//! What a node has to do at the moment, and how fast it has been.

use http_body::{Frame, SizeHint};
use net::{Body, BodyError};
use std::pin::Pin;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, LazyLock};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

/// One node's load. Shared with the responses that are under way.
#[derive(Default)]
pub(super) struct Load {
    under_way: AtomicU32,
    /// A moving average of the latency in microseconds, as the bits of an `f64`.
    average: AtomicU64,
    /// Milliseconds since [`START`] of the last measure.
    measured: AtomicU64,
}

static START: LazyLock<Instant> = LazyLock::new(Instant::now);

/// How long a measure counts: after this time it weighs a third.
const DECAY: Duration = Duration::from_secs(10);

/// A request under way; it is over when this is dropped.
pub(super) struct Busy(Arc<Load>);

impl Load {
    /// Requests under way.
    pub(super) fn under_way(&self) -> u32 {
        self.under_way.load(Relaxed)
    }

    /// One more.
    pub(super) fn begin(self: &Arc<Self>) -> Busy {
        self.under_way.fetch_add(1, Relaxed);
        Busy(self.clone())
    }

    /// The average as it stands now: it fades, so that a slow node is tried again.
    pub(super) fn latency(&self) -> f64 {
        self.faded(now())
    }

    /// Counts a response.
    pub(super) fn measured(&self, latency: Duration) {
        let now = now();
        let fade = self.fade(now);
        let fresh = latency.as_secs_f64() * 1e6;
        let average = f64::from_bits(self.average.load(Relaxed)) * fade + fresh * (1.0 - fade);
        // two at once may lose one of both measures: an average bears that
        let first = self.measured.swap(now, Relaxed) == 0;
        self.average.store(if first { fresh } else { average }.to_bits(), Relaxed);
    }

    fn faded(&self, now: u64) -> f64 {
        f64::from_bits(self.average.load(Relaxed)) * self.fade(now)
    }

    fn fade(&self, now: u64) -> f64 {
        let passed = now.saturating_sub(self.measured.load(Relaxed)) as f64;
        (-passed / DECAY.as_millis() as f64).exp()
    }
}

/// Never 0.
fn now() -> u64 {
    u64::try_from(START.elapsed().as_millis()).unwrap_or(u64::MAX).saturating_add(1)
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, Relaxed);
    }
}

/// A body whose end, or loss, ends the request.
pub(super) fn counted(body: Body, busy: Busy) -> Body {
    if hyper::body::Body::is_end_stream(&body) {
        return body;
    }
    Body::stream(Counted { body, _busy: busy })
}

struct Counted {
    body: Body,
    _busy: Busy,
}

impl http_body::Body for Counted {
    type Data = bytes::Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<bytes::Bytes>, BodyError>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_request_is_under_way_until_its_body_ends() {
        let load = Arc::new(Load::default());
        let whole = counted(Body::from("x"), load.begin());
        assert_eq!(load.under_way(), 1);
        assert_eq!(whole.hold(9).await.unwrap(), "x");
        assert_eq!(load.under_way(), 0);
        drop(counted(Body::from("lost"), load.begin()));
        drop(counted(Body::Empty, load.begin()));
        assert_eq!(load.under_way(), 0);
    }

    #[test]
    fn the_average_follows_and_fades() {
        let load = Load::default();
        assert_eq!(load.latency(), 0.0, "who was never asked is asked first");
        load.measured(Duration::from_millis(8));
        let now = load.measured.load(Relaxed);
        assert_eq!(load.faded(now), 8000.0);
        assert!(load.faded(now + 10_000) < 3000.0 && load.faded(now + 10_000) > 2900.0);
    }
}

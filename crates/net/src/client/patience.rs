//! How long a request waits: one timer for each connection, looked at only when it fires.

use super::outgoing::{Feed, Stage};
use super::wire::Flow;
use super::{PoolOptions, SendError, SendErrorKind, Sent};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::{Instant, Sleep};

/// A timer that stays registered from request to request. It may fire before the moment asked for, and then sets
/// itself anew: so that a request which is answered in time costs neither a registration nor its removal.
pub(crate) struct Timer(Pin<Box<Sleep>>);

impl Timer {
    /// A timer for no moment yet.
    pub(crate) fn new() -> Self {
        Self::at(Instant::now() + FAR)
    }

    /// A timer for that moment.
    pub(crate) fn at(deadline: Instant) -> Self {
        Self(Box::pin(tokio::time::sleep_until(deadline)))
    }

    /// Ready once the moment is past.
    pub(crate) fn poll_past(&mut self, cx: &mut Context<'_>, deadline: Instant) -> Poll<()> {
        if deadline < self.0.deadline() {
            self.0.as_mut().reset(deadline);
        }
        loop {
            ready!(self.0.as_mut().poll(cx));
            if Instant::now() >= deadline {
                return Poll::Ready(());
            }
            self.0.as_mut().reset(deadline);
        }
    }
}

/// Beyond every limit. (A timer for the present moment would still fire a little later, and wake somebody.)
const FAR: Duration = Duration::from_secs(24 * 60 * 60);

/// The patience of one request until its response header.
pub(crate) struct Patience<'a> {
    options: &'a PoolOptions,
    started: Instant,
    look: Instant,
}

impl<'a> Patience<'a> {
    /// From now on.
    pub(crate) fn new(options: &'a PoolOptions) -> Self {
        let started = Instant::now();
        Self { options, started, look: started + options.read.min(options.write) }
    }

    /// When to look first.
    pub(crate) fn first_look(&self) -> Instant {
        self.look
    }

    /// Ready when it is at its end.
    pub(crate) fn poll_out(
        &mut self,
        cx: &mut Context<'_>,
        timer: &mut Timer,
        flow: Option<&Flow>,
        feed: Option<&Feed>,
    ) -> Poll<SendError> {
        loop {
            ready!(timer.poll_past(cx, self.look));
            match judge(self.options, self.started, Instant::now(), flow, feed) {
                Verdict::Wait(until) => self.look = until,
                Verdict::Late(kind, limit) => return Poll::Ready(late(kind, limit)),
            }
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Wait(Instant),
    Late(SendErrorKind, Duration),
}

fn judge(options: &PoolOptions, started: Instant, now: Instant, flow: Option<&Flow>, feed: Option<&Feed>) -> Verdict {
    let by = |since: Instant, limit: Duration, kind| {
        if since + limit > now { Verdict::Wait(since + limit) } else { Verdict::Late(kind, limit) }
    };
    let flow = flow.map(Flow::marks).unwrap_or_default();
    if let Some(since) = flow.blocked {
        return by(since, options.write, SendErrorKind::WriteTimeout);
    }
    let written = flow.moved.map_or(started, |moved| moved.max(started));
    match feed.map(Feed::stage) {
        None => by(written, options.read, SendErrorKind::ReadTimeout),
        Some(Stage::Ended(at)) => by(written.max(at), options.read, SendErrorKind::ReadTimeout),
        Some(Stage::Taken(at)) => by(written.max(at), options.write, SendErrorKind::WriteTimeout),
        // the sender of the body is slow: that is for its own side to limit
        Some(Stage::Asked | Stage::Failed) => Verdict::Wait(now + options.read.min(options.write).max(TICK)),
    }
}

/// Timers count in milliseconds.
const TICK: Duration = Duration::from_millis(1);

fn late(kind: SendErrorKind, limit: Duration) -> SendError {
    SendError::new(kind, Sent::Maybe, format!("nothing for {limit:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const READ: Duration = Duration::from_secs(60);
    const WRITE: Duration = Duration::from_secs(10);

    fn options() -> PoolOptions {
        let (idle_time, connect) = (READ, READ);
        PoolOptions { idle: 1, idle_time, connect, write: WRITE, read: READ }
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_slow_decides_which_limit_counts() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let blocked = |seconds| Flow::with(Some(at(seconds)), None);
        let moved = |seconds| Flow::with(None, Some(at(seconds)));
        let read = Verdict::Late(SendErrorKind::ReadTimeout, READ);
        let write = Verdict::Late(SendErrorKind::WriteTimeout, WRITE);
        let cases = [
            ("response is awaited", None, None, 59, Verdict::Wait(at(60))),
            ("response does not come", None, None, 60, Verdict::Late(SendErrorKind::ReadTimeout, READ)),
            ("peer takes nothing", Some(blocked(5)), None, 14, Verdict::Wait(at(15))),
            ("peer took nothing", Some(blocked(5)), None, 15, Verdict::Late(SendErrorKind::WriteTimeout, WRITE)),
            ("peer took the rest late", Some(moved(50)), None, 60, Verdict::Wait(at(110))),
            ("client sends nothing", None, Some(Stage::Asked), 500, Verdict::Wait(at(510))),
            ("stream is not taken", None, Some(Stage::Taken(at(100))), 110, write),
            ("response after the stream", None, Some(Stage::Ended(at(100))), 159, Verdict::Wait(at(160))),
            ("none after the stream", None, Some(Stage::Ended(at(100))), 160, read),
        ];
        for (name, flow, stage, now, expected) in cases {
            let feed = stage.map(Feed::in_stage);
            assert_eq!(judge(&options(), start, at(now), flow.as_ref(), feed.as_ref()), expected, "{name}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_timer_follows_its_deadline_both_ways() {
        let start = Instant::now();
        let mut timer = Timer::at(start + READ);
        for seconds in [90, 95, 96] {
            let deadline = start + Duration::from_secs(seconds);
            std::future::poll_fn(|cx| timer.poll_past(cx, deadline)).await;
            assert_eq!(Instant::now(), deadline);
        }
    }
}

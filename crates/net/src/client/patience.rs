//! How long a request waits: one timer for each connection, looked at only when it fires.

use super::outgoing::Stage;
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

/// How far a request has come on its way out.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Progress {
    /// Writing waits since then.
    pub(crate) blocked: Option<Instant>,
    /// Writing went on then, after it had to wait.
    pub(crate) moved: Option<Instant>,
    /// How far its body has come, when that is a stream.
    pub(crate) stage: Option<Stage>,
}

/// The patience of one request until its response header.
pub(crate) struct Patience<'a> {
    options: &'a PoolOptions,
    started: Instant,
    look: Instant,
}

impl<'a> Patience<'a> {
    /// From the start on.
    pub(crate) fn new(options: &'a PoolOptions, started: Instant) -> Self {
        Self { options, started, look: started + options.read.min(options.write) }
    }

    /// When to look first.
    pub(crate) fn first_look(&self) -> Instant {
        self.look
    }

    /// Ready when it is at its end.
    pub(crate) fn poll_out(&mut self, cx: &mut Context<'_>, timer: &mut Timer, progress: Progress) -> Poll<SendError> {
        loop {
            ready!(timer.poll_past(cx, self.look));
            match judge(self.options, self.started, Instant::now(), progress) {
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

fn judge(options: &PoolOptions, started: Instant, now: Instant, progress: Progress) -> Verdict {
    let by = |since: Instant, limit: Duration, kind| {
        if since + limit > now { Verdict::Wait(since + limit) } else { Verdict::Late(kind, limit) }
    };
    if let Some(since) = progress.blocked {
        return by(since, options.write, SendErrorKind::WriteTimeout);
    }
    let written = progress.moved.map_or(started, |moved| moved.max(started));
    match progress.stage {
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
        let none = Progress::default();
        let blocked = |seconds| Progress { blocked: Some(at(seconds)), ..none };
        let moved = |seconds| Progress { moved: Some(at(seconds)), ..none };
        let stage = |stage| Progress { stage: Some(stage), ..none };
        let read = Verdict::Late(SendErrorKind::ReadTimeout, READ);
        let write = Verdict::Late(SendErrorKind::WriteTimeout, WRITE);
        let cases = [
            ("response is awaited", none, 59, Verdict::Wait(at(60))),
            ("response does not come", none, 60, Verdict::Late(SendErrorKind::ReadTimeout, READ)),
            ("peer takes nothing", blocked(5), 14, Verdict::Wait(at(15))),
            ("peer took nothing", blocked(5), 15, Verdict::Late(SendErrorKind::WriteTimeout, WRITE)),
            ("peer took the rest late", moved(50), 60, Verdict::Wait(at(110))),
            ("client sends nothing", stage(Stage::Asked), 500, Verdict::Wait(at(510))),
            ("stream is not taken", stage(Stage::Taken(at(100))), 110, write),
            ("response after the stream", stage(Stage::Ended(at(100))), 159, Verdict::Wait(at(160))),
            ("none after the stream", stage(Stage::Ended(at(100))), 160, read),
        ];
        for (name, progress, now, expected) in cases {
            assert_eq!(judge(&options(), start, at(now), progress), expected, "{name}");
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

//! What a connection is doing, and since when: one timer watches it, and no request arms a timer of its own.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// Shared by the connection's socket, its service, its response bodies and its timer; all live in one task.
pub(crate) struct Activity {
    born: Instant,
    /// Milliseconds since `born` at which it began to be idle or to read a header.
    since: AtomicU64,
    /// Requests being served, or [`READING`] while a header arrives with none in service.
    state: AtomicU32,
    /// Milliseconds since `born`, plus one, at which a piece of response body was handed out and not yet taken on; else 0.
    handed: AtomicU64,
}

/// A header has begun to arrive.
const READING: u32 = u32::MAX;

/// What a connection is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doing {
    /// Nothing: kept alive for the next request.
    Idle,
    /// A request header has begun to arrive.
    Reading,
    /// At least one request is being served.
    Serving,
    /// A response waits for a client that does not read it.
    Sending,
}

impl Activity {
    /// A connection that was just accepted: its first header is awaited like one that has begun.
    pub(super) fn new() -> Self {
        Self {
            born: Instant::now(),
            since: AtomicU64::new(0),
            state: AtomicU32::new(READING),
            handed: AtomicU64::new(0),
        }
    }

    /// Bytes came in.
    pub(super) fn received(&self) {
        if self.state.load(Relaxed) == 0 {
            self.turn(READING);
        }
    }

    /// A request's header is there.
    pub(super) fn begin(&self) {
        match self.state.load(Relaxed) {
            READING | 0 => self.state.store(1, Relaxed), // how long it is served is not for the connection to limit
            serving => self.state.store(serving + 1, Relaxed),
        }
    }

    /// A request's response has left, or it was given up.
    pub(crate) fn end(&self) {
        self.handed.store(0, Relaxed);
        match self.state.load(Relaxed) {
            READING | 0 => {}
            1 => self.turn(0),
            serving => self.state.store(serving - 1, Relaxed),
        }
    }

    /// A piece of a streamed response body goes to the socket.
    pub(crate) fn handed(&self) {
        self.handed.store(self.millis() + 1, Relaxed);
    }

    /// The socket has room and asks for the next piece.
    pub(crate) fn asked(&self) {
        self.handed.store(0, Relaxed);
    }

    /// What it does, and for how long it has.
    pub(super) fn now(&self) -> (Doing, Duration) {
        let handed = self.handed.load(Relaxed);
        let (doing, since) = match self.state.load(Relaxed) {
            0 => (Doing::Idle, self.since.load(Relaxed)),
            READING => (Doing::Reading, self.since.load(Relaxed)),
            _ if handed > 0 => (Doing::Sending, handed - 1),
            _ => (Doing::Serving, self.since.load(Relaxed)),
        };
        (doing, Duration::from_millis(self.millis().saturating_sub(since)))
    }

    fn turn(&self, state: u32) {
        self.since.store(self.millis(), Relaxed);
        self.state.store(state, Relaxed);
    }

    fn millis(&self) -> u64 {
        u64::try_from(self.born.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_follow_what_happens() {
        let activity = Activity::new();
        assert_eq!(activity.now().0, Doing::Reading, "the first header is awaited from the start");
        activity.begin();
        activity.begin();
        activity.handed();
        assert_eq!(activity.now().0, Doing::Sending);
        activity.asked();
        activity.end();
        assert_eq!(activity.now().0, Doing::Serving, "one of two is still served");
        activity.end();
        assert_eq!(activity.now().0, Doing::Idle);
        activity.end();
        assert_eq!(activity.now().0, Doing::Idle, "one end too many changes nothing");
        activity.received();
        activity.received();
        assert_eq!(activity.now().0, Doing::Reading);
    }
}

//! Signals: what the process is asked to do from outside.

use std::io;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// What was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// SIGTERM or SIGINT, with its number: finish what runs, then end.
    End(u8),
    /// SIGHUP: read the sources again, open the access log again.
    Reload,
}

/// The signals of this process, from the moment they are listened to.
pub(crate) struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hangup: Signal,
}

impl Signals {
    /// From now on these signals do not end the process by themselves.
    pub(crate) fn listen() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }

    /// Waits for the next one. Cancel-safe.
    pub(crate) async fn next(&mut self) -> Asked {
        tokio::select! {
            _ = self.terminate.recv() => Asked::End(15),
            _ = self.interrupt.recv() => Asked::End(2),
            _ = self.hangup.recv() => Asked::Reload,
        }
    }

    /// Waits for one that asks for the end.
    pub(crate) async fn end(&mut self) -> u8 {
        loop {
            if let Asked::End(number) = self.next().await {
                return number;
            }
        }
    }
}

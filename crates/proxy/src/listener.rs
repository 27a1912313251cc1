//! Listeners: a socket, what is served on it now, and the connections it accepts.

mod accept;
pub(crate) mod activity;
mod arriving;
mod connection;
pub(crate) mod forwarded;
mod protocol;
mod service;
mod socket;
mod tls;

pub(crate) use accept::accept_until_stopped;
pub use tls::SelfMade;

use crate::snapshot::View;
use arc_swap::ArcSwap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::{Notify, watch};

/// One listening address of the running server. It outlives reloads; what it serves is swapped in whole.
pub(crate) struct ListenerState {
    /// The address as configured: its name across reloads.
    pub(crate) configured: SocketAddr,
    /// The address it is bound to.
    pub(crate) bound: SocketAddr,
    /// Opened by someone else, who may go on accepting on it.
    pub(crate) inherited: bool,
    /// What is served here.
    pub(crate) view: ArcSwap<View>,
    /// Set once: accept no more, finish what runs.
    pub(crate) stop: watch::Sender<bool>,
    /// Connections open now.
    open: AtomicUsize,
    /// Told when a connection has closed.
    closed: Notify,
}

impl ListenerState {
    pub(crate) fn new(configured: SocketAddr, bound: SocketAddr, inherited: bool, view: View) -> Self {
        Self {
            configured,
            bound,
            inherited,
            view: ArcSwap::from_pointee(view),
            stop: watch::channel(false).0,
            open: AtomicUsize::new(0),
            closed: Notify::new(),
        }
    }

    /// Connections open now.
    pub(crate) fn open(&self) -> usize {
        self.open.load(Ordering::Relaxed)
    }

    /// Waits until no more than `limit` connections are open.
    pub(crate) async fn at_most(&self, limit: usize) {
        loop {
            let closed = self.closed.notified();
            if self.open() <= limit {
                return;
            }
            closed.await;
        }
    }

    fn enter(self: &Arc<Self>) -> Guest {
        self.open.fetch_add(1, Ordering::Relaxed);
        self.view.load().snapshot.shared.metrics.connections(1);
        Guest(self.clone())
    }
}

/// A connection's presence: counted while it lives.
struct Guest(Arc<ListenerState>);

impl Drop for Guest {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::Relaxed);
        self.0.view.load().snapshot.shared.metrics.connections(-1);
        self.0.closed.notify_waiters();
    }
}

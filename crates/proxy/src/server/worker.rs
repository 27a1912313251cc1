//! A worker: one thread with a runtime of its own. A connection never leaves the worker that accepted it.

use crate::listener::{ListenerState, accept_until_stopped};
use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::thread::JoinHandle;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

/// A handle to a worker's thread.
pub(super) struct Worker {
    orders: mpsc::UnboundedSender<Order>,
    thread: JoinHandle<()>,
}

enum Order {
    Listen(Arc<ListenerState>, TcpListener),
    /// Answered when every accept loop has ended.
    AcceptedAll(oneshot::Sender<()>),
}

impl Worker {
    pub(super) fn start(index: usize) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (orders, received) = mpsc::unbounded_channel();
        let thread = std::thread::Builder::new().name(format!("worker-{index}")).spawn(move || {
            net::worker::enter(index);
            runtime.block_on(work(received));
        })?;
        Ok(Self { orders, thread })
    }

    pub(super) fn listen(&self, state: Arc<ListenerState>, socket: TcpListener) {
        self.order(Order::Listen(state, socket));
    }

    /// Waits until the worker has taken in every connection of stopped listeners.
    pub(super) async fn accepted_all(&self) {
        let (answer, answered) = oneshot::channel();
        self.order(Order::AcceptedAll(answer));
        let _ = answered.await; // a worker that is gone accepts nothing
    }

    /// Ends the thread; connections that are left are cut.
    pub(super) fn end(self) {
        drop(self.orders);
        if self.thread.join().is_err() {
            tracing::error!("a worker ended in a panic");
        }
    }

    fn order(&self, order: Order) {
        if self.orders.send(order).is_err() {
            tracing::error!("a worker is gone: restart the gateway");
        }
    }
}

async fn work(mut orders: mpsc::UnboundedReceiver<Order>) {
    let mut accepting = JoinSet::new();
    while let Some(order) = orders.recv().await {
        match order {
            Order::Listen(state, socket) => match tokio::net::TcpListener::from_std(socket) {
                Ok(socket) => {
                    accepting.spawn(accept_until_stopped(socket, state));
                }
                Err(error) => tracing::error!(%error, listener = %state.bound, "cannot listen"),
            },
            Order::AcceptedAll(answer) => {
                while accepting.join_next().await.is_some() {}
                let _ = answer.send(()); // who asked may have given up
            }
        }
    }
}

//! The running server: workers, listeners, whole swaps, drain.

mod worker;

use crate::listener::ListenerState;
use crate::snapshot::{Snapshot, View};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use worker::Worker;

/// How a server runs.
pub struct ServerOptions {
    /// Worker threads; each has a runtime, connections and pools of its own.
    pub workers: usize,
    /// Sockets opened by someone else (socket activation), used where their address is a listener's.
    pub inherited: Vec<TcpListener>,
    /// How long [`Server::drain`] waits for requests that run.
    pub drain: Duration,
}

/// Why a server cannot serve.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// An address cannot be listened on.
    #[error(transparent)]
    Bind(#[from] net::listen::BindError),
    /// A thread or socket cannot be had.
    #[error("cannot start: {0}")]
    Io(#[from] std::io::Error),
}

/// How a drain ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drained {
    /// Connections that were cut because the time was over.
    pub cut: usize,
}

/// A server that serves.
pub struct Server {
    workers: Vec<Worker>,
    listeners: Mutex<Vec<Arc<ListenerState>>>,
    /// Listeners that a reload removed, while connections of theirs are left.
    leaving: Mutex<Vec<Arc<ListenerState>>>,
    inherited: Mutex<Vec<TcpListener>>,
    drain: Duration,
}

impl Server {
    /// Binds every listener, then serves. Nothing is served when one of them cannot be bound.
    pub fn start(snapshot: Snapshot, options: ServerOptions) -> Result<Self, StartError> {
        let workers = (0..options.workers.max(1)).map(Worker::start).collect::<Result<_, _>>()?;
        let server = Self {
            workers,
            listeners: Mutex::default(),
            leaving: Mutex::default(),
            inherited: Mutex::new(options.inherited),
            drain: options.drain,
        };
        server.swap(snapshot)?;
        Ok(server)
    }

    /// The addresses listened on, in the order of the configuration.
    pub fn addresses(&self) -> Vec<SocketAddr> {
        locked(&self.listeners).iter().map(|listener| listener.bound).collect()
    }

    /// What is served; `None` while there is no listener.
    pub fn snapshot(&self) -> Option<Arc<Snapshot>> {
        locked(&self.listeners).first().map(|listener| listener.view.load().snapshot.clone())
    }

    /// Connections open now.
    pub fn connections(&self) -> usize {
        let count =
            |listeners: &Mutex<Vec<Arc<ListenerState>>>| locked(listeners).iter().map(|l| l.open()).sum::<usize>();
        count(&self.listeners) + count(&self.leaving)
    }

    /// Serves another snapshot from the next request on. Listeners it does not have are drained; when one it adds
    /// cannot be bound, nothing changes.
    pub fn swap(&self, snapshot: Snapshot) -> Result<(), StartError> {
        let snapshot = Arc::new(snapshot);
        let mut running = locked(&self.listeners);
        let mut next = Vec::new();
        let mut fresh = Vec::new();
        for (at, plan) in snapshot.listeners.iter().enumerate() {
            let view = View { snapshot: snapshot.clone(), listener: at };
            let taken = |state: &Arc<ListenerState>| next.iter().any(|(other, _)| Arc::ptr_eq(other, state));
            match running.iter().find(|state| state.configured == plan.address && !taken(state)) {
                Some(state) => next.push((state.clone(), Some(view))),
                None => {
                    let (socket, inherited) = self.bind(plan.address)?;
                    let bound = socket.local_addr()?;
                    let state = Arc::new(ListenerState::new(plan.address, bound, inherited, view));
                    fresh.push((state.clone(), socket));
                    next.push((state, None));
                }
            }
        }
        for (state, socket) in &fresh {
            self.listen(state, socket)?;
        }
        let next: Vec<_> = next
            .into_iter()
            .map(|(state, view)| {
                if let Some(view) = view {
                    state.view.store(Arc::new(view));
                }
                state
            })
            .collect();
        let gone: Vec<_> =
            running.iter().filter(|old| !next.iter().any(|new| Arc::ptr_eq(new, old))).cloned().collect();
        self.leave(gone);
        *running = next;
        Ok(())
    }

    fn leave(&self, gone: Vec<Arc<ListenerState>>) {
        let mut leaving = locked(&self.leaving);
        leaving.retain(|state| state.open() > 0);
        for state in gone {
            state.stop.send_replace(true);
            leaving.push(state);
        }
    }

    /// The socket, and whether it was inherited.
    fn bind(&self, address: SocketAddr) -> Result<(TcpListener, bool), StartError> {
        let mut inherited = locked(&self.inherited);
        let found = inherited.iter().position(|socket| socket.local_addr().is_ok_and(|local| local == address));
        if let Some(at) = found {
            let socket = inherited.swap_remove(at);
            socket.set_nonblocking(true)?;
            return Ok((socket, true));
        }
        Ok((net::listen::bind(address, false)?, false))
    }

    /// One socket for all workers: whoever is free accepts, and what waits in its queue is never lost with a worker.
    fn listen(&self, state: &Arc<ListenerState>, socket: &TcpListener) -> Result<(), StartError> {
        for worker in &self.workers {
            worker.listen(state.clone(), socket.try_clone()?);
        }
        Ok(())
    }

    /// Accepts no more, finishes what runs, tells kept-alive clients to leave; after the drain time the rest is cut.
    pub async fn drain(self) -> Drained {
        let mut all = std::mem::take(&mut *locked(&self.listeners));
        all.append(&mut locked(&self.leaving));
        for state in &all {
            state.stop.send_replace(true);
        }
        for worker in &self.workers {
            worker.accepted_all().await;
        }
        let empty = async {
            for state in &all {
                state.at_most(0).await;
            }
        };
        let _ = tokio::time::timeout(self.drain, empty).await; // what is left is counted below
        let cut = all.iter().map(|state| state.open()).sum();
        for worker in self.workers {
            worker.end();
        }
        Drained { cut }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

//! The door: starts the APIs, and ends everything behind it.

use crate::front;
use crate::functions;
use crate::groups::Groups;
use crate::host::Host;
use crate::settings::{Declared, FunctionInfo, Settings, StartError};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

/// Connections served at once; more wait in the system's queue.
const MAX_CONNECTIONS: usize = 1024;
/// After a failed accept (no descriptors left, usually): not at once again.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// A running local Lambda.
///
/// Start it on the thread that lives longest: with a guard, a function's process ends with the thread that started it.
pub struct Emulator {
    pub(crate) host: Arc<Host>,
    address: SocketAddr,
    tasks: Vec<JoinHandle<()>>,
}

impl Emulator {
    /// Listens, and starts the keeper if there is a guard. Functions start with their first call.
    pub async fn start(settings: Settings) -> Result<Self, StartError> {
        let listen_error = |address| move |source| StartError::Listen { address, source };
        let asked = settings.listen;
        let listener = TcpListener::bind(asked).await.map_err(listen_error(asked))?;
        let address = listener.local_addr().map_err(listen_error(asked))?;
        let groups = Groups::start(settings.guard.as_ref())?;
        let host = Arc::new(Host::new(settings, groups, address));
        let tasks = vec![tokio::spawn(serve(listener, host.clone())), tokio::spawn(functions::tend(host.clone()))];
        Ok(Self { host, address, tasks })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The functions that are there now, sorted by name. Reads the folders.
    pub fn functions(&self) -> Vec<FunctionInfo> {
        self.host.functions.list()
    }

    /// Replaces the functions that were declared. Calls that run go on as they began.
    pub fn declare(&self, declared: Vec<Declared>) {
        self.host.functions.declare(declared);
    }

    /// Ends everything at once and waits until no process is left. Let calls finish before.
    pub async fn stop(self) {
        for task in &self.tasks {
            task.abort();
        }
        self.host.close();
        self.host.groups.close().await;
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
        self.host.close();
        self.host.groups.kill_all();
    }
}

async fn serve(listener: TcpListener, host: Arc<Host>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept(), if connections.len() < MAX_CONNECTIONS => match accepted {
                Ok((stream, peer)) => drop(connections.spawn(connection(stream, peer, host.clone()))),
                Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn connection(stream: TcpStream, peer: SocketAddr, host: Arc<Host>) {
    let _only_slower = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let host = host.clone();
        async move { Ok::<_, Infallible>(front::answer(host, peer, request).await) }
    });
    let builder = auto::Builder::new(TokioExecutor::new());
    if let Err(error) = builder.serve_connection(TokioIo::new(stream), service).await {
        tracing::debug!(error, "connection to the local lambda ended early");
    }
}

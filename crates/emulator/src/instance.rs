//! One process of a function: started, called one call at a time, ended.

mod environment;
mod log;
mod process;
mod runtime_api;
mod seat;

use crate::function::{Definition, Function};
use crate::host::Host;
use bytes::Bytes;
use log::Log;
pub(crate) use process::Exit;
use seat::Seat;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// AWS's limit for a runtime to come up.
pub(crate) const INIT_TIMEOUT: Duration = Duration::from_secs(10);

/// What a function is given with one call.
#[derive(Clone, Debug)]
pub(crate) struct Invocation {
    pub(crate) request_id: Arc<str>,
    pub(crate) event: Bytes,
    pub(crate) function_arn: Arc<str>,
    pub(crate) trace_id: Arc<str>,
    /// Decoded: JSON.
    pub(crate) client_context: Option<Arc<str>>,
}

/// How a call ended.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// The handler's answer.
    Response(Bytes),
    /// The handler's error, or the runtime's: JSON.
    Error(Bytes),
    /// An answer of this many bytes, which is more than may be.
    TooLarge(usize),
    /// The runtime broke off in the middle of its answer.
    Truncated,
    /// The process ended.
    Exited(Exit),
    /// The process ended before it had asked for the call: nothing ran.
    NotTaken,
    /// It took longer than it may.
    TimedOut,
}

/// Why a process did not come up.
#[derive(Debug)]
pub(crate) enum InitFailure {
    /// It cannot even be started.
    NotStarted(io::Error),
    /// The runtime says why: JSON.
    Error(Bytes),
    /// It ended.
    Exited(Exit),
    /// It takes too long.
    TimedOut,
}

/// A process that serves a function, with its Runtime API. Ends when dropped.
pub(crate) struct Instance {
    host: Arc<Host>,
    group: i32,
    seat: Arc<Seat>,
    log: Arc<Log>,
    tasks: [JoinHandle<()>; 2],
    timeout: Duration,
    init: Duration,
}

impl Instance {
    /// Starts the process; [`ready`](Self::ready) waits until it can be called. Must be called on a thread that lives
    /// as long as the gateway: see [`guard`](crate::guard).
    pub(crate) async fn start(host: &Arc<Host>, function: &Function, definition: &Definition) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let environment = environment::of(host, function, definition, listener.local_addr()?);
        let (output, log) = Log::open(function.name().clone())?;
        let log = Arc::new(log);
        let seat = Arc::new(Seat::default());
        let child = process::start(host.guard.as_ref(), function, definition, environment, output)?;
        let group = process::watch(child, host.clone(), seat.clone(), log.clone());
        let tasks = [tokio::spawn(runtime_api::serve(listener, seat.clone())), tokio::spawn(log::pump(log.clone()))];
        Ok(Self { host: host.clone(), group, seat, log, tasks, timeout: definition.timeout, init: Duration::ZERO })
    }

    /// Waits until the runtime asks for its first call.
    pub(crate) async fn ready(&mut self) -> Result<(), InitFailure> {
        let began = Instant::now();
        let ready = tokio::time::timeout(INIT_TIMEOUT, self.seat.ready()).await;
        self.init = began.elapsed();
        ready.unwrap_or(Err(InitFailure::TimedOut))
    }

    /// How long it took to come up.
    pub(crate) fn init(&self) -> Duration {
        self.init
    }

    /// Gives it a call and waits for the end of it. A call that takes too long ends the process.
    pub(crate) async fn invoke(&self, invocation: Invocation) -> Outcome {
        let outcome = self.seat.give(invocation, self.timeout);
        match tokio::time::timeout(self.timeout, outcome).await {
            // Nobody is left to answer: the process went in between.
            Ok(outcome) => outcome.unwrap_or(Outcome::NotTaken),
            Err(_) => {
                self.seat.close();
                self.host.groups.kill(self.group);
                Outcome::TimedOut
            }
        }
    }

    /// Whether it can take another call.
    pub(crate) fn lives(&self) -> bool {
        self.seat.is_open()
    }

    /// Writes a line of our own to the log.
    pub(crate) fn note(&self, line: &str) {
        self.log.note(line);
    }

    /// The end of what was printed since the last time.
    pub(crate) fn take_log(&self) -> Vec<u8> {
        self.log.drain();
        self.log.take()
    }

    /// The most memory the process ever had, in megabytes; unknown once it has ended.
    pub(crate) fn peak_memory_mb(&self) -> Option<u64> {
        process::peak_memory_mb(self.group)
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        self.seat.close();
        self.host.groups.kill(self.group);
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

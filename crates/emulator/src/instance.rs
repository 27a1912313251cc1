//! One process of a function: started, called one call at a time, ended.

mod environment;
mod extensions;
mod life;
mod log;
mod phase;
mod process;
mod runtime;
mod runtime_api;
mod seat;

use crate::caller::Caller;
use crate::function::{Definition, Function};
use crate::host::Host;
use bytes::Bytes;
use extensions::Shutdown;
use http::HeaderValue;
use life::Life;
pub(crate) use process::Exit;
use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, oneshot};

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
    /// Who calls, which the function is not told.
    pub(crate) caller: Caller,
    /// `X-Amz-Tenant-Id`.
    pub(crate) tenant_id: Option<Arc<str>>,
}

/// How a call ended.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// The handler's answer.
    Response(Bytes),
    /// The answer begins: how the call ends is told by its flow.
    Begun(Flow),
    /// An answer that had begun is complete.
    Streamed,
    /// The handler's error, or the runtime's: JSON.
    Error(Bytes),
    /// An answer of this many bytes, which is more than may be.
    TooLarge { size: usize, limit: usize },
    /// The runtime broke off in the middle of its answer.
    Truncated,
    /// The process ended.
    Exited(Exit),
    /// An extension took the instance with it.
    Extension(ExtensionFailure),
    /// The process ended before it had asked for the call: nothing ran.
    NotTaken,
    /// It took longer than it may.
    TimedOut,
}

/// An answer under way.
#[derive(Debug)]
pub(crate) struct Flow {
    /// As the runtime declared it.
    pub(crate) content_type: HeaderValue,
    pub(crate) pieces: mpsc::Receiver<Bytes>,
    /// Comes after the last piece.
    pub(crate) end: oneshot::Receiver<Outcome>,
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
    /// An extension failed.
    Extension(ExtensionFailure),
    /// It takes too long.
    TimedOut,
}

impl fmt::Display for InitFailure {
    /// For people, not for callers.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotStarted(error) => error.fmt(f),
            Self::Error(reason) => f.write_str(&String::from_utf8_lossy(reason)),
            Self::Exited(exit) => exit.fmt(f),
            Self::Extension(failure) => write!(f, "{}: {}", failure.kind, failure.message),
            Self::TimedOut => write!(f, "timed out after {} seconds", INIT_TIMEOUT.as_secs()),
        }
    }
}

/// What went wrong with an extension.
#[derive(Clone, Debug)]
pub(crate) struct ExtensionFailure {
    /// AWS's type.
    pub(crate) kind: &'static str,
    pub(crate) message: String,
}

/// The processes that serve a function, with their Runtime API. They end when this is dropped.
pub(crate) struct Instance {
    /// Only empty while it is dropped.
    life: Option<Life>,
    version: Arc<str>,
    timeout: Duration,
    init: Duration,
    has_timed_out: AtomicBool,
}

/// What an instance is started for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// A call that waits for it.
    Call,
    /// Calls that may come.
    Warmth,
}

impl Instance {
    /// Prepares an instance; [`come_up`](Self::come_up) starts its processes. Must be called on a thread that lives as
    /// long as the gateway: see [`guard`](crate::guard).
    pub(crate) async fn open(
        host: &Arc<Host>,
        function: &Function,
        definition: &Definition,
        version: &Arc<str>,
        cause: Cause,
    ) -> io::Result<Self> {
        let life = Life::begin(host, function, definition, version, cause).await?;
        let (version, timeout, init) = (version.clone(), definition.timeout, Duration::ZERO);
        Ok(Self { life: Some(life), version, timeout, init, has_timed_out: AtomicBool::new(false) })
    }

    /// Starts extensions and runtime, and waits until all of them ask for their first event.
    pub(crate) async fn come_up(&mut self, folder: &Path, definition: &Definition) -> Result<(), InitFailure> {
        let began = Instant::now();
        let Some(life) = &mut self.life else { return Err(InitFailure::TimedOut) };
        life.log().note(&phase::start(definition.runtime, life.region()), false);
        let came = tokio::time::timeout(INIT_TIMEOUT, async {
            tokio::time::sleep(definition.faults.init_delay).await;
            life.come_up(folder, definition).await
        });
        let came = came.await;
        self.init = began.elapsed();
        if came.is_err() {
            life.name_missing();
            self.has_timed_out.store(true, Ordering::Relaxed);
        }
        let came = came.unwrap_or(Err(InitFailure::TimedOut));
        if let Err(failure) = &came {
            life.log().note(&phase::failed(failure, self.init), false);
        }
        came
    }

    /// The version that its processes were told to be.
    pub(crate) fn version(&self) -> &str {
        &self.version
    }

    /// How long it took to come up.
    pub(crate) fn init(&self) -> Duration {
        self.init
    }

    /// Gives it a call and waits for its end, or for the begin of its answer. A call that takes too long ends the process.
    pub(crate) async fn invoke(&self, invocation: Invocation, deadline: tokio::time::Instant) -> Outcome {
        let Some(life) = &self.life else { return Outcome::NotTaken };
        let outcome = life.give(invocation, self.timeout);
        // Nobody is left to answer: the process went in between.
        self.until(deadline, outcome).await.unwrap_or(Outcome::NotTaken)
    }

    /// Waits until an answer that has begun ends. To be given the same deadline.
    pub(crate) async fn end(&self, end: oneshot::Receiver<Outcome>, deadline: tokio::time::Instant) -> Outcome {
        self.until(deadline, end).await.unwrap_or(Outcome::Truncated)
    }

    async fn until(&self, deadline: tokio::time::Instant, outcome: oneshot::Receiver<Outcome>) -> Option<Outcome> {
        match tokio::time::timeout_at(deadline, outcome).await {
            Ok(outcome) => outcome.ok(),
            Err(_) => {
                self.has_timed_out.store(true, Ordering::Relaxed);
                self.life.iter().for_each(Life::stop_runtime);
                Some(Outcome::TimedOut)
            }
        }
    }

    /// Whether it can take another call.
    pub(crate) fn lives(&self) -> bool {
        self.life.as_ref().is_some_and(Life::is_open)
    }

    /// Whether its extensions are done with the last call.
    pub(crate) fn is_settled(&self) -> bool {
        self.life.as_ref().is_none_or(Life::is_settled)
    }

    /// Waits until its extensions are done with the last call.
    pub(crate) async fn settled(&self) {
        if let Some(life) = &self.life {
            life.settled().await;
        }
    }

    /// Writes lines of our own to the log, into what [`take_log`](Self::take_log) gives only if they are `kept`.
    pub(crate) fn note(&self, lines: &str, kept: bool) {
        self.life.iter().for_each(|life| life.log().note(lines, kept));
    }

    /// The end of what was printed since the last time.
    pub(crate) fn take_log(&self) -> Vec<u8> {
        self.life.as_ref().map(|life| life.log().take()).unwrap_or_default()
    }

    /// The most memory the runtime's process ever had, in megabytes; unknown once it has ended.
    pub(crate) fn peak_memory_mb(&self) -> Option<u64> {
        self.life.as_ref()?.peak_memory_mb()
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        let Some(life) = self.life.take() else { return };
        let reason = match (self.has_timed_out.load(Ordering::Relaxed), life.has_failed()) {
            (true, _) => Shutdown::Timeout,
            (false, true) => Shutdown::Failure,
            (false, false) => Shutdown::Spindown,
        };
        life.end(reason);
    }
}

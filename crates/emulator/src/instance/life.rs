//! What belongs to an instance as long as it lives: its processes, the API they speak to, their log. And how it ends.

use super::environment::{self, Environment};
use super::extensions::{Extensions, Shutdown};
use super::log::{self, Log};
use super::runtime::{self, Program};
use super::runtime_api::{self, About, Side};
use super::seat::Seat;
use super::{Cause, ExtensionFailure, InitFailure, Invocation, Outcome, process};
use crate::function::{Definition, Function};
use crate::host::Host;
use std::fs;
use std::io::{self, PipeWriter};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// What AWS gives to extensions when an instance ends.
const GOODBYE: Duration = Duration::from_secs(2);

/// Ends when dropped, or with a goodbye in [`end`](Self::end).
pub(super) struct Life {
    host: Arc<Host>,
    side: Arc<Side>,
    log: Arc<Log>,
    environment: Environment,
    /// What every process of this instance carries, and no other.
    mark: Arc<str>,
    /// Closed once every process has its own, so that the log ends with the last of them.
    output: Option<PipeWriter>,
    runtime: Option<i32>,
    extensions: Vec<i32>,
    tasks: [JoinHandle<()>; 2],
}

impl Life {
    pub(super) async fn begin(
        host: &Arc<Host>,
        function: &Function,
        definition: &Definition,
        version: &Arc<str>,
        cause: Cause,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let mark = environment::log_stream(version);
        let (api, is_warmed) = (listener.local_addr()?, cause == Cause::Warmth);
        let environment = environment::of(host, function, definition, version, &mark, is_warmed, api);
        let (output, log) = Log::open(function.name().clone(), function.journal().clone())?;
        let log = Arc::new(log);
        let (handler, account) = (definition.handler.clone(), host.account.clone());
        let about = About { function: function.name().clone(), version: version.clone(), handler, account };
        let side = Arc::new(Side { seat: Seat::default(), extensions: Extensions::default(), about });
        let tasks = [tokio::spawn(runtime_api::serve(listener, side.clone())), tokio::spawn(log::pump(log.clone()))];
        let (host, output, extensions) = (host.clone(), Some(output), Vec::new());
        Ok(Self { host, side, log, environment, mark, output, runtime: None, extensions, tasks })
    }

    /// As AWS does it: the runtime starts when every extension has registered.
    pub(super) async fn come_up(&mut self, folder: &Path, definition: &Definition) -> Result<(), InitFailure> {
        for file in extension_files(folder) {
            self.start_extension(&file, folder)?;
        }
        let side = self.side.clone();
        tokio::select! {
            () = side.extensions.registered() => {}
            ready = side.seat.ready() => return ready,
        }
        let program = runtime::program(folder, definition, &mut self.environment).map_err(InitFailure::NotStarted)?;
        self.start_runtime(program, folder).map_err(InitFailure::NotStarted)?;
        side.seat.ready().await?;
        side.extensions.settled().await;
        // An extension may have failed meanwhile.
        side.seat.ready().await
    }

    fn start_runtime(&mut self, program: Program, folder: &Path) -> io::Result<()> {
        // Lent for the time of the start: no process of ours may hold it open.
        let Some(output) = self.output.take() else { return Ok(()) };
        let child = process::start(&self.host, program, &self.environment, folder, &output)?;
        let (side, log) = (self.side.clone(), self.log.clone());
        let ended = move |exit| {
            log.drain();
            side.seat.exited(exit);
        };
        self.runtime = Some(process::watch(child, self.host.clone(), &self.mark, ended));
        Ok(())
    }

    fn start_extension(&mut self, file: &Path, folder: &Path) -> Result<(), InitFailure> {
        let Some(output) = &self.output else { return Ok(()) };
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let program = Program { file: file.to_owned(), args: Vec::new(), source: None };
        let environment = self.environment.iter().filter(|(name, _)| name != "_HANDLER").cloned().collect();
        let failed = |error: io::Error| {
            let message = format!("{name}: {error}");
            InitFailure::Extension(ExtensionFailure { kind: "Extension.LaunchError", message })
        };
        let child = process::start(&self.host, program, &environment, folder, output).map_err(failed)?;
        self.side.extensions.expect(&name);
        let side = self.side.clone();
        let ended = move |exit: super::Exit| {
            side.extensions.exited(&name, exit);
            side.failed("Extension.Crash", &format!("{name}: {}", exit.reason()));
        };
        self.extensions.push(process::watch(child, self.host.clone(), &self.mark, ended));
        Ok(())
    }

    /// Tells people whom the instance has waited for in vain.
    pub(super) fn name_missing(&self) {
        for name in self.side.extensions.missing() {
            self.log
                .note(&format!("extension {name} has not come: it registers, and then asks for its next event"), true);
        }
    }

    /// Gives a call to runtime and extensions.
    pub(super) fn give(&self, invocation: Invocation, timeout: Duration) -> oneshot::Receiver<Outcome> {
        self.side.extensions.tell_invoke(&invocation, SystemTime::now() + timeout);
        self.side.seat.give(invocation, timeout)
    }

    pub(super) fn is_open(&self) -> bool {
        self.side.seat.is_open()
    }

    /// Whether it ended before it was asked to.
    pub(super) fn has_failed(&self) -> bool {
        self.side.seat.has_failed()
    }

    pub(super) fn is_settled(&self) -> bool {
        self.side.extensions.are_settled()
    }

    pub(super) async fn settled(&self) {
        self.side.extensions.settled().await;
    }

    pub(super) fn log(&self) -> &Log {
        self.log.drain();
        &self.log
    }

    pub(super) fn region(&self) -> &str {
        &self.host.region
    }

    pub(super) fn peak_memory_mb(&self) -> Option<u64> {
        process::peak_memory_mb(self.runtime?)
    }

    /// Ends the runtime's process; no call comes here any more.
    pub(super) fn stop_runtime(&self) {
        self.side.seat.close();
        self.runtime.iter().for_each(|group| self.host.groups.kill(*group));
    }

    /// Ends everything; extensions that want to know are told, and given time.
    pub(super) fn end(self, reason: Shutdown) {
        self.side.seat.close();
        if !self.side.extensions.want_shutdown() {
            return;
        }
        if let Ok(runtime) = Handle::try_current() {
            self.host.groups.says_goodbye();
            runtime.spawn(self.say_goodbye(reason));
        }
    }

    async fn say_goodbye(self, reason: Shutdown) {
        self.runtime.iter().for_each(|group| self.host.groups.terminate(*group));
        self.side.extensions.tell_shutdown(reason, SystemTime::now() + GOODBYE);
        let _some_take_longer = tokio::time::timeout(GOODBYE, self.side.extensions.gone()).await;
        let host = self.host.clone();
        drop(self);
        host.groups.said_goodbye();
    }
}

impl Drop for Life {
    fn drop(&mut self) {
        self.side.seat.close();
        self.runtime.iter().chain(&self.extensions).for_each(|group| self.host.groups.kill(*group));
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

/// The executables of a function's `extensions` folder, by name.
fn extension_files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder.join("extensions")) else { return Vec::new() };
    let is_executable = |path: &PathBuf| {
        fs::metadata(path).is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
    };
    let mut files: Vec<_> = entries.flatten().map(|entry| entry.path()).filter(is_executable).collect();
    files.sort();
    files
}

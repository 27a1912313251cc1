//! A function's process: how it is started, and how its end is told.

use super::log::Log;
use super::seat::Seat;
use crate::function::{Definition, Function, Runtime};
use crate::guard;
use crate::host::Host;
use crate::settings::Guard;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::io::{self, PipeWriter};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use tokio::io::AsyncWriteExt;
use tokio::process::{Child, Command};

const PYTHON: &str = include_str!("../bootstrap/bootstrap.py");
const NODE: &str = include_str!("../bootstrap/bootstrap.cjs");

/// How a process ended, in AWS's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Exit(Option<ExitStatus>);

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let status = self.0.map(|status| (status.code(), status.signal()));
        match status {
            Some((Some(code), _)) if code != 0 => write!(f, "Runtime exited with error: exit status {code}"),
            Some((None, Some(signal))) => match signal_name(signal) {
                Some(name) => write!(f, "Runtime exited with error: signal: {name}"),
                None => write!(f, "Runtime exited with error: signal: signal {signal}"),
            },
            _ => f.write_str("Runtime exited without providing a reason"),
        }
    }
}

fn signal_name(signal: i32) -> Option<&'static str> {
    let names = [
        (4, "illegal instruction"),
        (6, "aborted"),
        (8, "floating point exception"),
        (9, "killed"),
        (11, "segmentation fault"),
        (15, "terminated"),
    ];
    names.iter().find(|(number, _)| *number == signal).map(|(_, name)| *name)
}

/// Starts the process in a group of its own. Its bootstrap comes through standard input: nothing is written to disk.
pub(super) fn start(
    guard: Option<&Guard>,
    function: &Function,
    definition: &Definition,
    environment: Vec<(OsString, OsString)>,
    output: PipeWriter,
) -> io::Result<Child> {
    let folder = function.folder();
    let (program, source) = match definition.runtime {
        Runtime::Python => (find("python3", &environment)?, Some(PYTHON)),
        Runtime::Node => (find("node", &environment)?, Some(NODE)),
        Runtime::Provided => (folder.join("bootstrap"), None),
    };
    let mut command = match guard {
        Some(guard) => {
            let mut command = Command::new(&guard.program);
            command.args(&guard.args).args(guard::child_args()).arg(&program);
            command
        }
        None => Command::new(&program),
    };
    command.args(source.map(|_| "-")).env_clear().envs(environment).current_dir(folder).process_group(0);
    command.stdin(source.map_or_else(Stdio::null, |_| Stdio::piped()));
    command.stdout(output.try_clone()?).stderr(output);
    let mut child = command.spawn()?;
    if let (Some(source), Some(mut input)) = (source, child.stdin.take()) {
        // Fails only when the process is gone, which is told elsewhere.
        tokio::spawn(async move { input.write_all(source.as_bytes()).await });
    }
    Ok(child)
}

/// Tells everyone when the process has ended. Returns its group.
pub(super) fn watch(mut child: Child, host: Arc<Host>, seat: Arc<Seat>, log: Arc<Log>) -> i32 {
    // A process that was just started and never waited for has an id, and it fits: the kernel's are 22 bits.
    let group = child.id().and_then(|id| i32::try_from(id).ok()).unwrap_or_default();
    host.groups.began(group);
    tokio::spawn(async move {
        let status = child.wait().await.ok();
        host.groups.ended(group);
        log.drain();
        seat.exited(Exit(status));
    });
    group
}

/// `VmHWM`; nothing when the process is gone.
pub(super) fn peak_memory_mb(process: i32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = peak.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes.div_ceil(1024))
}

/// Finds a program as a shell would. Asked here, since a guard could only fail later and say less.
fn find(program: &str, environment: &[(OsString, OsString)]) -> io::Result<PathBuf> {
    let path = environment.iter().rev().find(|(name, _)| name == "PATH").map(|(_, path)| path.as_os_str());
    let found = std::env::split_paths(path.unwrap_or(OsStr::new("/usr/local/bin:/usr/bin:/bin")))
        .map(|folder| folder.join(program))
        .find(|file| Path::is_file(file));
    found.ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, format!("{program} is not installed")))
}

//! A process of an instance: how it is started, and how its end is told.

use super::environment::Environment;
use super::runtime::Program;
use crate::guard;
use crate::host::Host;
use std::fmt;
use std::io::{self, PipeWriter};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use tokio::io::AsyncWriteExt;
use tokio::process::{Child, Command};

/// How a process ended, in AWS's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Exit(Option<ExitStatus>);

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.filter(|status| status.code() != Some(0)) {
            Some(_) => write!(f, "Runtime exited with error: {}", self.reason()),
            None => f.write_str("Runtime exited without providing a reason"),
        }
    }
}

impl Exit {
    /// How it ended, without saying who.
    pub(super) fn reason(self) -> String {
        match self.0.map(|status| (status.code(), status.signal())) {
            Some((Some(code), _)) => format!("exit status {code}"),
            Some((None, Some(signal))) => match signal_name(signal) {
                Some(name) => format!("signal: {name}"),
                None => format!("signal: signal {signal}"),
            },
            _ => "exited for an unknown reason".to_owned(),
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

/// Starts a process in a group of its own. What it reads comes through standard input: nothing is written to disk.
/// Returns the group, which the process leads, and whose end [`watch`] tells.
pub(super) fn start(
    host: &Host,
    Program { file, args, source }: Program,
    environment: &Environment,
    folder: &Path,
    output: &PipeWriter,
) -> io::Result<Child> {
    let mut command = match &host.guard {
        Some(guard) => {
            let mut command = Command::new(&guard.program);
            command.args(&guard.args).args(guard::child_args()).arg(&file);
            command
        }
        None => Command::new(&file),
    };
    let environment = environment.iter().map(|(name, value)| (name, value));
    command.args(args).env_clear().envs(environment).current_dir(folder).process_group(0);
    command.stdin(source.map_or_else(Stdio::null, |_| Stdio::piped()));
    command.stdout(output.try_clone()?).stderr(output.try_clone()?);
    let mut child = command.spawn()?;
    if let (Some(source), Some(mut input)) = (source, child.stdin.take()) {
        // Fails only when the process is gone, which is told elsewhere.
        tokio::spawn(async move { input.write_all(source.as_bytes()).await });
    }
    Ok(child)
}

/// Tells of the end of a process. Returns its group.
pub(super) fn watch(
    mut child: Child,
    host: Arc<Host>,
    mark: &Arc<str>,
    ended: impl FnOnce(Exit) + Send + 'static,
) -> i32 {
    // A process that was just started and never waited for has an id, and it fits: the kernel's are 22 bits.
    let group = child.id().and_then(|id| i32::try_from(id).ok()).unwrap_or_default();
    host.groups.began(group, mark);
    tokio::spawn(async move {
        let status = child.wait().await.ok();
        // A caller need not wait until everything that the process has left behind is gone, too.
        guard::kill(group);
        ended(Exit(status));
        host.groups.ended(group).await;
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

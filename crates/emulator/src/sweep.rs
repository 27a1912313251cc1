//! Finding processes that a function started and that left its process group: they still carry its environment.

use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
use std::collections::HashSet;
use std::fs;
use std::time::Duration;

/// The variable that marks every process of an instance: its value belongs to that instance alone.
pub(crate) const MARK: &str = "AWS_LAMBDA_LOG_STREAM_NAME";
/// A killed process keeps its environment until the kernel is done with it.
const BETWEEN_ROUNDS: Duration = Duration::from_millis(2);
/// One that still forks after so many rounds does so on purpose.
const ROUNDS: usize = 100;

/// Kills every process with one of these marks, until none is left. Blocks for some milliseconds.
///
/// One that leaves its group *and* clears its environment is not found.
pub(crate) fn sweep(marks: &HashSet<String>) {
    if marks.is_empty() {
        return;
    }
    for _ in 0..ROUNDS {
        if !sweep_once(marks) {
            return;
        }
        std::thread::sleep(BETWEEN_ROUNDS);
    }
}

/// Whether there was any.
fn sweep_once(marks: &HashSet<String>) -> bool {
    let Ok(entries) = fs::read_dir("/proc") else { return false };
    let processes = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    processes.filter(|process| kill_if_marked(*process, marks)).count() > 0
}

fn kill_if_marked(process: i32, marks: &HashSet<String>) -> bool {
    if !is_marked(process, marks) {
        return false;
    }
    // Held before it is looked at again: a number may have gone to another process in between.
    let held = Pid::from_raw(process).and_then(|pid| pidfd_open(pid, PidfdFlags::empty()).ok());
    let Some(held) = held.filter(|_| is_marked(process, marks)) else { return false };
    let _gone = pidfd_send_signal(held, Signal::KILL);
    true
}

fn is_marked(process: i32, marks: &HashSet<String>) -> bool {
    // Nobody else's can be read, and one that has ended has none.
    let environment = fs::read(format!("/proc/{process}/environ")).unwrap_or_default();
    environment.split(|byte| *byte == 0).any(|entry| {
        let value = entry.strip_prefix(MARK.as_bytes()).and_then(|rest| rest.strip_prefix(b"="));
        value.and_then(|value| std::str::from_utf8(value).ok()).is_some_and(|value| marks.contains(value))
    })
}

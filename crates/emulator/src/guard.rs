//! The other end of a [`Guard`](crate::Guard): processes that end when the gateway ends, `kill -9` included.
//!
//! Two roles. `child` becomes the function's process, after asking the kernel to kill it once the gateway's thread is
//! gone; that request survives `exec`. `keeper` covers what such a process has started itself: it is told every process
//! group that lives and the mark that its processes carry, and kills them when its standard input ends, which happens
//! however the gateway ends.

use crate::sweep::sweep;
use rustix::process::{Pid, Signal, getppid, kill_process_group, set_parent_process_death_signal, setsid};
use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::io::{BufRead, stdin};
use std::os::unix::process::CommandExt;
use std::process::{Command, exit};

/// Exit status of a guard that could not do its work, as shells have it for a command not found.
const CANNOT_START: i32 = 127;

/// Plays the role that `args` (what stands behind the hidden subcommand; a leading `--` may be there or not) asks for.
pub fn main(args: Vec<OsString>) -> ! {
    let mut args = args.into_iter().skip_while(|arg| arg == "--");
    let role = args.next();
    match role.as_deref().and_then(OsStr::to_str) {
        Some("keeper") => keeper_main(),
        Some("child") => guard_main(args.collect()),
        _ => fail("this command is for the gateway's own use"),
    }
}

/// Arguments that make [`main`] start `program` as a child of this process.
pub(crate) fn child_args() -> [OsString; 3] {
    ["--".into(), "child".into(), std::process::id().to_string().into()]
}

/// Becomes the program of `PARENT PROGRAM ARGS…`, to be killed when the parent is gone.
pub fn guard_main(args: Vec<OsString>) -> ! {
    let mut args = args.into_iter();
    let parent = args.next().and_then(|arg| arg.to_str()?.parse::<i32>().ok());
    let (Some(parent), Some(program)) = (parent, args.next()) else { fail("a parent and a program are needed") };
    if let Err(error) = set_parent_process_death_signal(Some(Signal::KILL)) {
        fail(&format!("cannot be bound to the gateway: {error}"));
    }
    // The parent may have gone before the kernel was asked: then nothing would ever come.
    if getppid().map(Pid::as_raw_pid) != Some(parent) {
        exit(CANNOT_START);
    }
    let error = Command::new(&program).args(args).exec();
    fail(&format!("{} cannot be started: {error}", program.display()))
}

/// Reads `+GROUP MARK` and `-GROUP` lines; when they end, kills the groups that remain and who left them.
pub fn keeper_main() -> ! {
    // A Ctrl-C on the terminal goes to every process of the foreground group: the keeper must outlast the gateway.
    let _already_leads = setsid();
    let mut groups: HashMap<i32, String> = HashMap::new();
    for line in stdin().lock().lines().map_while(Result::ok) {
        match line.split_at_checked(1) {
            Some(("+", line)) => {
                let (group, mark) = line.split_once(' ').unwrap_or((line, ""));
                let _not_a_number = group.parse().map(|group| groups.insert(group, mark.to_owned()));
            }
            Some(("-", group)) => drop(group.parse().map(|group: i32| groups.remove(&group))),
            _ => {}
        }
    }
    groups.keys().copied().for_each(kill);
    sweep(&groups.into_values().collect());
    exit(0)
}

/// Kills a whole process group; one that is gone is fine.
pub(crate) fn kill(group: i32) {
    send(group, Signal::KILL);
}

/// Asks a whole process group to end; one that is gone is fine.
pub(crate) fn terminate(group: i32) {
    send(group, Signal::TERM);
}

fn send(group: i32, signal: Signal) {
    // 1 and below would mean something else than a group of ours.
    if let Some(pid) = Pid::from_raw(group).filter(|_| group > 1) {
        let _gone = kill_process_group(pid, signal);
    }
}

fn fail(reason: &str) -> ! {
    eprintln!("guard: {reason}");
    exit(CANNOT_START)
}

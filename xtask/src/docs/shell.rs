//! Commands of a page: run to their end, or kept running with every process they start.

use crate::house::House;
use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};
use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// How long a command may take to end.
const LONGEST_RUN: Duration = Duration::from_secs(120);
/// How long a background command may take to be ready; it may have to be built first.
const LONGEST_START: Duration = Duration::from_secs(600);
/// How long it may take to end when asked to.
const LONGEST_END: Duration = Duration::from_secs(15);
/// Variables of the caller that a command is given; no other is.
const KEPT: &[&str] = &["USER", "TMPDIR", "CARGO_TARGET_DIR", "RUSTUP_TOOLCHAIN", "RUSTUP_AUTO_INSTALL"];

/// Where and with what a page's commands run.
#[derive(Debug)]
pub struct Shell {
    folder: PathBuf,
    environment: Vec<(OsString, OsString)>,
}

/// What a command that ended left behind.
#[derive(Debug)]
pub struct Said {
    /// Stdout and stderr, as they came.
    pub output: String,
    /// Its exit status; -1 when a signal ended it.
    pub status: i32,
}

/// Why a background command is not ready.
#[derive(Debug)]
pub struct NotReady {
    /// Why.
    pub reason: String,
    /// What it printed.
    pub output: String,
}

impl Shell {
    /// A shell in the root of the checkout with the built binary at hand.
    pub fn new(house: &House) -> Result<Self> {
        let home = house.target.join("docs-home");
        // Pages write below target/, which is not there when Cargo builds elsewhere.
        for folder in [&home, &house.root.join("target")] {
            std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        }
        let before = std::env::var_os("PATH").unwrap_or_default();
        let path = std::env::join_paths(std::iter::once(house.binaries()).chain(std::env::split_paths(&before)))?;
        let mut environment: Vec<(OsString, OsString)> =
            KEPT.iter().filter_map(|name| Some((OsString::from(name), std::env::var_os(name)?))).collect();
        let mut set = |name: &str, value: OsString| environment.push((name.into(), value));
        set("PATH", path);
        set("HOME", home.into());
        set("LANG", "C.UTF-8".into());
        set("TERM", "dumb".into());
        set("NO_COLOR", "1".into());
        // `cargo run` in a page finds its toolchain although the home is another.
        set("CARGO_HOME", rust_home("CARGO_HOME", ".cargo"));
        set("RUSTUP_HOME", rust_home("RUSTUP_HOME", ".rustup"));
        Ok(Self { folder: house.root.clone(), environment })
    }

    /// A shell in this folder with only a PATH.
    pub fn bare(folder: &Path) -> Self {
        let path = std::env::var_os("PATH").unwrap_or_default();
        Self { folder: folder.to_path_buf(), environment: vec![("PATH".into(), path)] }
    }

    /// Runs a command to its end.
    pub fn run(&self, text: &str) -> Result<Said> {
        let mut group = Running::start(self, text)?;
        let mut stdout = group.child.stdout.take().context("stdout is a pipe")?;
        let (sender, receiver) = channel();
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            let read = stdout.read_to_end(&mut bytes).map(|_| String::from_utf8_lossy(&bytes).into_owned());
            sender.send(read)
        });
        match receiver.recv_timeout(LONGEST_RUN) {
            Ok(output) => Ok(Said { output: output?, status: group.child.wait()?.code().unwrap_or(-1) }),
            Err(_) => bail!("it had not ended after {} seconds", LONGEST_RUN.as_secs()),
        }
    }

    /// Starts a command and waits until what it printed is `ready`.
    pub fn start(&self, text: &str, ready: impl Fn(&str) -> bool) -> Result<Running, NotReady> {
        let failed = |reason: String, output: String| NotReady { reason, output };
        let mut running = Running::start(self, text).map_err(|error| failed(format!("{error:#}"), String::new()))?;
        let lines = running.lines();
        let deadline = Instant::now() + LONGEST_START;
        let mut output = String::new();
        loop {
            match lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(line) => {
                    output.push_str(&line);
                    output.push('\n');
                    if ready(&output) {
                        return Ok(running);
                    }
                }
                Err(RecvTimeoutError::Timeout) => return Err(failed("it took too long".to_owned(), output)),
                Err(RecvTimeoutError::Disconnected) => return Err(failed("it ended".to_owned(), output)),
            }
        }
    }
}

fn rust_home(variable: &str, folder: &str) -> OsString {
    let home = || std::env::home_dir().unwrap_or_default().join(folder).into_os_string();
    std::env::var_os(variable).unwrap_or_else(home)
}

/// A command with all the processes it started; dropping it ends them.
#[derive(Debug)]
pub struct Running {
    child: Child,
}

impl Running {
    fn start(shell: &Shell, text: &str) -> Result<Self> {
        let child = Command::new("sh")
            .args(["-c", &format!("exec 2>&1\n{text}")])
            .current_dir(&shell.folder)
            .env_clear()
            .envs(shell.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .process_group(0)
            .spawn()
            .context("sh could not be started")?;
        Ok(Self { child })
    }

    /// Its lines as they come. The pipe is read to its end, so that the command never waits for a reader.
    fn lines(&mut self) -> Receiver<String> {
        let (sender, receiver) = channel();
        if let Some(stdout) = self.child.stdout.take() {
            std::thread::spawn(move || {
                for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                    // Nobody listens once it is ready; the pipe is still emptied.
                    drop(sender.send(line));
                }
            });
        }
        receiver
    }

    fn signal(&self, signal: Signal) {
        if let Some(group) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            // A group that is gone already is what was wanted.
            let _ = kill_process_group(group, signal);
        }
    }

    /// Whether it and all it started are gone: only then are its ports free.
    fn has_ended(&mut self) -> bool {
        let group = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        !matches!(self.child.try_wait(), Ok(None)) && group.is_none_or(|group| test_kill_process_group(group).is_err())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let deadline = Instant::now() + LONGEST_END;
        self.signal(Signal::TERM);
        while !self.has_ended() && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(10));
        }
        self.signal(Signal::KILL);
        while !self.has_ended() && Instant::now() < deadline + LONGEST_END {
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

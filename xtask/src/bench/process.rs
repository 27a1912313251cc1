//! Processes of a benchmark: pinned, measured, ended.

use anyhow::{Context, Result};
use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// A program's path, also where only root's PATH leads.
pub(super) fn which(program: &str) -> Option<PathBuf> {
    let path = std::env::var("PATH").unwrap_or_default();
    let folders = path.split(':').chain(["/usr/sbin", "/sbin"]);
    folders.map(|folder| PathBuf::from(folder).join(program)).find(|file| file.is_file())
}

/// A server started here; ended when dropped.
pub(super) struct Server(Child);

impl Server {
    /// Starts a program on one core.
    pub(super) fn start(core: usize, program: &str, arguments: &[&str]) -> Result<Self> {
        let program = which(program).unwrap_or_else(|| program.into());
        let child = Command::new("taskset")
            .args(["-c", &core.to_string()])
            .arg(&program)
            .args(arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        Ok(Self(child))
    }

    /// CPU nanoseconds of all its threads and children so far (`/proc/PID/task/TID/schedstat`, first number).
    pub(super) fn cpu(&self) -> Result<u64> {
        self.tree().iter().map(|pid| cpu_of(*pid)).sum()
    }

    /// Resident bytes of all its processes (`VmRSS`).
    pub(super) fn resident(&self) -> Result<u64> {
        self.tree().iter().map(|pid| resident_of(*pid)).sum()
    }

    fn tree(&self) -> Vec<u32> {
        let mut all = vec![self.0.id()];
        let mut next = 0;
        while let Some(pid) = all.get(next).copied() {
            let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
            all.extend(children.split_whitespace().filter_map(|text| text.parse::<u32>().ok()));
            next += 1;
        }
        all
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // nginx's workers end with their master only when it is asked, not when it is killed
        let _ = Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status();
        let _ = self.0.wait();
    }
}

fn cpu_of(pid: u32) -> Result<u64> {
    let mut sum = 0;
    for task in fs::read_dir(format!("/proc/{pid}/task"))? {
        let text = fs::read_to_string(task?.path().join("schedstat")).unwrap_or_default();
        sum += text.split_whitespace().next().and_then(|first| first.parse::<u64>().ok()).unwrap_or(0);
    }
    Ok(sum)
}

fn resident_of(pid: u32) -> Result<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
    let kilobytes: u64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kilobytes * 1024)
}

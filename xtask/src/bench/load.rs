//! One round of load, and what it cost the subject.

use super::process::Server;
use anyhow::{Context, Result, ensure};
use std::process::Command;

/// What one round saw.
#[derive(Clone, Copy)]
pub(super) struct Cost {
    /// CPU microseconds of the subject for each request.
    pub(super) micros: f64,
    /// Requests per second.
    pub(super) rate: f64,
}

/// Half a second to warm up, then `seconds` that count.
pub(super) fn run(server: &Server, url: &str, script: Option<&str>, seconds: u32) -> Result<Cost> {
    wrk(url, script, 1)?;
    let before = server.cpu()?;
    let (requests, rate) = wrk(url, script, seconds)?;
    let spent = server.cpu()? - before;
    Ok(Cost { micros: spent as f64 / 1000.0 / requests, rate })
}

fn wrk(url: &str, script: Option<&str>, seconds: u32) -> Result<(f64, f64)> {
    let mut command = Command::new("taskset");
    command.args(["-c", "1", "wrk", "-t", "1", "-c", "64", "-d", &format!("{seconds}s")]);
    if let Some(script) = script {
        command.args(["-s", script]);
    }
    let output = command.arg(url).output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    ensure!(output.status.success(), "wrk failed: {}", String::from_utf8_lossy(&output.stderr));
    ensure!(!text.contains("Non-2xx") && !text.contains("Socket errors"), "{url} did not serve all requests:\n{text}");
    let requests = number_before(&text, " requests in").context("wrk counted no requests")?;
    let rate = text.lines().find_map(|line| line.strip_prefix("Requests/sec:")).context("wrk gave no rate")?;
    Ok((requests, rate.trim().parse()?))
}

fn number_before(text: &str, words: &str) -> Option<f64> {
    text[..text.find(words)?].split_whitespace().next_back()?.parse().ok()
}

/// The middle one.
pub(super) fn median(costs: &[Cost], of: impl Fn(&Cost) -> f64) -> f64 {
    let mut values: Vec<f64> = costs.iter().map(of).collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

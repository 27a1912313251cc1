//! One round of load, and what it cost the subject.

use super::process::Server;
use anyhow::{Context, Result, ensure};
use std::process::Command;

/// Requests a second that each of the connections begins when the rate is given.
const RATE: u32 = 500;
/// Keep-alive connections.
pub(super) const CONNECTIONS: u32 = 64;

/// How much is asked for.
#[derive(Clone, Copy)]
pub(super) enum Load {
    /// As much as is answered: each connection asks again at once.
    Full,
    /// The same rate of everyone.
    Paced,
}

/// What one round saw.
#[derive(Clone, Copy)]
pub(super) struct Cost {
    /// CPU microseconds of the subject for each request.
    pub(super) micros: f64,
    /// Requests per second.
    pub(super) rate: f64,
}

/// A second to warm up, then `seconds` that count.
pub(super) fn run(server: &Server, url: &str, post: Option<&Post>, load: Load, seconds: u32) -> Result<Cost> {
    let ask = |seconds| match load {
        Load::Full => wrk(url, post, seconds),
        Load::Paced => h2load(url, post, seconds),
    };
    ask(1)?;
    let before = server.cpu()?;
    let (requests, rate) = ask(seconds)?;
    let spent = server.cpu()? - before;
    Ok(Cost { micros: spent as f64 / 1000.0 / requests, rate })
}

/// A request with a body: as wrk takes it, and as h2load does.
pub(super) struct Post {
    pub(super) script: String,
    pub(super) body: String,
}

fn wrk(url: &str, post: Option<&Post>, seconds: u32) -> Result<(f64, f64)> {
    let mut command = Command::new("taskset");
    command.args(["-c", "1", "wrk", "-t", "1", "-c", &CONNECTIONS.to_string(), "-d", &format!("{seconds}s")]);
    if let Some(post) = post {
        command.args(["-s", &post.script]);
    }
    let output = command.arg(url).output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    ensure!(output.status.success(), "wrk failed: {}", String::from_utf8_lossy(&output.stderr));
    ensure!(!text.contains("Non-2xx") && !text.contains("Socket errors"), "{url} did not serve all requests:\n{text}");
    let requests = number_before(&text, " requests in").context("wrk counted no requests")?;
    let rate = text.lines().find_map(|line| line.strip_prefix("Requests/sec:")).context("wrk gave no rate")?;
    Ok((requests, rate.trim().parse()?))
}

fn h2load(url: &str, post: Option<&Post>, seconds: u32) -> Result<(f64, f64)> {
    let mut command = Command::new("taskset");
    command.args(["-c", "1", "h2load", "--h1", "-t", "1", "-c", &CONNECTIONS.to_string()]);
    command.args(["-D", &seconds.to_string(), "--rps", &RATE.to_string()]);
    if let Some(post) = post {
        command.args(["-d", &post.body, "-H", "content-type: text/plain"]);
    }
    let output = command.arg(url).output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    ensure!(output.status.success(), "h2load failed: {}", String::from_utf8_lossy(&output.stderr));
    ensure!(text.contains(" 0 failed, 0 errored, 0 timeout"), "{url} did not serve all requests:\n{text}");
    let requests = number_before(&text, " succeeded").context("h2load counted no requests")?;
    let rate = number_before(&text, " req/s").context("h2load gave no rate")?;
    Ok((requests, rate))
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

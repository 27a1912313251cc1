//! `cargo xtask bench rotation`: what clients notice of credentials that are renewed every second.
//!
//! A container agent gives keys: in one half of the rounds good for an hour, in the other for little more than a
//! second. The rounds take turns, and the quietest of each half counts: what else the machine does only ever lengthens
//! a round, while renewals, one or more in each second, lengthen every one of them if they lengthen any.

use super::setup::{GATEWAY, Setup};
use anyhow::{Context, Result, ensure};
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Connections: few enough that requests do not wait for each other.
const CONNECTIONS: &str = "8";
/// What a pair of keys lives when they rotate; they are renewed after 70 to 80 % of it.
const SHORT: Duration = Duration::from_millis(1400);
const LONG: Duration = Duration::from_secs(3600);
/// The most by which rotation may lengthen the slowest thousandth.
const LIMIT: f64 = 1.2;
const SCRIPT: &str = "done = function(summary, latency, requests)\n\
                      io.write(string.format('p999 %d\\nrequests %d\\nbad %d\\n', latency:percentile(99.9), summary.requests,\n\
                      summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))\n\
                      end\n";

/// Measures and prints; an error when rotation is noticed.
pub(super) fn run(setup: &Setup, seconds: u32, rounds: usize) -> Result<()> {
    let _double = setup.double()?;
    let script = setup.written("rotation.lua", SCRIPT)?;
    let (still, rotating) = (Side::start(LONG)?, Side::start(SHORT)?);
    println!("{CONNECTIONS} keep-alive connections, Lambda calls, {rounds} rounds of {seconds} s each, in turns\n");
    println!("{:<28} {:>12} {:>12} {:>10}", "", "p99.9 in µs", "requests/s", "renewals");
    let mut seen = [Vec::new(), Vec::new()];
    for _ in 0..rounds {
        for (side, seen) in [&still, &rotating].into_iter().zip(&mut seen) {
            seen.push(side.round(setup, &script, seconds)?);
        }
    }
    let figures = seen.map(|rounds| Figures::of(&rounds, seconds));
    for (name, figures) in ["keys stay", "keys rotate every second"].into_iter().zip(&figures) {
        println!("{name:<28} {:>12.0} {:>12.0} {:>10}", figures.slowest, figures.rate, figures.renewals);
    }
    let ratio = figures[1].slowest / figures[0].slowest;
    println!("\np99.9 with rotation ÷ without: {ratio:.2} (at most {LIMIT})");
    ensure!(figures[1].renewals >= rounds * seconds as usize / 2, "the keys hardly rotated");
    ensure!(ratio <= LIMIT, "rotation is noticed");
    Ok(())
}

/// An agent with keys of one length of life.
struct Side {
    agent: String,
    given: Arc<AtomicUsize>,
}

struct Round {
    slowest: f64,
    requests: f64,
    renewals: usize,
}

impl Side {
    fn start(life: Duration) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let agent = format!("http://{}/keys", listener.local_addr()?);
        let given = Arc::new(AtomicUsize::new(0));
        let count = given.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let count = count.clone();
                std::thread::spawn(move || answer(stream, life, &count));
            }
        });
        Ok(Self { agent, given })
    }

    /// A gateway of its own for each round: both sides begin alike.
    fn round(&self, setup: &Setup, script: &str, seconds: u32) -> Result<Round> {
        let _gateway = setup.gateway_with_keys_of(&self.agent)?;
        let url = setup.url(GATEWAY, "/call/7");
        wrk(script, &url, 1)?;
        let before = self.given.load(Ordering::Relaxed);
        let (slowest, requests) = wrk(script, &url, seconds)?;
        Ok(Round { slowest, requests, renewals: self.given.load(Ordering::Relaxed) - before })
    }
}

/// p99.9 in microseconds, and the number of requests; all of them must have been served.
fn wrk(script: &str, url: &str, seconds: u32) -> Result<(f64, f64)> {
    let mut command = Command::new("taskset");
    command.args(["-c", "1", "wrk", "-t", "1", "-c", CONNECTIONS, "-d", &format!("{seconds}s"), "-s", script, url]);
    let output = command.output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let figure = |name: &str| {
        let line =
            text.lines().find_map(|line| line.strip_prefix(name)).with_context(|| format!("no {name} in:\n{text}"));
        anyhow::Ok(line?.trim().parse::<f64>()?)
    };
    ensure!(figure("bad ")? == 0.0, "not every request was served:\n{text}");
    Ok((figure("p999 ")?, figure("requests ")?))
}

/// Fresh keys for each request on a connection.
fn answer(stream: TcpStream, life: Duration, given: &AtomicUsize) {
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    while stream.read_line(&mut line).is_ok_and(|length| length > 0) {
        if line == "\r\n" {
            let count = given.fetch_add(1, Ordering::Relaxed);
            let end = moment(SystemTime::now() + life);
            let keys =
                format!(r#"{{"AccessKeyId":"AKBENCH{count}","SecretAccessKey":"s","Token":"t","Expiration":"{end}"}}"#);
            let text = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{keys}", keys.len());
            if stream.get_mut().write_all(text.as_bytes()).is_err() {
                return;
            }
        }
        line.clear();
    }
}

/// RFC 3339, UTC, with milliseconds.
fn moment(time: SystemTime) -> String {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    let (days, second) = (since.as_secs() / 86_400, since.as_secs() % 86_400);
    // days of 400 years at a time, counted from a March: February's end is the year's
    let shifted = days + 719_468;
    let (era, day) = (shifted / 146_097, shifted % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let (day, month) = (day - (153 * month + 2) / 5 + 1, if month < 10 { month + 3 } else { month - 9 });
    let year = year + era * 400 + u64::from(month <= 2);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{:03}Z", since.subsec_millis())
}

/// What counts of several rounds.
struct Figures {
    /// Of the quietest round.
    slowest: f64,
    rate: f64,
    renewals: usize,
}

impl Figures {
    fn of(rounds: &[Round], seconds: u32) -> Self {
        let slowest = rounds.iter().map(|round| round.slowest).fold(f64::INFINITY, f64::min);
        let requests: f64 = rounds.iter().map(|round| round.requests).sum();
        let renewals = rounds.iter().map(|round| round.renewals).sum();
        Self { slowest, rate: requests / f64::from(seconds) / rounds.len() as f64, renewals }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_as_agents_write_them() {
        for (seconds, expected) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_782_400, "2000-02-29T00:00:00.000Z"),
            (1_795_262_645, "2026-11-21T12:04:05.000Z"),
        ] {
            assert_eq!(moment(UNIX_EPOCH + Duration::from_secs(seconds)), expected);
        }
    }
}

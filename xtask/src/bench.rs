//! `cargo xtask bench`: what a request costs, next to nginx, in one run.
//!
//! The subject has one worker and is pinned to core 0; load generator and backend double share core 1. The figure is
//! CPU time of the subject's process tree over requests served: it survives a noisy machine.

mod load;
mod process;
mod setup;

use anyhow::{Context, Result, ensure};
use process::Server;
use setup::Setup;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::{Duration, Instant};

const USAGE: &str = "usage: cargo xtask bench [--seconds N] [--rounds N]
needs nginx, wrk and taskset (Debian: apt-get install nginx-light wrk util-linux)";

/// Runs all measurements and prints them.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let options = Options::read(arguments)?;
    needs(&["nginx", "wrk", "taskset"])?;
    let status = Command::new("cargo").args(["build", "--release", "--package", "lambdagate"]).status()?;
    ensure!(status.success(), "the release build failed");
    let setup = Setup::write()?;
    let _double = setup.double()?;
    costs(&setup, &options)?;
    memory(&setup)?;
    start(&setup)
}

struct Options {
    seconds: u32,
    rounds: usize,
}

impl Options {
    fn read(arguments: &[String]) -> Result<Self> {
        let mut options = Self { seconds: 5, rounds: 3 };
        let mut rest = arguments.iter();
        while let Some(name) = rest.next() {
            let value = rest.next().with_context(|| format!("{name} needs a number\n{USAGE}"))?;
            match name.as_str() {
                "--seconds" => options.seconds = value.parse()?,
                "--rounds" => options.rounds = value.parse()?,
                _ => anyhow::bail!("unknown option {name}\n{USAGE}"),
            }
        }
        ensure!(options.seconds > 0 && options.rounds > 0, "both numbers must be at least 1\n{USAGE}");
        Ok(options)
    }
}

fn needs(programs: &[&str]) -> Result<()> {
    for program in programs {
        ensure!(process::which(program).is_some(), "{program} is missing\n{USAGE}");
    }
    Ok(())
}

/// A server that is up for the whole run, and what is asked of it.
struct Subject<'a> {
    name: &'static str,
    server: &'a Server,
    url: String,
    script: Option<String>,
    seen: Vec<load::Cost>,
}

fn costs(setup: &Setup, options: &Options) -> Result<()> {
    let nginx = setup.nginx()?;
    let gateway = setup.gateway()?;
    let (nginx_url, gateway_url) = (setup.url(setup::NGINX), setup.url(setup::GATEWAY));
    let subject = |name, server, url, script| Subject { name, server, url, script, seen: Vec::new() };
    let post = || Some(setup.post_script());
    let mut subjects = [
        subject("nginx, bare proxy, GET", &nginx, format!("{nginx_url}/plain/7"), None),
        subject("lambdagate, bare proxy, GET", &gateway, format!("{gateway_url}/plain/7"), None),
        subject("lambdagate, Lambda call, GET", &gateway, format!("{gateway_url}/call/7"), None),
        subject("nginx, bare proxy, POST 1 KB", &nginx, format!("{nginx_url}/plain/7"), post()),
        subject("lambdagate, Lambda call, POST 1 KB", &gateway, format!("{gateway_url}/call/7"), post()),
    ];
    for _ in 0..options.rounds {
        for subject in &mut subjects {
            let cost = load::run(subject.server, &subject.url, subject.script.as_deref(), options.seconds)?;
            subject.seen.push(cost);
        }
    }
    let baselines = [0, 0, 0, 3, 3].map(|at: usize| load::median(&subjects[at].seen, |cost| cost.micros));
    println!(
        "64 keep-alive connections, reply of 100 B, one worker on core 0. lambdagate: ten routes, metrics, access"
    );
    println!("log to a file. nginx: no access log. Medians of {} rounds of {} s.\n", options.rounds, options.seconds);
    println!("{:<36} {:>12} {:>9} {:>12}", "", "CPU µs/req", "÷ nginx", "requests/s");
    for (subject, baseline) in subjects.iter().zip(baselines) {
        let micros = load::median(&subject.seen, |cost| cost.micros);
        let rate = load::median(&subject.seen, |cost| cost.rate);
        println!("{:<36} {micros:>12.1} {:>9.2} {rate:>12.0}", subject.name, micros / baseline);
    }
    Ok(())
}

const IDLE: usize = 1000;

/// Resident memory of kept-alive connections after one request each.
fn memory(setup: &Setup) -> Result<()> {
    let gateway = setup.gateway()?;
    get(setup::GATEWAY, "/call/7")?; // what the first request alone needs is not a connection's
    let before = gateway.resident()?;
    let connections = (0..IDLE).map(|_| get(setup::GATEWAY, "/call/7")).collect::<Result<Vec<_>>>()?;
    let with = gateway.resident()?;
    let each = (with as f64 - before as f64) / connections.len() as f64 / 1000.0;
    println!(
        "\nresident memory: {:.1} MB, with {IDLE} idle HTTP/1.1 connections {:.1} MB: {each:.1} kB each",
        before as f64 / 1e6,
        with as f64 / 1e6
    );
    Ok(())
}

fn start(setup: &Setup) -> Result<()> {
    let mut times = Vec::new();
    for _ in 0..11 {
        let began = Instant::now();
        let server = setup.gateway_unawaited()?;
        while get(setup::GATEWAY, "/call/7").is_err() {
            ensure!(began.elapsed() < Duration::from_secs(10), "the gateway does not start");
            std::thread::sleep(Duration::from_micros(200));
        }
        times.push(began.elapsed().as_secs_f64() * 1000.0);
        drop(server);
    }
    times.sort_by(f64::total_cmp);
    println!(
        "start to first answer of a function: median {:.1} ms, longest {:.1} ms of {}",
        times[5],
        times[10],
        times.len()
    );
    Ok(())
}

/// One request on a connection of its own, which is handed back open.
fn get(port: u16, path: &str) -> Result<TcpStream> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    write!(stream, "GET {path} HTTP/1.1\r\nhost: bench\r\n\r\n")?;
    let mut seen = Vec::new();
    let mut piece = [0; 4096];
    while !seen.ends_with(setup::REPLY.as_bytes()) {
        let count = stream.read(&mut piece)?;
        ensure!(count > 0, "the connection closed: {}", String::from_utf8_lossy(&seen));
        seen.extend_from_slice(&piece[..count]);
    }
    ensure!(seen.starts_with(b"HTTP/1.1 200"), "unexpected answer: {}", String::from_utf8_lossy(&seen));
    Ok(stream)
}

//! `cargo xtask bench`: what a request costs, next to nginx, in one run.
//!
//! The subject has one worker and is pinned to core 0; load generator and backend double share core 1. The figure is
//! CPU time of the subject's process tree over requests served: it survives a noisy machine.

mod apisix;
mod load;
mod local;
mod process;
mod rotation;
mod setup;

use anyhow::{Context, Result, ensure};
use load::{Load, Post};
use process::Server;
use setup::Setup;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::{Duration, Instant};
use xtask::house::House;

const USAGE: &str = "usage: cargo xtask bench [local | rotation | apisix | expr | policies] [--seconds N] [--rounds N]
LAMBDAGATE_BENCH_PROGRAM=PATH measures that program instead of building one (rotation and apisix only);
needs nginx, wrk, h2load and taskset (Debian: apt-get install nginx-light wrk nghttp2-client util-linux)";

/// Runs all measurements and prints them.
pub(crate) fn run(house: &House, arguments: &[String]) -> Result<()> {
    match arguments {
        [one] if one == "expr" => return inner("expr", "expr"),
        [one] if one == "policies" => return inner("policy", "policies"),
        _ => {}
    }
    if let Some(("local", rest)) = arguments.split_first().map(|(first, rest)| (first.as_str(), rest)) {
        return local::run(house, &Options::read(rest)?);
    }
    if let Some(("rotation", rest)) = arguments.split_first().map(|(first, rest)| (first.as_str(), rest)) {
        let options = Options::read(rest)?;
        needs(&["nginx", "wrk", "taskset"])?;
        return rotation::run(&Setup::write(program()?)?, options.seconds, options.rounds);
    }
    if let Some(("apisix", rest)) = arguments.split_first().map(|(first, rest)| (first.as_str(), rest)) {
        let options = Options::read(rest)?;
        needs(&["nginx", "wrk", "h2load", "taskset", "etcd"])?;
        let setup = Setup::write(program()?)?;
        let _double = setup.double()?;
        return apisix::run(&setup, options.seconds, options.rounds);
    }
    let options = Options::read(arguments)?;
    needs(&["nginx", "wrk", "h2load", "taskset"])?;
    build()?;
    let setup = Setup::write(None)?;
    let _double = setup.double()?;
    costs(&setup, &options)?;
    memory(&setup)?;
    start(&setup)
}

/// A benchmark of a crate's own.
fn inner(package: &str, bench: &str) -> Result<()> {
    let arguments = ["bench", "--quiet", "--profile", "dist", "--package", package, "--bench", bench];
    let status = Command::new("cargo").args(arguments).status()?;
    ensure!(status.success(), "the benchmark failed");
    Ok(())
}

/// The program to measure; `None`: the one that is built for it now.
fn program() -> Result<Option<std::path::PathBuf>> {
    let program = std::env::var_os("LAMBDAGATE_BENCH_PROGRAM").map(std::path::PathBuf::from);
    if program.is_none() {
        build()?;
    }
    Ok(program)
}

fn build() -> Result<()> {
    let status = Command::new("cargo").args(["build", "--profile", "dist", "--package", "lambdagate"]).status()?;
    ensure!(status.success(), "the build failed");
    Ok(())
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
    post: Option<&'a Post>,
    /// The line it is compared with.
    baseline: usize,
}

fn costs(setup: &Setup, options: &Options) -> Result<()> {
    let nginx = setup.nginx()?;
    let gateway = setup.gateway()?;
    let (plain, call) = (setup.url(setup::GATEWAY, "/plain/7"), setup.url(setup::GATEWAY, "/call/7"));
    let bare = setup.url(setup::NGINX, "/plain/7");
    let post = setup.post();
    let subject =
        |name, server, url: &String, post, baseline| Subject { name, server, url: url.clone(), post, baseline };
    let subjects = [
        subject("nginx, bare proxy, GET", &nginx, &bare, None, 0),
        subject("lambdagate, bare proxy, GET", &gateway, &plain, None, 0),
        subject("lambdagate, Lambda call, GET", &gateway, &call, None, 0),
        subject("nginx, bare proxy, POST 1 KB", &nginx, &bare, Some(&post), 3),
        subject("lambdagate, Lambda call, POST 1 KB", &gateway, &call, Some(&post), 3),
    ];
    println!("{} keep-alive connections, reply of 100 B, one worker on core 0. lambdagate: ten", load::CONNECTIONS);
    println!("routes, metrics, access log to a file. nginx: no access log. Medians of {}", options.rounds);
    println!("rounds of {} s.", options.seconds);
    for (title, load) in [("at the same rate", Load::Paced), ("as fast as it goes", Load::Full)] {
        table(title, &seen(&subjects, load, options)?, &subjects);
    }
    Ok(())
}

/// Rounds take turns, so that what disturbs the machine disturbs everyone.
fn seen(subjects: &[Subject<'_>], load: Load, options: &Options) -> Result<Vec<Vec<load::Cost>>> {
    let mut seen = vec![Vec::new(); subjects.len()];
    for _ in 0..options.rounds {
        for (subject, seen) in subjects.iter().zip(&mut seen) {
            seen.push(load::run(subject.server, &subject.url, subject.post, load, options.seconds)?);
        }
    }
    Ok(seen)
}

fn table(title: &str, seen: &[Vec<load::Cost>], subjects: &[Subject<'_>]) {
    let micros: Vec<f64> = seen.iter().map(|costs| load::median(costs, |cost| cost.micros)).collect();
    println!("\n{title:<36} {:>12} {:>9} {:>12}", "CPU µs/req", "÷ nginx", "requests/s");
    for ((subject, costs), own) in subjects.iter().zip(seen).zip(&micros) {
        let (rate, ratio) = (load::median(costs, |cost| cost.rate), own / micros[subject.baseline]);
        println!("{:<36} {own:>12.1} {ratio:>9.2} {rate:>12.0}", subject.name);
    }
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

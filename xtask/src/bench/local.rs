//! `cargo xtask bench local`: calls per second of the local Lambda next to `cargo lambda watch`, in one run.
//!
//! Both run the same executable of `examples/lambda/hello-rust`, built for release, and are sent the same signed calls
//! by the same load generator, once for an answer at once and once for one after 5 ms, as a function gives that asks a
//! database. `cargo-lambda` runs one process of a function unless it is told how many: it is measured as it comes, and
//! with as many processes as there are connections.

use super::setup::await_port;
use super::{Options, needs};
use anyhow::{Context, Result, anyhow, ensure};
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use xtask::house::House;
use xtask::test::need;

const CONNECTIONS: [u32; 2] = [1, 16];
const GATEWAY: u16 = 18010;
const OURS: u16 = 18011;
const ONE: u16 = 18012;
const MANY: u16 = 18013;
const FUNCTION: &str = "hello-rust";
const EVENTS: [(&str, &str); 2] = [
    ("answers at once", r#"{"pathParameters":{"name":"you"}}"#),
    ("waits 5 ms", r#"{"pathParameters":{"name":"you"},"wait_ms":5}"#),
];

/// Someone who runs the function, for as long as this is there.
struct Runner {
    name: &'static str,
    port: u16,
    process: Child,
}

/// Builds, starts, measures, prints.
pub(super) fn run(house: &House, options: &Options) -> Result<()> {
    needs(&["wrk"])?;
    let [cargo_lambda, python] =
        need::of_the_local_bench(house).map_err(|lack| anyhow!("{} is missing: {}", lack.name, lack.why))?;
    let place = Place { folder: house.target.join("bench/local"), house: house.clone(), cargo_lambda, python };
    place.build()?;
    let runners =
        [place.ours()?, place.peer("cargo lambda watch", ONE, 1)?, place.peer("… --concurrency 16", MANY, 16)?];
    println!("calls per second, median of {} rounds of {} s", options.rounds, options.seconds);
    for (what, event) in EVENTS {
        for runner in &runners {
            place.load(runner, event, 16, 1)?; // starts its processes
        }
        let [one, many] = CONNECTIONS.map(|connections| place.medians(&runners, event, connections, options));
        print(what, &runners, &one?, &many?);
    }
    Ok(())
}

fn print(what: &str, runners: &[Runner], one: &[f64], many: &[f64]) {
    println!("\n{:<28}{:>14}{:>18}", format!("the function {what}"), "1 connection", "16 connections");
    for (at, runner) in runners.iter().enumerate() {
        println!("{:<28}{:>14.0}{:>18.0}", runner.name, one[at], many[at]);
    }
    for (at, runner) in runners.iter().enumerate().skip(1) {
        let ratio = |rates: &[f64]| rates[0] / rates[at];
        println!("{:<28}{:>13.1}×{:>17.1}×", format!("ratio to {}", runner.name), ratio(one), ratio(many));
    }
}

/// Where everything lies.
struct Place {
    house: House,
    folder: PathBuf,
    cargo_lambda: PathBuf,
    python: PathBuf,
}

impl Place {
    /// The gateway, and the function where the local Lambda looks for it.
    fn build(&self) -> Result<()> {
        cargo(&["build", "--profile", "dist", "--package", "lambdagate"])?;
        let (manifest, target) = (self.manifest(), self.target());
        cargo(&["build", "--release", "--locked", "--manifest-path", &manifest, "--target-dir", &target])?;
        let function = self.folder.join("functions").join(FUNCTION);
        fs::create_dir_all(&function)?;
        fs::write(self.folder.join("lambdagate.yaml"), config())?;
        fs::write(function.join("function.yaml"), "timeout: 30\nconcurrency: 16\n")?;
        let bootstrap = function.join("bootstrap");
        let _none_of_an_earlier_run = fs::remove_file(&bootstrap);
        fs::copy(Path::new(&target).join("release").join(FUNCTION), &bootstrap)?;
        Ok(())
    }

    fn manifest(&self) -> String {
        self.house.root.join("examples/lambda/hello-rust/Cargo.toml").display().to_string()
    }

    fn target(&self) -> String {
        self.house.target.join("hello-rust").display().to_string()
    }

    fn ours(&self) -> Result<Runner> {
        let mut dev = Command::new(self.house.target.join("dist/lambdagate"));
        dev.args(["dev", ".", "--lambda", &format!("127.0.0.1:{OURS}")]);
        Runner::start("lambdagate dev", OURS, dev.current_dir(&self.folder))
    }

    /// It builds the function itself, or finds that there is nothing to build.
    fn peer(&self, name: &'static str, port: u16, concurrency: u32) -> Result<Runner> {
        let mut watch = Command::new(&self.cargo_lambda);
        watch.args(["lambda", "watch", "--quiet", "--release", "--ignore-changes", "--invoke-address", "127.0.0.1"]);
        watch.args(["--invoke-port", &port.to_string(), "--concurrency", &concurrency.to_string()]);
        watch.env("CARGO_TARGET_DIR", self.target());
        Runner::start(name, port, watch.current_dir(self.house.root.join("examples/lambda/hello-rust")))
    }

    /// The middle rate of each, taken in turns.
    fn medians(&self, runners: &[Runner], event: &str, connections: u32, options: &Options) -> Result<Vec<f64>> {
        let mut rates = vec![Vec::new(); runners.len()];
        for _ in 0..options.rounds {
            for (runner, rates) in runners.iter().zip(&mut rates) {
                rates.push(self.load(runner, event, connections, options.seconds)?);
            }
        }
        let middle = |mut rates: Vec<f64>| {
            rates.sort_by(f64::total_cmp);
            rates[rates.len() / 2]
        };
        Ok(rates.into_iter().map(middle).collect())
    }

    fn load(&self, runner: &Runner, event: &str, connections: u32, seconds: u32) -> Result<f64> {
        let path = format!("/2015-03-31/functions/{FUNCTION}/invocations");
        let headers = self.sign(runner.port, &path, event)?;
        let url = format!("http://127.0.0.1:{}{path}", runner.port);
        check(runner.port, &path, &headers, event)
            .with_context(|| format!("{} does not run the function", runner.name))?;
        let script = self.folder.join("call.lua");
        let lines =
            headers.iter().map(|(name, value)| format!("wrk.headers['{name}'] = '{value}'\n")).collect::<String>();
        fs::write(&script, format!("wrk.method = 'POST'\nwrk.body = '{event}'\n{lines}"))?;
        let (connections, seconds) = (connections.to_string(), format!("{seconds}s"));
        let output = Command::new("wrk")
            .args(["-t", "1", "-c", &connections, "-d", &seconds, "-s"])
            .arg(&script)
            .arg(&url)
            .output()?;
        let text = String::from_utf8_lossy(&output.stdout);
        let served = output.status.success() && !text.contains("Non-2xx") && !text.contains("Socket errors");
        ensure!(served, "{} did not answer every call:\n{text}", runner.name);
        let rate = text.lines().find_map(|line| line.strip_prefix("Requests/sec:")).context("wrk gave no rate")?;
        Ok(rate.trim().parse()?)
    }

    /// Header fields with a signature, which is good for five minutes: botocore makes it.
    fn sign(&self, port: u16, path: &str, event: &str) -> Result<Vec<(String, String)>> {
        const CODE: &str = "import sys, botocore.auth, botocore.awsrequest, botocore.credentials as c\n\
            request = botocore.awsrequest.AWSRequest('POST', sys.argv[1], data=sys.argv[2])\n\
            botocore.auth.SigV4Auth(c.Credentials('local', 'local'), 'lambda', 'us-east-1').add_auth(request)\n\
            print('\\n'.join(f'{name}: {value}' for name, value in request.headers.items()))";
        let url = format!("http://127.0.0.1:{port}{path}");
        let output = Command::new(&self.python).args(["-c", CODE, &url, event]).output()?;
        ensure!(output.status.success(), "cannot sign: {}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout)?;
        Ok(text.lines().filter_map(|line| line.split_once(": ")).map(|(n, v)| (n.to_owned(), v.to_owned())).collect())
    }
}

impl Runner {
    fn start(name: &'static str, port: u16, command: &mut Command) -> Result<Self> {
        // Keys of the caller's environment would be those that the local Lambda takes.
        command.env_remove("AWS_ACCESS_KEY_ID").env_remove("AWS_SECRET_ACCESS_KEY");
        let process = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let runner = Self { name, port, process: process.with_context(|| format!("cannot start {name}"))? };
        await_port(port)?;
        Ok(runner)
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        let _gone_already = Command::new("kill").args(["-TERM", &self.process.id().to_string()]).status();
        let _ = self.process.wait();
    }
}

fn cargo(arguments: &[&str]) -> Result<()> {
    let status = Command::new("cargo").args(arguments).status()?;
    ensure!(status.success(), "`cargo {}` failed", arguments.join(" "));
    Ok(())
}

fn config() -> String {
    format!("listen: 127.0.0.1:{GATEWAY}\nroutes: [{{ match: {{ path: /hello }}, function: {FUNCTION} }}]\n")
}

/// One call, whose answer must be the function's.
fn check(port: u16, path: &str, headers: &[(String, String)], event: &str) -> Result<()> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(120)))?;
    let lines = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect::<String>();
    let length = event.len();
    write!(
        stream,
        "POST {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nconnection: close\r\n{lines}content-length: {length}\r\n\r\n{event}"
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    ensure!(answer.starts_with("HTTP/1.1 200") && answer.contains("Hello, you!"), "unexpected answer: {answer}");
    Ok(())
}

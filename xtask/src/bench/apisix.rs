//! `cargo xtask bench apisix`: a hundred thousand routes out of etcd, next to ten: loading, memory, a request, one change.

use super::load::{self, Load};
use super::process::which;
use super::setup::{DOUBLE, GATEWAY, Setup, await_port};
use anyhow::{Context, Result, ensure};
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const ETCD: u16 = 18010;
const PEER: u16 = 18011;
const ADMIN: u16 = 18012;
const KEY: &str = "bench";
/// What is compared.
const ROUTES: [usize; 2] = [10, 100_000];
/// Changes that are measured.
const CHANGES: usize = 21;
/// How long loading may take at most.
const LONGEST: Duration = Duration::from_secs(300);
/// Routes that etcd takes at once.
const AT_ONCE: usize = 100;

/// What was seen with so many routes.
struct Seen {
    routes: usize,
    /// Milliseconds from start to the first answer of the last route.
    start: f64,
    megabytes: f64,
    /// CPU microseconds of a request.
    micros: f64,
    /// Milliseconds of a change until it is in force: the middle one, and the longest.
    change: (f64, f64),
}

pub(super) fn run(setup: &Setup, seconds: u32, rounds: usize) -> Result<()> {
    let seen = ROUTES.iter().map(|routes| one(setup, *routes, seconds, rounds)).collect::<Result<Vec<_>>>()?;
    println!("routes of Apache APISIX out of etcd, one worker on core 0; requests go to an upstream. Medians of");
    println!("{rounds} rounds of {seconds} s, and of {CHANGES} changes.\n");
    println!("{:>8} {:>16} {:>12} {:>12} {:>22}", "routes", "start to answer", "resident", "CPU µs/req", "one PUT, ms");
    for Seen { routes, start, megabytes, micros, change: (middle, longest) } in &seen {
        println!(
            "{routes:>8} {start:>13.0} ms {megabytes:>9.1} MB {micros:>12.1} {middle:>13.1}, at most {longest:.1}"
        );
    }
    println!("\na request among many costs {:.2} × one among few", seen[1].micros / seen[0].micros);
    Ok(())
}

fn one(setup: &Setup, routes: usize, seconds: u32, rounds: usize) -> Result<Seen> {
    let folder = setup.folder("apisix")?;
    let _etcd = Etcd::start(&folder)?;
    fill(routes)?;
    let config = format!(
        "apisix:\n  node_listen: [{{ip: 127.0.0.1, port: {GATEWAY}}}]\n\
         deployment:\n  etcd: {{host: ['http://127.0.0.1:{ETCD}']}}\n  admin:\n\
         \x20   admin_listen: {{ip: 127.0.0.1, port: {ADMIN}}}\n    admin_key: [{{name: a, key: {KEY}, role: admin}}]\n"
    );
    fs::create_dir_all(folder.join("conf"))?;
    fs::write(folder.join("conf/config.yaml"), config)?;
    let text = |name: &str| folder.join(name).display().to_string();
    let began = Instant::now();
    let gateway = setup.program(&[
        "run",
        "--apisix",
        &text("conf"),
        "--data",
        &text("data"),
        "--workers",
        "1",
        "--access-log",
        &text("access.log"),
    ])?;
    let last = format!("/plain/{}", routes - 1);
    while !answers(GATEWAY, &last) {
        ensure!(began.elapsed() < LONGEST, "{routes} routes are not loaded");
        std::thread::sleep(Duration::from_millis(1));
    }
    let start = began.elapsed().as_secs_f64() * 1000.0;
    let megabytes = gateway.resident()? as f64 / 1e6;
    let url = setup.url(GATEWAY, &format!("/plain/{}", routes / 2));
    let costs =
        (0..rounds).map(|_| load::run(&gateway, &url, None, Load::Paced, seconds)).collect::<Result<Vec<_>>>()?;
    Ok(Seen { routes, start, megabytes, micros: load::median(&costs, |cost| cost.micros), change: changes(routes)? })
}

/// Puts one route again and again; what was answered is in force.
fn changes(routes: usize) -> Result<(f64, f64)> {
    let mut times = Vec::new();
    for change in 0..CHANGES {
        let path = format!("/plain/changed/{change}");
        let began = Instant::now();
        let target = format!("/apisix/admin/routes/{}", routes / 2 + 1);
        let answer = ask(ADMIN, "PUT", &target, &route(&path, ""))?;
        times.push(began.elapsed().as_secs_f64() * 1000.0);
        ensure!(answer.starts_with("HTTP/1.1 20"), "a change was refused: {answer}");
        ensure!(answers(GATEWAY, &path), "a change was answered and is not in force");
    }
    times.sort_by(f64::total_cmp);
    Ok((times[CHANGES / 2], times[CHANGES - 1]))
}

fn route(uri: &str, more: &str) -> String {
    format!(
        r#"{{"uri":"{uri}","plugins":{{}},"upstream":{{"type":"roundrobin","nodes":{{"127.0.0.1:{DOUBLE}":1}}}}{more}}}"#
    )
}

/// Whether the path is answered by the upstream.
fn answers(port: u16, path: &str) -> bool {
    ask(port, "GET", path, "").is_ok_and(|answer| answer.starts_with("HTTP/1.1 200"))
}

fn ask(port: u16, method: &str, target: &str, body: &str) -> Result<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    let length = body.len();
    write!(
        stream,
        "{method} {target} HTTP/1.1\r\nhost: bench\r\nx-api-key: {KEY}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

/// Writes routes into etcd as APISIX's own Admin API does.
fn fill(routes: usize) -> Result<()> {
    for first in (0..routes).step_by(AT_ONCE) {
        let puts = (first..routes.min(first + AT_ONCE)).map(|at| {
            let more = format!(r#","id":"{at}","create_time":1,"update_time":1"#);
            let object = route(&format!("/plain/{at}"), &more);
            let key = coded(format!("/apisix/routes/{at}").as_bytes());
            format!(r#"{{"request_put":{{"key":"{key}","value":"{}"}}}}"#, coded(object.as_bytes()))
        });
        let puts: Vec<String> = puts.collect();
        let answer = ask(ETCD, "POST", "/v3/kv/txn", &format!(r#"{{"success":[{}]}}"#, puts.join(",")))?;
        ensure!(answer.contains("\"succeeded\":true"), "etcd refuses: {answer}");
    }
    Ok(())
}

/// Base64.
fn coded(bytes: &[u8]) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for part in bytes.chunks(3) {
        let at = |index: usize| u32::from(part.get(index).copied().unwrap_or(0));
        let number = (at(0) << 16) | (at(1) << 8) | at(2);
        for place in 0..4 {
            let sign = SIGNS[(number >> (18 - 6 * place)) as usize & 63] as char;
            text.push(if place > part.len() { '=' } else { sign });
        }
    }
    text
}

/// An etcd of its own, ended when dropped.
struct Etcd(Child);

impl Etcd {
    fn start(folder: &Path) -> Result<Self> {
        let (client, peer) = (format!("http://127.0.0.1:{ETCD}"), format!("http://127.0.0.1:{PEER}"));
        let program = which("etcd").context("etcd is missing (Debian: apt-get install etcd-server)")?;
        let mut command = Command::new(program);
        command.arg("--data-dir").arg(folder.join("etcd")).args(["--name", "one", "--logger", "zap"]);
        command.args(["--listen-client-urls", &client, "--advertise-client-urls", &client]);
        command.args(["--listen-peer-urls", &peer, "--initial-advertise-peer-urls", &peer]);
        command.args(["--initial-cluster", &format!("one={peer}")]).stdout(Stdio::null()).stderr(Stdio::null());
        let etcd = Self(command.spawn().context("etcd cannot be started")?);
        await_port(ETCD)?;
        Ok(etcd)
    }
}

impl Drop for Etcd {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

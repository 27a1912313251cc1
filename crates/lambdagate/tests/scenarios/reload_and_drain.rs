//! Reload and drain under load: nobody who was let in is turned away.

use crate::client::Client;
use crate::gate::Gate;
use crate::site::Site;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;

const CONNECTIONS: usize = 64;

fn config(generation: usize) -> String {
    format!(
        "listen: 127.0.0.1:0\nroutes:\n  - match: {{ path: /generation }}\n    respond: {{ status: 200, body: '{generation}' }}\n\
         \x20 - match: {{ path: /call }}\n    function: hello\n"
    )
}

fn site() -> Site {
    Site::new(&config(0)).node("hello", "return 'hello';").settings("hello", "concurrency: 64\n")
}

/// Clients that send one request after the other until told to stop.
struct Load {
    stop: Arc<AtomicBool>,
    served: Arc<AtomicUsize>,
    threads: Vec<JoinHandle<Vec<String>>>,
}

impl Load {
    fn start(address: SocketAddr, target: &'static str, follow: bool) -> Self {
        let (stop, served) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let threads = (0..CONNECTIONS)
            .map(|_| {
                let (stop, served) = (stop.clone(), served.clone());
                std::thread::spawn(move || ask(address, target, follow, &stop, &served))
            })
            .collect();
        Self { stop, served, threads }
    }

    fn wait_served(&self, count: usize) {
        let target = self.served.load(Ordering::Relaxed) + count;
        while self.served.load(Ordering::Relaxed) < target {
            std::thread::yield_now();
        }
    }

    /// What failed.
    fn end(self) -> Vec<String> {
        self.stop.store(true, Ordering::Relaxed);
        self.threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    }
}

/// Asks until told to stop; a connection that the server asked to close is opened anew. With `follow` false the
/// server is about to leave: no new connection is then a good end. Every request on an open connection must be answered.
fn ask(address: SocketAddr, target: &str, follow: bool, stop: &AtomicBool, served: &AtomicUsize) -> Vec<String> {
    let mut failures = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let mut client = match Client::connect(address) {
            Ok(client) => client,
            Err(cause) if !follow && cause.kind() == ErrorKind::ConnectionRefused => break,
            Err(cause) => {
                failures.push(format!("connect: {cause}"));
                break;
            }
        };
        while !stop.load(Ordering::Relaxed) {
            match client.request("GET", target, &[], b"") {
                Ok(answer) if answer.status == 200 => {
                    served.fetch_add(1, Ordering::Relaxed);
                    if answer.header("connection") == Some("close") {
                        break;
                    }
                }
                Ok(answer) => failures.push(format!("{}: {}", answer.status, answer.text())),
                Err(cause) => {
                    failures.push(format!("request: {cause}"));
                    break;
                }
            }
        }
    }
    failures
}

#[test]
fn twenty_reloads_under_load_fail_no_request() {
    let site = site();
    let gate = Gate::dev(&site);
    assert_eq!(gate.get("/call").status, 200);
    let load = Load::start(gate.address(), "/generation", true);
    for generation in 1..=20 {
        site.write("lambdagate.yaml", &config(generation));
        while gate.get("/generation").text() != generation.to_string() {
            std::thread::yield_now();
        }
        load.wait_served(CONNECTIONS);
    }
    assert_eq!(load.end(), Vec::<String>::new());
}

#[test]
fn a_broken_file_leaves_the_old_one_serving_and_says_where_it_broke() {
    let site = site();
    let gate = Gate::dev(&site);
    site.write(
        "lambdagate.yaml",
        "listen: 127.0.0.1:0\nroutes:\n  - match: { path: /generation }\n    respnd: { status: 200 }\n",
    );
    gate.logged(&["lambdagate.yaml:4", "respnd"]);
    assert_eq!(gate.get("/generation").text(), "0");
    site.write("lambdagate.yaml", "routes: [");
    gate.logged_times(2, &["lambdagate.yaml:"]);
    assert_eq!(gate.get("/generation").text(), "0");
    site.write("lambdagate.yaml", &config(5));
    while gate.get("/generation").text() != "5" {
        std::thread::yield_now();
    }
}

#[test]
fn hup_reads_the_source_again() {
    let site = site();
    let gate = Gate::dev(&site);
    gate.signal("HUP");
    gate.logged(&["reload"]);
    assert_eq!(gate.get("/generation").text(), "0");
}

#[test]
fn ten_drains_under_load_fail_no_request() {
    for target in ["/generation", "/call"].into_iter().cycle().take(10) {
        let site = site();
        let mut gate = Gate::dev(&site);
        let load = Load::start(gate.address(), target, false);
        load.wait_served(2 * CONNECTIONS);
        gate.signal("TERM");
        assert!(gate.wait().success(), "a drain is a clean end");
        assert_eq!(load.end(), Vec::<String>::new());
    }
}

//! The binary at work: started on free ports, its log read line by line, ended with the test.

use crate::client::{Answer, Client};
use crate::kept::Kept;
use crate::site::Site;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

/// Longer than anything here takes, on a slow machine too.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long a gateway may go on when its test is over.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// Who waits for a function then has no answer any more.
const FAREWELL: Duration = Duration::from_secs(2);

/// A running gateway.
pub(crate) struct Gate {
    child: Child,
    log: Arc<Log>,
    kept: Kept,
    /// The addresses it listens on, in order.
    pub(crate) addresses: Vec<SocketAddr>,
}

#[derive(Default)]
struct Log {
    lines: Mutex<Vec<String>>,
    /// Streams that have ended: after both nothing more comes.
    ended: AtomicUsize,
    more: Condvar,
}

impl Log {
    fn push(&self, line: String) {
        self.lines.lock().unwrap().push(line);
        self.more.notify_all();
    }

    fn end(&self) {
        let _lines = self.lines.lock().unwrap();
        self.ended.fetch_add(1, Ordering::SeqCst);
        self.more.notify_all();
    }

    /// Waits until nothing more comes, or the time is over.
    fn wait_for_end(&self, patience: Duration) {
        let lines = self.lines.lock().unwrap();
        let goes_on = |_: &mut Vec<String>| self.ended.load(Ordering::SeqCst) < 2;
        let _ended = self.more.wait_timeout_while(lines, patience, goes_on).unwrap();
    }

    /// Waits for lines until `choose` finds what it wants.
    fn wait<T>(&self, what: &str, mut choose: impl FnMut(&[String]) -> Option<T>) -> T {
        let mut lines = self.lines.lock().unwrap();
        loop {
            if let Some(found) = choose(&lines) {
                return found;
            }
            let ended = self.ended.load(Ordering::SeqCst) == 2;
            assert!(!ended, "the gateway has ended, and there is no {what} in its log:\n{}", lines.join("\n"));
            let (next, late) = self.more.wait_timeout(lines, PATIENCE).unwrap();
            lines = next;
            assert!(!late.timed_out(), "no {what} in the log:\n{}", lines.join("\n"));
        }
    }
}

impl Gate {
    /// `lambdagate dev` on a free port, with a local Lambda on a free port.
    pub(crate) fn dev(site: &Site) -> Self {
        Self::start(site, &["dev", ".", "--lambda", "127.0.0.1:0"])
    }

    /// `lambdagate …` in the site's folder, until it listens.
    pub(crate) fn start(site: &Site, arguments: &[&str]) -> Self {
        Self::start_with(site, arguments, &[])
    }

    /// The same, with further variables in its environment.
    pub(crate) fn start_with(site: &Site, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut gate = Self::spawn(site, arguments, variables);
        gate.addresses = gate.log.wait("line that says serving", |lines| {
            let serving = lines.iter().any(|line| message(line) == "serving");
            serving
                .then(|| lines.iter().filter(|line| message(line) == "listening").filter_map(|l| address(l)).collect())
        });
        gate
    }

    fn spawn(site: &Site, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let kept = Kept::of(site, variables);
        let status: &[&str] = if arguments.contains(&"--status") { &[] } else { &["--status", "127.0.0.1:0"] };
        let mut child = command(site)
            .env("LAMBDAGATE_LOG", "debug")
            .envs(variables.iter().copied())
            .args(arguments)
            .args(status)
            .args(["--log-format", "json"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log = Arc::new(Log::default());
        for stream in [
            Box::new(child.stdout.take().unwrap()) as Box<dyn std::io::Read + Send>,
            Box::new(child.stderr.take().unwrap()),
        ] {
            let log = log.clone();
            std::thread::spawn(move || {
                for line in BufReader::new(stream).lines().map_while(Result::ok) {
                    log.push(line);
                }
                log.end();
            });
        }
        Self { child, log, kept, addresses: Vec::new() }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.addresses[0]
    }

    pub(crate) fn client(&self) -> Client {
        Client::connect(self.address()).unwrap()
    }

    /// One request on a connection of its own.
    pub(crate) fn request(&self, method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        self.client().request(method, target, headers, body).unwrap()
    }

    pub(crate) fn get(&self, target: &str) -> Answer {
        self.request("GET", target, &[], b"")
    }

    /// A page of the status port, which must have been asked for.
    pub(crate) fn status_page(&self, path: &str) -> String {
        let address = address(&self.logged(&["\"status port\""])).unwrap();
        Client::connect(address).unwrap().request("GET", path, &[], b"").unwrap().text()
    }

    /// Waits for a log line that holds all these texts.
    pub(crate) fn logged(&self, texts: &[&str]) -> String {
        let holds = |line: &&String| texts.iter().all(|text| line.contains(text));
        self.log.wait(&format!("{texts:?}"), |lines| lines.iter().find(holds).cloned())
    }

    /// The address in the first log line that holds this text.
    pub(crate) fn logged_address(&self, text: &str) -> SocketAddr {
        address(&self.logged(&[text])).unwrap()
    }

    /// Number of log lines that hold all these texts, once there are at least `count`.
    pub(crate) fn logged_times(&self, count: usize, texts: &[&str]) {
        let holds = |line: &&String| texts.iter().all(|text| line.contains(text));
        let enough = |lines: &[String]| (lines.iter().filter(holds).count() >= count).then_some(());
        self.log.wait(&format!("{count} × {texts:?}"), enough);
    }

    /// Everything that was logged, once the process has ended.
    pub(crate) fn all_logged(&self) -> String {
        let mut lines = self.log.lines.lock().unwrap();
        while self.log.ended.load(Ordering::SeqCst) < 2 {
            lines = self.log.more.wait_timeout(lines, PATIENCE).unwrap().0;
        }
        lines.join("\n")
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal by name.
    pub(crate) fn signal(&self, name: &str) {
        let status = Command::new("kill").args([&format!("-{name}"), &self.pid().to_string()]).status().unwrap();
        assert!(status.success());
    }

    pub(crate) fn wait(&mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }
}

impl Gate {
    /// Ends it, and searches all that it said, figures included, for what must not be told.
    fn end(&mut self) -> Vec<String> {
        let mut said = Vec::new();
        if let Ok(None) = self.child.try_wait() {
            let known = |lines: &[String]| lines.iter().find(|line| line.contains("\"status port\"")).cloned();
            let port = known(&self.log.lines.lock().unwrap()).and_then(|line| address(&line));
            for path in ["/status", "/metrics"] {
                let page = port.and_then(|port| Client::connect(port).ok()?.request("GET", path, &[], b"").ok());
                said.extend(page.map(|page| page.text()));
            }
        }
        if let Ok(None) = self.child.try_wait() {
            self.signal("TERM"); // what is still to be said is said
            self.log.wait_for_end(LAST_WORDS);
        }
        self.leave();
        said.push(self.all_logged());
        said.iter().flat_map(|said| self.kept.told_in(said)).map(str::to_owned).collect()
    }
}

impl Gate {
    /// Lets it say its last lines; one that does not end by itself is killed.
    fn leave(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            self.signal("TERM");
            let lines = self.log.lines.lock().unwrap();
            let speaks = |_: &mut Vec<String>| self.log.ended.load(Ordering::SeqCst) < 2;
            drop(self.log.more.wait_timeout_while(lines, FAREWELL, speaks));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let told = self.end();
            assert!(told.is_empty(), "the gateway tells secrets:\n{}", told.join("\n"));
            return;
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
        let lines = self.log.lines.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        eprintln!("--- log of the gateway\n{}\n---", lines.join("\n"));
    }
}

/// The binary in the site's folder, with an environment of nothing but what it needs.
pub(crate) fn command(site: &Site) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lambdagate"));
    command.current_dir(site.path()).env_clear().stdin(Stdio::null());
    command.env("AWS_EC2_METADATA_DISABLED", "true"); // nobody outside of this machine is asked
    command.env("KONG_ADMIN_LISTEN", "127.0.0.1:0"); // many gateways run at once
    command.env("KONG_STATUS_LISTEN", "off");
    for name in ["PATH", "HOME", "LANG"] {
        if let Ok(value) = std::env::var(name) {
            command.env(name, value);
        }
    }
    command
}

fn message(line: &str) -> String {
    let parsed: serde_json::Value = serde_json::from_str(line).unwrap_or_default();
    let text = parsed["fields"]["message"].as_str().or(parsed["message"].as_str());
    text.unwrap_or_default().to_owned()
}

fn address(line: &str) -> Option<SocketAddr> {
    let parsed: serde_json::Value = serde_json::from_str(line).ok()?;
    let text = parsed["fields"]["address"].as_str().or(parsed["address"].as_str())?;
    text.parse().ok()
}

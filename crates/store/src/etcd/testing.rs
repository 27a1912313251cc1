//! A real etcd for tests: on a loopback port, in a folder of its own, ended with its owner.

use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long it may take to start.
const START: Duration = Duration::from_secs(60);
/// Between two looks whether it has.
const LOOK: Duration = Duration::from_millis(20);

/// A cluster of one.
pub struct Etcd {
    folder: tempfile::TempDir,
    client: SocketAddr,
    peer: SocketAddr,
    more: Vec<String>,
    scheme: &'static str,
    child: Option<Child>,
    token: Option<String>,
}

impl Etcd {
    /// Whether this machine has etcd.
    pub fn is_installed() -> bool {
        let mut command = Command::new("etcd");
        command.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    }

    /// Starts one and waits until it answers.
    pub fn start() -> Self {
        Self::with("http", &[])
    }

    /// The same with more arguments.
    pub fn with(scheme: &'static str, more: &[String]) -> Self {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let (client, peer, more) = (free(), free(), more.to_vec());
        let mut etcd = Self { folder, client, peer, more, scheme, child: None, token: None };
        etcd.restart();
        etcd
    }

    /// Where clients reach it.
    pub fn url(&self) -> String {
        format!("{}://{}", self.scheme, self.client)
    }

    /// A folder that ends with it.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Kills it on the spot. Its data stays.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Starts it again on its data, and waits until it answers.
    pub fn restart(&mut self) {
        self.kill();
        let (client, peer) = (self.url(), format!("http://{}", self.peer));
        let log = std::fs::File::create(self.folder().join("log")).expect("the folder can be written");
        let mut command = Command::new("etcd");
        command.arg("--data-dir").arg(self.folder().join("data")).args(["--name", "one"]);
        command.args(["--listen-client-urls", &client, "--advertise-client-urls", &client]);
        command.args(["--listen-peer-urls", &peer, "--initial-advertise-peer-urls", &peer]);
        command.args(["--initial-cluster", &format!("one={peer}"), "--logger", "zap"]).args(&self.more);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        self.child = Some(command.spawn().expect("etcd is installed"));
        let began = Instant::now();
        while !self.answers() {
            let told = || std::fs::read_to_string(self.folder().join("log")).unwrap_or_default();
            assert!(began.elapsed() < START, "etcd does not answer: {}", told());
            std::thread::sleep(LOOK);
        }
    }

    fn answers(&self) -> bool {
        if self.scheme == "https" {
            return TcpStream::connect(self.client).is_ok(); // whoever asks next asks until there is an answer
        }
        self.ask("GET", "/health", "").is_some_and(|text| text.contains("\"true\""))
    }

    /// Writes a value, and tells etcd's revision.
    pub fn put(&self, key: &str, value: &str) -> u64 {
        revision(&self.post("/v3/kv/put", &json!({"key": coded(key), "value": coded(value)})))
    }

    /// Removes a key, and tells etcd's revision.
    pub fn delete(&self, key: &str) -> u64 {
        revision(&self.post("/v3/kv/deleterange", &json!({"key": coded(key)})))
    }

    /// What it has under a key: `value`, `lease`, revisions.
    pub fn find(&self, key: &str) -> Option<Value> {
        let mut found = self.post("/v3/kv/range", &json!({"key": coded(key)})).pointer_mut("/kvs/0")?.take();
        found["value"] = json!(decoded(found["value"].as_str().unwrap_or_default()));
        Some(found)
    }

    /// Forgets what was before this revision.
    pub fn compact(&self, revision: u64) {
        self.post("/v3/kv/compaction", &json!({"revision": revision.to_string(), "physical": true}));
    }

    /// From now on everybody must be `root` with this password.
    pub fn demand(&mut self, password: &str) {
        let root = json!({"name": "root", "password": password});
        self.post("/v3/auth/user/add", &root);
        self.post("/v3/auth/role/add", &json!({"name": "root"}));
        self.post("/v3/auth/user/grant", &json!({"user": "root", "role": "root"}));
        self.post("/v3/auth/enable", &json!({}));
        self.token = self.post("/v3/auth/authenticate", &root)["token"].as_str().map(str::to_owned);
    }

    /// Asks anything in the JSON form of its API.
    pub fn post(&self, path: &str, body: &Value) -> Value {
        let answer = self.ask("POST", path, &body.to_string()).expect("etcd answers");
        let value: Value = serde_json::from_str(&answer).unwrap_or_default();
        assert!(value.get("error").is_none(), "{path}: {answer}");
        value
    }

    fn ask(&self, method: &str, path: &str, body: &str) -> Option<String> {
        let mut stream = TcpStream::connect(self.client).ok()?;
        let token = self.token.iter().map(|token| format!("authorization: {token}\r\n")).collect::<String>();
        let length = body.len();
        write!(stream, "{method} {path} HTTP/1.0\r\n{token}content-length: {length}\r\n\r\n{body}").ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        Some(answer.split_once("\r\n\r\n")?.1.to_owned())
    }
}

impl Drop for Etcd {
    fn drop(&mut self) {
        self.kill();
    }
}

fn free() -> SocketAddr {
    let socket = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    socket.local_addr().expect("a listener has an address")
}

fn coded(text: &str) -> String {
    super::wire::coded(text)
}

fn decoded(text: &str) -> String {
    use base64::Engine;
    let bytes = base64::engine::general_purpose::STANDARD.decode(text).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

fn revision(answer: &Value) -> u64 {
    answer["header"]["revision"].as_str().and_then(|text| text.parse().ok()).unwrap_or_default()
}

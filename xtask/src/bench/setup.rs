//! The servers of a benchmark and their files, in `target/bench`.

use super::load::Post;
use super::process::Server;
use anyhow::{Result, ensure};
use std::fs;
use std::net::TcpStream;
use std::path::PathBuf;
use std::time::{Duration, Instant};

pub(super) const GATEWAY: u16 = 18000;
pub(super) const NGINX: u16 = 18001;
pub(super) const DOUBLE: u16 = 18002;

/// 100 bytes, as an upstream's body and inside a function's reply.
pub(super) const REPLY: &str =
    "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789";

/// Files written, programs known.
pub(super) struct Setup {
    folder: PathBuf,
    gateway: PathBuf,
}

impl Setup {
    /// For the program at this place, or for the one that is built for benchmarks.
    pub(super) fn write(program: Option<PathBuf>) -> Result<Self> {
        let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize()?;
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
        let folder = target.join("bench");
        fs::create_dir_all(folder.join("logs"))?; // not beside the configuration, whose folder is watched
        let setup = Self { gateway: program.unwrap_or_else(|| target.join("dist/lambdagate")), folder };
        fs::write(setup.file("double.conf"), setup.double_conf())?;
        fs::write(setup.file("nginx.conf"), setup.nginx_conf())?;
        fs::write(setup.file("lambdagate.yaml"), gateway_conf())?;
        fs::write(setup.file("post.txt"), "x".repeat(1024))?;
        fs::write(
            setup.file("post.lua"),
            "wrk.method = 'POST'\nwrk.body = string.rep('x', 1024)\nwrk.headers['content-type'] = 'text/plain'\n",
        )?;
        Ok(setup)
    }

    /// What stands behind: nginx that answers like an upstream under `/plain` and like the Invoke API elsewhere.
    pub(super) fn double(&self) -> Result<Server> {
        let server = Server::start(1, "nginx", &["-c", &self.file("double.conf")])?;
        await_port(DOUBLE)?;
        Ok(server)
    }

    pub(super) fn nginx(&self) -> Result<Server> {
        let server = Server::start(0, "nginx", &["-c", &self.file("nginx.conf")])?;
        await_port(NGINX)?;
        Ok(server)
    }

    pub(super) fn gateway(&self) -> Result<Server> {
        let server = self.gateway_unawaited()?;
        await_port(GATEWAY)?;
        Ok(server)
    }

    pub(super) fn gateway_unawaited(&self) -> Result<Server> {
        let (config, log) = (self.file("lambdagate.yaml"), self.file("logs/access.log"));
        let program = self.gateway.display().to_string();
        Server::start(0, &program, &["run", &config, "--workers", "1", "--access-log", &log])
    }

    /// The gateway with these arguments.
    pub(super) fn program(&self, arguments: &[&str]) -> Result<Server> {
        Server::start(0, &self.gateway.display().to_string(), arguments)
    }

    /// An empty folder of the benchmark's own.
    pub(super) fn folder(&self, name: &str) -> Result<PathBuf> {
        let folder = self.folder.join(name);
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        Ok(folder)
    }

    /// A file of the benchmark's own.
    pub(super) fn written(&self, name: &str, text: &str) -> Result<String> {
        fs::write(self.file(name), text)?;
        Ok(self.file(name))
    }

    /// The gateway, with the keys that this agent gives.
    pub(super) fn gateway_with_keys_of(&self, agent: &str) -> Result<Server> {
        let keys = "credentials: container\n";
        let config =
            gateway_conf().lines().fold(String::new(), |all, line| match line.trim().starts_with("credentials:") {
                true => all + "  " + keys,
                false => all + line + "\n",
            });
        let (config, log) = (self.written("rotation.yaml", &config)?, self.file("logs/access.log"));
        let variable = format!("AWS_CONTAINER_CREDENTIALS_FULL_URI={agent}");
        let program = self.gateway.display().to_string();
        let server =
            Server::start(0, "env", &[&variable, &program, "run", &config, "--workers", "1", "--access-log", &log])?;
        await_port(GATEWAY)?;
        Ok(server)
    }

    pub(super) fn url(&self, port: u16, path: &str) -> String {
        format!("http://127.0.0.1:{port}{path}")
    }

    pub(super) fn post(&self) -> Post {
        Post { script: self.file("post.lua"), body: self.file("post.txt") }
    }

    fn file(&self, name: &str) -> String {
        self.folder.join(name).display().to_string()
    }

    fn nginx_head(&self, name: &str) -> String {
        format!(
            "daemon off; worker_processes 1; pid {pid}; error_log {error};\n\
             events {{ worker_connections 4096; }}\n\
             http {{ access_log off; keepalive_requests 100000000; client_body_temp_path {temp}; proxy_temp_path {temp};\n\
             fastcgi_temp_path {temp}; uwsgi_temp_path {temp}; scgi_temp_path {temp};\n",
            pid = self.file(&format!("{name}.pid")),
            error = self.file(&format!("{name}.error")),
            temp = self.file("temp"),
        )
    }

    fn double_conf(&self) -> String {
        let payload = format!(r#"{{"statusCode":200,"headers":{{"content-type":"text/plain"}},"body":"{REPLY}"}}"#);
        format!(
            "{head} server {{ listen 127.0.0.1:{DOUBLE};\n\
             location /plain {{ default_type text/plain; return 200 '{REPLY}'; }}\n\
             location / {{ default_type application/json; add_header x-amzn-RequestId 6f7f84a2-3b0c-4a53-8b1e-0d4d5a6e7f80;\n\
             add_header X-Amz-Executed-Version $LATEST_VERSION; return 200 '{payload}'; }}\n}}\n}}\n",
            head = self.nginx_head("double"),
        )
        .replace("$LATEST_VERSION", "7")
    }

    fn nginx_conf(&self) -> String {
        format!(
            "{head} upstream double {{ server 127.0.0.1:{DOUBLE}; keepalive 128; keepalive_requests 100000000; }}\n\
             server {{ listen 127.0.0.1:{NGINX};\n{routes}}}\n}}\n",
            head = self.nginx_head("nginx"),
            routes = (0..10).fold(String::new(), |all, at| all
                + &format!("location /plain/{at} {{ proxy_pass http://double; proxy_http_version 1.1; proxy_set_header Connection ''; }}\n")),
        )
    }
}

/// Ten routes: five to an upstream, five to a function.
fn gateway_conf() -> String {
    let mut text = format!(
        "listen: 127.0.0.1:{GATEWAY}\n\
         aws:\n  region: eu-west-1\n  endpoint: http://127.0.0.1:{DOUBLE}\n\
         \x20 credentials: {{ access_key: AKIDEXAMPLE, secret_key: wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY }}\n\
         upstreams:\n  double: {{ nodes: {{ \"127.0.0.1:{DOUBLE}\": 1 }} }}\n\
         routes:\n"
    );
    for at in 5..10 {
        text += &format!("  - match: {{ path: /plain/{at} }}\n    upstream: double\n");
        text += &format!("  - match: {{ path: /call/{at} }}\n    function: {{ name: bench-{at} }}\n");
    }
    text
}

pub(super) fn await_port(port: u16) -> Result<()> {
    let began = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        ensure!(began.elapsed() < Duration::from_secs(10), "nothing listens on port {port}");
        std::thread::sleep(Duration::from_millis(2));
    }
    Ok(())
}

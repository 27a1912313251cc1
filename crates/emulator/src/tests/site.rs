//! An emulator with a folder of its own, and a client that signs.

use crate::Emulator;
use crate::settings::{CallReport, Declared, KeyPair, Settings};
use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::{HeaderMap, Request};
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use model::Secret;
use serde_json::Value;
use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};
use tokio::net::TcpStream;
use tokio::sync::mpsc;

pub(super) struct Site {
    pub(super) emulator: Emulator,
    pub(super) folder: PathBuf,
    pub(super) reports: mpsc::UnboundedReceiver<CallReport>,
    processes: Arc<Mutex<Vec<i32>>>,
}

/// A request to the Invoke API. Everything but the function has a default.
#[derive(Clone)]
pub(super) struct Ask {
    pub(super) address: SocketAddr,
    pub(super) method: &'static str,
    pub(super) host: String,
    pub(super) path: String,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Bytes,
    pub(super) access_key: &'static str,
    pub(super) secret_key: &'static str,
    pub(super) session_token: Option<&'static str>,
    pub(super) service: &'static str,
    pub(super) time: SystemTime,
}

#[derive(Debug)]
pub(super) struct Told {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Site {
    pub(super) async fn start() -> Self {
        Self::declaring(|_| Vec::new()).await
    }

    /// A site with functions that are declared, given its folder.
    pub(super) async fn declaring(declared: impl FnOnce(&Path) -> Vec<Declared>) -> Self {
        Self::with(|folder, settings| settings.declared = declared(folder)).await
    }

    /// A site with other settings than the usual, given its folder.
    pub(super) async fn with(change: impl FnOnce(&Path, &mut Settings)) -> Self {
        let folder = std::env::temp_dir().join(format!("emulator-{:032x}", fastrand::u128(..)));
        fs::create_dir_all(&folder).unwrap();
        let (sender, reports) = mpsc::unbounded_channel();
        let mut settings = Settings {
            listen: "127.0.0.1:0".parse().unwrap(),
            functions: vec![folder.join("absent"), folder.clone()],
            declared: Vec::new(),
            warm: 0,
            keys: vec![KeyPair { access_key: "local".into(), secret_key: Secret::new("local"), session_token: None }],
            region: "eu-west-1".into(),
            account: "000000000000".into(),
            guard: None,
            report: Some(Arc::new(move |report| drop(sender.send(report.clone())))),
            ..Settings::default()
        };
        change(&folder, &mut settings);
        Self { emulator: Emulator::start(settings).await.unwrap(), folder, reports, processes: Arc::default() }
    }

    /// A site with one Python function `f`, its body indented already; `event` and `context` are its arguments.
    pub(super) async fn python(body: &str) -> Self {
        let site = Self::start().await;
        site.write("f/lambda_function.py", &python(body));
        site
    }

    pub(super) async fn node(body: &str) -> Self {
        let site = Self::start().await;
        site.write("f/index.mjs", &format!("export const handler = async (event, context) => {{\n{body}\n}};\n"));
        site
    }

    pub(super) fn write(&self, path: &str, text: &str) {
        let path = self.folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        if path.ends_with("bootstrap") {
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        }
    }

    pub(super) fn make_executable(&self, path: &str) {
        fs::set_permissions(self.folder.join(path), fs::Permissions::from_mode(0o755)).unwrap();
    }

    pub(super) fn ask(&self, name: &str, body: impl Into<Bytes>) -> Ask {
        self.request("POST", &format!("/2015-03-31/functions/{name}/invocations"), body)
    }

    /// A request to any API.
    pub(super) fn request(&self, method: &'static str, path: &str, body: impl Into<Bytes>) -> Ask {
        Ask {
            address: self.emulator.address(),
            method,
            host: self.emulator.address().to_string(),
            path: path.to_owned(),
            headers: Vec::new(),
            body: body.into(),
            access_key: "local",
            secret_key: "local",
            session_token: None,
            service: "lambda",
            time: SystemTime::now(),
        }
    }

    pub(super) async fn call(&self, body: impl Into<Bytes>) -> Told {
        self.ask("f", body).send().await
    }

    /// Waits until so many instances of `f` are idle. The limit only keeps a failure from hanging.
    pub(super) async fn idle(&self, count: usize) {
        let function = self.emulator.host.functions.find("f").unwrap();
        let began = Instant::now();
        while function.idle() != count {
            assert!(began.elapsed() < Duration::from_secs(60), "{} instances are idle", function.idle());
            tokio::task::yield_now().await;
        }
    }

    /// The answer of `f`, which must not be an error.
    pub(super) async fn value(&self, body: impl Into<Bytes>) -> Value {
        let told = self.call(body).await;
        assert_eq!((told.status, told.header("x-amz-function-error")), (200, None), "{told:?}");
        told.json()
    }

    /// A process that must be gone once the site is.
    pub(super) fn expect_end_of(&self, process: i64) {
        self.processes.lock().unwrap().push(i32::try_from(process).unwrap());
    }

    pub(super) async fn stop(self) {
        self.emulator.stop().await;
        fs::remove_dir_all(&self.folder).unwrap();
        for process in self.processes.lock().unwrap().iter() {
            await_end_of(*process);
        }
    }
}

pub(super) fn python(body: &str) -> String {
    format!("def lambda_handler(event, context):\n{body}\n")
}

/// A signal has been sent by now, but the kernel may still be at it. The limit only keeps a failure from hanging.
fn await_end_of(process: i32) {
    let began = Instant::now();
    while lives(process) {
        assert!(began.elapsed() < Duration::from_secs(60), "process {process} is still there");
        std::thread::yield_now();
    }
}

/// A killed orphan that `init` has not collected yet does not live.
fn lives(process: i32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with('Z'))
}

impl Ask {
    pub(super) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(super) async fn send(&self) -> Told {
        let request = self.signed();
        send(self.address, request).await
    }

    pub(super) fn signed(&self) -> Request<Full<Bytes>> {
        let mut request = self.unsigned();
        let identity =
            Credentials::new(self.access_key, self.secret_key, self.session_token.map(str::to_owned), None, "test")
                .into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region("us-east-2")
            .name(self.service)
            .time(self.time)
            .settings(SigningSettings::default())
            .build()
            .unwrap()
            .into();
        let uri = format!("http://{}{}", self.host, self.path);
        let headers = self.headers.iter().map(|(name, value)| (*name, value.as_str()));
        let signable = SignableRequest::new(self.method, uri, headers, SignableBody::Bytes(&self.body)).unwrap();
        let (instructions, _) = sign(signable, &params).unwrap().into_parts();
        instructions.apply_to_request_http1x(&mut request);
        request
    }

    pub(super) fn unsigned(&self) -> Request<Full<Bytes>> {
        let mut request = Request::builder().method(self.method).uri(&self.path).header("host", &self.host);
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        request.body(Full::new(self.body.clone())).unwrap()
    }
}

/// Sends one request on a connection of its own.
pub(super) async fn send(address: SocketAddr, request: Request<Full<Bytes>>) -> Told {
    let stream = TcpStream::connect(address).await.unwrap();
    let (mut client, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
    let connection = tokio::spawn(connection);
    let (head, body) = client.send_request(request).await.unwrap().into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    connection.abort();
    Told { status: head.status.as_u16(), headers: head.headers, body }
}

impl Told {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("{self:?}"))
    }

    pub(super) fn tail(&self) -> String {
        let tail = self.header("x-amz-log-result").expect("a log tail");
        String::from_utf8(BASE64_STANDARD.decode(tail).unwrap()).unwrap()
    }

    /// `errorType` and `errorMessage` of a function error, without the request's id.
    pub(super) fn function_error(&self) -> (String, String) {
        assert_eq!((self.status, self.header("x-amz-function-error")), (200, Some("Unhandled")), "{self:?}");
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let value = self.json();
        let prefix = format!("RequestId: {} Error: ", self.header("x-amzn-requestid").unwrap());
        (text(&value["errorType"]), text(&value["errorMessage"]).replace(&prefix, "RequestId Error: "))
    }
}

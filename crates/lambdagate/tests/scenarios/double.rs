//! A server that answers what a test says, and remembers what it was asked: a Lambda API, an upstream, a server of logs.

use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// Ends with the test; its threads go with the process.
pub(crate) struct Double {
    address: SocketAddr,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    told: Mutex<Told>,
    more: Condvar,
}

#[derive(Default)]
struct Told {
    reply: Value,
    asked: Vec<Asked>,
}

/// One request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) method: String,
    /// Path and query.
    pub(crate) target: String,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Asked {
    pub(crate) fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    pub(crate) fn query(&self) -> &str {
        self.target.split_once('?').map_or("", |(_, query)| query)
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The function that a call is for.
    pub(crate) fn function(&self) -> &str {
        self.target.split('/').nth(3).unwrap_or_default()
    }

    fn value(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(one, _)| one == name).map(|(_, value)| value.as_str())
    }

    /// What it was, for whom wants it told.
    fn shown(&self) -> String {
        let headers: serde_json::Map<String, Value> =
            self.headers.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
        json!({"method": self.method, "target": self.target, "headers": headers, "body": self.text()}).to_string()
    }
}

trait Stream: Read + Write {}
impl<T: Read + Write> Stream for T {}

impl Double {
    /// A server that gives this reply to everybody: `status`, `headers` (a map, or pairs), `body`; or `raw` bytes; `echo`
    /// shows the request as JSON, `echo_payload` its body; with `delay_ms` it is slower than anyone's patience, with
    /// `then_close` it hangs up, with `refuse` it is not there. `by_path` has replies for some paths.
    pub(crate) fn start(reply: &Value) -> Self {
        Self::start_with(reply, None)
    }

    /// The same, over TLS where there is a configuration.
    pub(crate) fn start_with(reply: &Value, tls: Option<Arc<ServerConfig>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(State::default());
        state.told.lock().unwrap().reply = reply.clone();
        if reply["refuse"] == true {
            return Self { address, state }; // the listener is gone
        }
        let kept = state.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (kept, tls) = (kept.clone(), tls.clone());
                std::thread::spawn(move || serve(stream, tls, &kept));
            }
        });
        Self { address, state }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it answers from now on.
    pub(crate) fn reply(&self, reply: &Value) {
        self.state.told.lock().unwrap().reply = reply.clone();
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.state.told.lock().unwrap().asked.clone()
    }

    /// What it was asked, once that is so many times.
    pub(crate) fn asked_times(&self, count: usize) -> Vec<Asked> {
        let mut told = self.state.told.lock().unwrap();
        while told.asked.len() < count {
            let (next, late) = self.state.more.wait_timeout(told, PATIENCE).unwrap();
            told = next;
            assert!(!late.timed_out(), "asked {} times, not {count}", told.asked.len());
        }
        told.asked.clone()
    }

    pub(crate) fn forget(&self) {
        self.state.told.lock().unwrap().asked.clear();
    }
}

fn serve(stream: TcpStream, tls: Option<Arc<ServerConfig>>, state: &State) {
    let connection = stream.try_clone().unwrap();
    let stream: Box<dyn Stream> = match tls {
        Some(tls) => Box::new(StreamOwned::new(ServerConnection::new(tls).unwrap(), stream)),
        None => Box::new(stream),
    };
    let mut reader = BufReader::new(stream);
    while let Some(asked) = read(&mut reader) {
        let reply = {
            let mut told = state.told.lock().unwrap();
            told.asked.push(asked.clone());
            state.more.notify_all();
            told.reply["by_path"].get(asked.path()).unwrap_or(&told.reply).clone()
        };
        if !reply["delay_ms"].is_null() {
            let _ = reader.read_line(&mut String::new()); // until the caller leaves
            return;
        }
        let written = reader.get_mut().write_all(&answer(&reply, &asked)).and_then(|()| reader.get_mut().flush());
        if written.is_err() || reply["then_close"] == true {
            let _ = connection.shutdown(Shutdown::Both); // the other side may have been first
            return;
        }
    }
}

fn read(reader: &mut impl BufRead) -> Option<Asked> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let mut words = line.split(' ').map(str::to_owned);
    let (method, target) = (words.next()?, words.next()?);
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let mut asked = Asked { method, target, headers, body: Vec::new() };
    asked.body = match asked.value("transfer-encoding") {
        Some(_) => chunks(reader)?,
        None => {
            let mut body = vec![0; asked.value("content-length").and_then(|text| text.parse().ok()).unwrap_or(0)];
            reader.read_exact(&mut body).ok()?;
            body
        }
    };
    Some(asked)
}

fn chunks(reader: &mut impl BufRead) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let size = usize::from_str_radix(line.trim_end(), 16).ok()?;
        let at = body.len();
        body.resize(at + size, 0);
        reader.read_exact(&mut body[at..]).ok()?;
        reader.read_line(&mut String::new()).ok()?;
        if size == 0 {
            return Some(body);
        }
    }
}

fn answer(reply: &Value, asked: &Asked) -> Vec<u8> {
    if let Some(raw) = reply["raw"].as_str() {
        return raw.as_bytes().to_vec();
    }
    let status = reply["status"].as_u64().unwrap_or(200);
    let mut text = format!("HTTP/1.1 {status} Answered\r\n");
    for (name, value) in fields(&reply["headers"]) {
        text += &format!("{name}: {value}\r\n");
    }
    if matches!(status, 204 | 304) {
        return (text + "\r\n").into_bytes();
    }
    let body = body(reply, asked);
    let shown = if asked.method == "HEAD" { "" } else { &body };
    format!("{text}Content-Length: {}\r\n\r\n{shown}", body.len()).into_bytes()
}

fn body(reply: &Value, asked: &Asked) -> String {
    // the Lambda API answers a call that nobody waits for without a body
    let waits = asked.value("x-amz-invocation-type").is_none_or(|kind| kind == "RequestResponse");
    if reply["echo"] == true {
        asked.shown()
    } else if reply["echo_payload"] == true && waits {
        asked.text() + if reply["append_newline"] == true { "\n" } else { "" }
    } else {
        reply["body"].as_str().unwrap_or_default().to_owned()
    }
}

/// Fields as a map, whose values may be lists, or as pairs.
fn fields(written: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let pairs = written.as_array().into_iter().flatten().map(|pair| (text(&pair[0]), text(&pair[1])));
    let named = written.as_object().into_iter().flatten().flat_map(|(name, value)| {
        let all = value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
        all.into_iter().map(|value| (name.clone(), text(&value))).collect::<Vec<_>>()
    });
    pairs.chain(named).collect()
}

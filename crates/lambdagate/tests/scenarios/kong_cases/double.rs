//! A Lambda API that answers what a row says, and remembers what it was sent.

use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// Ends with the test; its thread goes with the process.
pub(super) struct Double {
    port: u16,
    seen: Arc<Mutex<Vec<Invocation>>>,
}

/// One call as it came.
#[derive(Clone, Debug)]
pub(super) struct Invocation {
    pub(super) path: String,
    pub(super) function: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) payload: String,
}

impl Double {
    pub(super) fn start(reply: &Value) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (reply, kept) = (Arc::new(reply.clone()), seen.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (reply, kept) = (reply.clone(), kept.clone());
                std::thread::spawn(move || serve(stream, &reply, &kept));
            }
        });
        Self { port, seen }
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    pub(super) fn invocations(&self) -> Vec<Invocation> {
        self.seen.lock().unwrap().clone()
    }
}

fn serve(stream: TcpStream, reply: &Value, seen: &Mutex<Vec<Invocation>>) {
    let mut reader = BufReader::new(stream);
    while let Some(call) = read(&mut reader) {
        let answer = answer(reply, &call);
        seen.lock().unwrap().push(call);
        if !reply["delay_ms"].is_null() {
            let _ = reader.read_line(&mut String::new()); // slower than anyone's patience: until the caller leaves
            return;
        }
        if reader.get_mut().write_all(&answer).is_err() {
            return;
        }
    }
}

fn read(reader: &mut BufReader<TcpStream>) -> Option<Invocation> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let path = line.split(' ').nth(1)?.to_owned();
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length").map_or("0", |(_, value)| value);
    let mut payload = vec![0; length.parse().ok()?];
    reader.read_exact(&mut payload).ok()?;
    let function = path.split('/').nth(3).unwrap_or_default().to_owned();
    Some(Invocation { path, function, headers, payload: String::from_utf8(payload).ok()? })
}

fn answer(reply: &Value, call: &Invocation) -> Vec<u8> {
    let asynchronous =
        call.headers.iter().any(|(name, value)| name == "x-amz-invocation-type" && value != "RequestResponse");
    let body = match reply["echo_payload"] == true && !asynchronous {
        true => call.payload.clone() + if reply["append_newline"] == true { "\n" } else { "" },
        false => reply["body"].as_str().unwrap_or_default().to_owned(),
    };
    let mut text = format!("HTTP/1.1 {} Answered\r\n", reply["status"].as_u64().unwrap_or(200));
    for (name, value) in reply["headers"].as_object().into_iter().flatten() {
        for value in value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]) {
            text.push_str(&format!("{name}: {}\r\n", value.as_str().unwrap()));
        }
    }
    text.push_str(&format!("Content-Length: {}\r\n\r\n", body.len()));
    let mut bytes = text.into_bytes();
    bytes.extend_from_slice(body.as_bytes());
    bytes
}

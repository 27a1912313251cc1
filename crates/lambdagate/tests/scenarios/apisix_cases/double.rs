//! An upstream or function that answers what a row says, else with its name, and remembers what it was sent.

use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// Ends with the test; its thread goes with the process.
pub(super) struct Double {
    name: &'static str,
    port: u16,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    reply: Value,
    seen: Vec<Sent>,
}

/// One request as it came.
#[derive(Clone, Debug)]
pub(super) struct Sent {
    pub(super) method: String,
    pub(super) target: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Double {
    pub(super) fn start(name: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(Mutex::new(State::default()));
        let shared = state.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let shared = shared.clone();
                std::thread::spawn(move || serve(stream, name, &shared));
            }
        });
        Self { name, port, state }
    }

    pub(super) fn name(&self) -> &'static str {
        self.name
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// What it answers from now on.
    pub(super) fn reply(&self, reply: &Value) {
        self.state.lock().unwrap().reply = reply.clone();
    }

    pub(super) fn seen(&self) -> Vec<Sent> {
        self.state.lock().unwrap().seen.clone()
    }

    pub(super) fn forget(&self) {
        self.state.lock().unwrap().seen.clear();
    }
}

fn serve(stream: TcpStream, name: &str, state: &Mutex<State>) {
    let mut reader = BufReader::new(stream);
    while let Some(sent) = read(&mut reader) {
        let reply = {
            let mut state = state.lock().unwrap();
            state.seen.push(sent);
            state.reply.clone()
        };
        let written = reader.get_mut().write_all(&answer(&reply, name)).is_ok();
        if !written || reply["then_close"] == true {
            let _ = reader.get_mut().shutdown(Shutdown::Both); // the other side may have been first
            return;
        }
    }
}

fn read(reader: &mut BufReader<TcpStream>) -> Option<Sent> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let mut words = line.split(' ');
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let value = |wanted: &str| headers.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone());
    let body = match value("transfer-encoding") {
        Some(_) => chunks(reader)?,
        None => {
            let mut body = vec![0; value("content-length").and_then(|text| text.parse().ok()).unwrap_or(0)];
            reader.read_exact(&mut body).ok()?;
            body
        }
    };
    Some(Sent { method, target, headers, body })
}

fn chunks(reader: &mut BufReader<TcpStream>) -> Option<Vec<u8>> {
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

fn answer(reply: &Value, name: &str) -> Vec<u8> {
    if let Some(raw) = reply["raw"].as_str() {
        return raw.as_bytes().to_vec();
    }
    let status = reply["status"].as_u64().unwrap_or(200);
    let usual = format!("{{\"upstream\":\"{name}\"}}");
    let body = reply["body"].as_str().unwrap_or(&usual);
    let mut text = format!("HTTP/1.1 {status} Answered\r\n");
    let listed = reply["headers"].as_array();
    for pair in listed.into_iter().flatten() {
        text += &format!("{}: {}\r\n", pair[0].as_str().unwrap(), pair[1].as_str().unwrap());
    }
    if listed.is_none() {
        text += "Content-Type: application/json\r\n";
    }
    if !matches!(status, 204 | 304) {
        text += &format!("Content-Length: {}\r\n\r\n{body}", body.len());
    } else {
        text += "\r\n";
    }
    text.into_bytes()
}

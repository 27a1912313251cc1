//! A server that answers what a row says, and remembers what it was asked: a Lambda API, STS, or a backend.

use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// Ends with the test; its threads go with the process.
pub(super) struct Double {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<Asked>>>,
}

/// One request as it came.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: String,
}

trait Stream: Read + Write {}
impl<T: Read + Write> Stream for T {}

impl Double {
    /// A server that gives this reply to everybody.
    pub(super) fn start(reply: &Value, tls: Option<Arc<ServerConfig>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        if reply["refuse"] == true {
            return Self { address, seen }; // the listener is gone
        }
        let (reply, kept) = (Arc::new(reply.clone()), seen.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (reply, kept, tls) = (reply.clone(), kept.clone(), tls.clone());
                std::thread::spawn(move || serve(secured(stream, tls), &reply, &kept));
            }
        });
        Self { address, seen }
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(super) fn asked(&self) -> Vec<Asked> {
        self.seen.lock().unwrap().clone()
    }
}

fn secured(stream: TcpStream, tls: Option<Arc<ServerConfig>>) -> Box<dyn Stream> {
    match tls {
        Some(tls) => Box::new(StreamOwned::new(ServerConnection::new(tls).unwrap(), stream)),
        None => Box::new(stream),
    }
}

fn serve(stream: Box<dyn Stream>, reply: &Value, seen: &Mutex<Vec<Asked>>) {
    let mut reader = BufReader::new(stream);
    while let Some(asked) = read(&mut reader) {
        let path = asked.path.split('?').next().unwrap_or_default();
        // some paths have a reply of their own
        let reply = reply["by_path"].get(path).unwrap_or(reply);
        seen.lock().unwrap().push(asked);
        if !reply["delay_ms"].is_null() {
            let _ = reader.read_line(&mut String::new()); // slower than anyone's patience: until the caller leaves
            return;
        }
        if reader.get_mut().write_all(&answer(reply)).and_then(|()| reader.get_mut().flush()).is_err() {
            return;
        }
    }
}

fn read(reader: &mut BufReader<Box<dyn Stream>>) -> Option<Asked> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let mut words = line.split(' ').map(str::to_owned);
    let (method, path) = (words.next()?, words.next()?);
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length").map_or("0", |(_, value)| value);
    let mut body = vec![0; length.parse().ok()?];
    reader.read_exact(&mut body).ok()?;
    Some(Asked { method, path, headers, body: String::from_utf8(body).ok()? })
}

fn answer(reply: &Value) -> Vec<u8> {
    let body = reply["body"].as_str().unwrap_or_default();
    let mut text = format!("HTTP/1.1 {} Answered\r\n", reply["status"].as_u64().unwrap_or(200));
    for (name, value) in reply["headers"].as_object().into_iter().flatten() {
        text.push_str(&format!("{name}: {}\r\n", value.as_str().unwrap()));
    }
    text.push_str(&format!("Content-Length: {}\r\n\r\n{body}", body.len()));
    text.into_bytes()
}

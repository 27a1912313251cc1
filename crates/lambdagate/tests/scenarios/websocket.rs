//! Connections that change to another protocol: who may, what each side sees, how they end.

use crate::gate::Gate;
use crate::site::Site;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};

/// A node that agrees to every WebSocket, greets at once and says again what it hears; other requests get 200 with
/// the fields that arrived about the connection.
fn node() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            std::thread::spawn(move || serve(BufReader::new(stream)));
        }
    });
    address
}

fn serve(mut stream: BufReader<TcpStream>) {
    let Some(head) = head(&mut stream) else { return };
    let head = head.to_lowercase();
    if head.contains("upgrade: websocket\r\n") && head.contains("connection: upgrade\r\n") {
        let fields = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x";
        stream.get_mut().write_all(format!("HTTP/1.1 101 Switching\r\n{fields}\r\n\r\nhello\n").as_bytes()).unwrap();
        let mut line = String::new();
        while stream.read_line(&mut line).is_ok_and(|bytes| bytes > 0) && line != "bye\n" {
            stream.get_mut().write_all(line.to_uppercase().as_bytes()).unwrap();
            line.clear();
        }
        return;
    }
    let left = if head.contains("upgrade") { "asked" } else { "plain" };
    let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\n{left}");
    stream.get_mut().write_all(answer.as_bytes()).unwrap();
}

fn head(stream: &mut BufReader<TcpStream>) -> Option<String> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if stream.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    Some(head)
}

/// Sends a request and reads the answer's header.
fn ask(gate: &Gate, request: &str) -> (String, BufReader<TcpStream>) {
    let mut stream = BufReader::new(TcpStream::connect(gate.address()).unwrap());
    stream.get_mut().write_all(request.replace('\n', "\r\n").as_bytes()).unwrap();
    let head = head(&mut stream).unwrap().to_lowercase();
    (head, stream)
}

fn line(stream: &mut BufReader<TcpStream>) -> String {
    let mut line = String::new();
    stream.read_line(&mut line).unwrap();
    line
}

const ASKED: &str = "Host: a\nUpgrade: WebSocket\nConnection: keep-alive, Upgrade\nSec-WebSocket-Key: k\n\n";

fn site() -> Site {
    let node = node();
    let quick = "timeouts: { read: 200ms }";
    Site::new(&format!(
        "listen: 127.0.0.1:0\nconsumers:\n  - {{ name: ann, keys: marked-key }}\nroutes:\n  \
         - match: {{ path: /open }}\n    upstream: {{ nodes: '{node}' }}\n  \
         - match: {{ path: /guarded }}\n    policies: [ {{ key-auth: {{ headers: x-api-key }} }} ]\n    upstream: {{ nodes: '{node}' }}\n  \
         - match: {{ path: /shut }}\n    upstream: {{ nodes: '{node}', websocket: false }}\n  \
         - match: {{ path: /quick }}\n    upstream: {{ nodes: '{node}', {quick} }}\n"
    ))
}

#[test]
fn bytes_pass_both_ways_until_one_side_ends() {
    let site = site();
    let gate = Gate::start(&site, &["run", "."]);
    // what is said right behind the request is not lost
    let (head, mut stream) = ask(&gate, &format!("GET /open HTTP/1.1\n{ASKED}early\n"));
    assert!(head.starts_with("http/1.1 101 ") && head.contains("\r\nsec-websocket-accept: x\r\n"), "{head}");
    assert!(head.contains("\r\nupgrade: websocket\r\n") && head.contains("\r\nconnection: upgrade\r\n"), "{head}");
    assert_eq!((line(&mut stream).as_str(), line(&mut stream).as_str()), ("hello\n", "EARLY\r\n"));
    let long = format!("{}\n", "x".repeat(100_000));
    stream.get_mut().write_all(long.as_bytes()).unwrap();
    assert_eq!(line(&mut stream), long.to_uppercase());
    stream.get_mut().write_all(b"bye\n").unwrap();
    assert_eq!(stream.read_to_end(&mut Vec::new()).unwrap(), 0, "the node has ended, so the gateway does");
}

#[test]
fn a_quiet_connection_ends_after_the_upstreams_time() {
    let site = site();
    let gate = Gate::start(&site, &["run", "."]);
    let (_, mut stream) = ask(&gate, &format!("GET /quick HTTP/1.1\n{ASKED}"));
    assert_eq!(line(&mut stream), "hello\n");
    assert_eq!(stream.read_to_end(&mut Vec::new()).unwrap(), 0);
}

#[test]
fn who_may_not_or_does_not_ask_stays_with_http() {
    let site = site();
    let gate = Gate::start(&site, &["run", "."]);
    for (request, status, body) in [
        (format!("GET /guarded HTTP/1.1\n{ASKED}"), 401, None),
        (format!("GET /guarded HTTP/1.1\nx-api-key: marked-key\n{ASKED}"), 101, None),
        (format!("GET /shut HTTP/1.1\n{ASKED}"), 200, Some("plain")),
        (format!("POST /open HTTP/1.1\n{ASKED}"), 200, Some("plain")),
        ("GET /open HTTP/1.1\nHost: a\nUpgrade: websocket\n\n".to_owned(), 200, Some("plain")),
        ("GET /open HTTP/1.1\nHost: a\nUpgrade: h2c\nConnection: upgrade\n\n".to_owned(), 200, Some("plain")),
    ] {
        let (head, mut stream) = ask(&gate, &request);
        assert!(head.starts_with(&format!("http/1.1 {status} ")), "{request}: {head}");
        if let Some(body) = body {
            let mut read = vec![0; body.len()];
            stream.read_exact(&mut read).unwrap();
            assert_eq!(String::from_utf8(read).unwrap(), body, "{request}");
        }
    }
}

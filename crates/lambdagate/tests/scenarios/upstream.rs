//! Plain proxying: what an upstream sees, what happens when it fails, and bodies that flow.

use crate::gate::Gate;
use crate::site::Site;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};

/// An upstream that takes one request a connection, does with it what the test says, and tells what it read.
fn upstream(serve: impl Fn(&mut BufReader<TcpStream>, &str) + Send + 'static) -> (SocketAddr, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (tell, told) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let mut stream = BufReader::new(stream);
            if let Some(head) = head(&mut stream)
                && tell.send(head.clone()).is_ok()
            {
                serve(&mut stream, &head);
            }
        }
    });
    (address, told)
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

fn ok(stream: &mut BufReader<TcpStream>, head: &str) {
    if head.contains("content-length: 4") {
        stream.read_exact(&mut [0; 4]).unwrap();
    }
    let fields = "content-length: 2\r\nx-from: upstream\r\nconnection: close\r\nkeep-alive: timeout=5";
    stream.get_mut().write_all(format!("HTTP/1.1 200 OK\r\n{fields}\r\n\r\nok").as_bytes()).unwrap();
}

/// An address on which nothing listens.
fn closed() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

fn gate(site: &Site) -> Gate {
    Gate::start(site, &["run", "."])
}

#[test]
fn the_upstream_sees_the_request_as_it_came_and_who_sent_it() {
    let (address, told) = upstream(ok);
    let site = Site::new(&format!(
        "listen: 127.0.0.1:0\nroutes:\n  - match: {{ path: '/a/{{rest+}}' }}\n    upstream: {{ nodes: {{ '{address}': 1 }} }}\n"
    ));
    let gate = gate(&site);
    let sent =
        [("x-forwarded-for", "1.2.3.4"), ("connection", "x-hop"), ("x-hop", "1"), ("te", "trailers"), ("x-kept", "1")];
    let answer = gate.request("GET", "/a/b%2Fc?q=%20+", &sent, b"");
    assert_eq!((answer.status, answer.text().as_str(), answer.header("x-from")), (200, "ok", Some("upstream")));
    assert_eq!(answer.header("keep-alive"), None, "hop-by-hop fields stay where they belong");
    let head = told.recv().unwrap().to_lowercase();
    assert!(head.starts_with("get /a/b%2fc?q=%20+ http/1.1\r\n"), "{head}");
    for (line, there) in [
        ("x-forwarded-for: 127.0.0.1\r\n", true),
        ("x-forwarded-proto: http\r\n", true),
        ("x-kept: 1\r\n", true),
        ("x-hop", false),
        ("1.2.3.4", false),
        ("te:", false),
    ] {
        assert_eq!(head.contains(line), there, "{line:?} in {head}");
    }
}

#[test]
fn another_node_is_tried_only_when_nothing_was_sent() {
    let (good, told) = upstream(ok);
    let dead = closed();
    let site = Site::new(&format!(
        "listen: 127.0.0.1:0\nroutes:\n  - match: {{ path: / }}\n    upstream: {{ retries: 1, nodes: {{ '{dead}': 1, '{good}': 1 }} }}\n"
    ));
    let gate = gate(&site);
    for _ in 0..4 {
        assert_eq!(gate.request("POST", "/", &[], b"once").status, 200);
        assert!(told.recv().unwrap().starts_with("POST"));
    }
    drop(gate);

    let (swallows, told) = upstream(|_, _| ());
    let site = Site::new(&format!(
        "listen: 127.0.0.1:0\nroutes:\n  - match: {{ path: / }}\n    upstream: {{ retries: 5, nodes: {{ '{swallows}': 1 }} }}\n"
    ));
    let gate = self::gate(&site);
    let answer = gate.request("POST", "/", &[], b"once");
    assert_eq!((answer.status, answer.json()["code"].as_str()), (502, Some("upstream_malformed")), "{}", answer.text());
    assert_eq!(told.try_iter().count(), 1, "what was sent is never sent again");
}

#[test]
fn an_upstream_that_is_away_is_told_apart_from_one_that_is_slow() {
    let (slow, _told) = upstream(|stream, _| {
        let _ = stream.read(&mut [0]); // until the gateway gives up
    });
    let dead = closed();
    let site = Site::new(&format!(
        "listen: 127.0.0.1:0\nroutes:\n  - match: {{ path: /dead }}\n    upstream: {{ nodes: {{ '{dead}': 1 }} }}\n\
         \x20 - match: {{ path: /slow }}\n    upstream: {{ nodes: {{ '{slow}': 1 }}, timeouts: {{ read: 200ms }} }}\n"
    ));
    let gate = gate(&site);
    for (path, status, code) in [("/dead", 502, "upstream_unreachable"), ("/slow", 504, "upstream_timeout")] {
        let answer = gate.get(path);
        assert_eq!((answer.status, answer.json()["code"].as_str()), (status, Some(code)), "{}", answer.text());
    }
}

#[test]
fn bodies_flow_both_ways_before_they_end() {
    let (address, _told) = upstream(|stream, _| {
        let mut line = String::new();
        let mut piece = |stream: &mut BufReader<TcpStream>| {
            line.clear();
            stream.read_line(&mut line).unwrap(); // the chunk's size
            line.clear();
            stream.read_line(&mut line).unwrap(); // the chunk
            line.clone()
        };
        let first = piece(stream);
        let answer = format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n{first}", first.len() - 2);
        stream.get_mut().write_all(answer.as_bytes()).unwrap();
        let second = piece(stream);
        stream.get_mut().write_all(format!("{:x}\r\n{second}0\r\n\r\n", second.len() - 2).as_bytes()).unwrap();
    });
    let site = Site::new(&format!(
        "listen: 127.0.0.1:0\nroutes:\n  - match: {{ path: / }}\n    upstream: {{ nodes: {{ '{address}': 1 }} }}\n"
    ));
    let gate = gate(&site);
    let mut stream = TcpStream::connect(gate.address()).unwrap();
    stream.write_all(b"POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n3\r\none\r\n").unwrap();
    let mut answer = BufReader::new(stream.try_clone().unwrap());
    assert!(head(&mut answer).unwrap().starts_with("HTTP/1.1 200"), "the answer begins before the request has ended");
    let mut line = String::new();
    answer.read_line(&mut line).unwrap();
    answer.read_line(&mut line).unwrap();
    assert_eq!(line, "3\r\none\r\n");
    stream.write_all(b"3\r\ntwo\r\n0\r\n\r\n").unwrap();
    line.clear();
    answer.read_line(&mut line).unwrap();
    answer.read_line(&mut line).unwrap();
    assert_eq!(line, "3\r\ntwo\r\n");
}

#[test]
fn a_response_that_breaks_off_is_cut_and_not_completed() {
    let (address, _told) = upstream(|stream, _| {
        stream.get_mut().write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nonly this").unwrap();
    });
    let site = Site::new(&format!(
        "listen: 127.0.0.1:0\nroutes:\n  - match: {{ path: / }}\n    upstream: {{ nodes: {{ '{address}': 1 }} }}\n"
    ));
    let gate = gate(&site);
    assert!(gate.client().request("GET", "/", &[], b"").is_err(), "the client can tell that it is not whole");
    gate.logged(&["cut short"]);
}

//! Plain proxying: what an upstream sees, what happens when it fails, and bodies that flow.

use crate::gate::Gate;
use crate::site::Site;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
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

/// A server that hangs up on everybody, and counts them.
fn hangs_up() -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (address, count) = (listener.local_addr().unwrap(), Arc::new(AtomicUsize::new(0)));
    let counted = count.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            counted.fetch_add(1, Ordering::SeqCst);
            drop(stream);
        }
    });
    (address, count)
}

#[test]
fn nodes_are_tried_as_often_as_each_language_says() {
    let kong = |retries: &str, nodes: &[SocketAddr]| {
        let text = format!(
            "_format_version: '3.0'\nservices: [{{name: s, url: 'https://{}', {retries}, routes: [{{name: r, paths: [/]}}]}}]\n",
            nodes[0]
        );
        ("kong.yml", text, vec!["run", "--kong", "kong.yml", "--listen", "127.0.0.1:0"])
    };
    let apisix = |retries: &str, nodes: &[SocketAddr]| {
        let nodes: String = nodes.iter().map(|node| format!("'{node}': 1, ")).collect();
        let text = format!("routes: [{{uri: /*, upstream: {{scheme: https, {retries}, nodes: {{{nodes}}}}}}}]\n#END\n");
        ("apisix.yaml", text, vec!["run", "--apisix", "apisix.yaml", "--listen", "127.0.0.1:0"])
    };
    let native = |retries: &str, nodes: &[SocketAddr]| {
        let nodes: String = nodes.iter().map(|node| format!("'{node}': 1, ")).collect();
        let upstream = format!("{{tls: {{}}, {retries}, nodes: {{{nodes}}}}}");
        let text = format!("listen: 127.0.0.1:0\nroutes: [{{match: /, upstream: {upstream}}}]\n");
        ("lambdagate.yaml", text, vec!["run", "."])
    };
    type Language = fn(&str, &[SocketAddr]) -> (&'static str, String, Vec<&'static str>);
    // the language, what it says of retries, the number of nodes, and the number of tries
    let cases: [(Language, &str, usize, usize); 8] = [
        (kong, "retries: 2", 1, 3),
        (kong, "retries: 0", 1, 1),
        (apisix, "retries: 2", 1, 3),
        (apisix, "type: roundrobin", 1, 1),
        (apisix, "type: roundrobin", 2, 2),
        (apisix, "retries: 5", 2, 2),
        (native, "retries: 2", 1, 3),
        (native, "retries: 3", 2, 4),
    ];
    for (language, retries, nodes, tries) in cases {
        let nodes: Vec<_> = (0..nodes).map(|_| hangs_up()).collect();
        let addresses: Vec<SocketAddr> = nodes.iter().map(|(address, _)| *address).collect();
        let (file, text, arguments) = language(retries, &addresses);
        let site = Site::new("");
        site.write(file, &text);
        let gate = Gate::start(&site, &arguments);
        assert_eq!(gate.get("/").status, 502, "{text}");
        let seen: usize = nodes.iter().map(|(_, count)| count.load(Ordering::SeqCst)).sum();
        assert_eq!(seen, tries, "{text}");
    }
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

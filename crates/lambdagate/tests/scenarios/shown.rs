//! What the gateway shows of itself: marks on responses and requests, messages in the form that clients want.

use crate::gate::Gate;
use crate::site::Site;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::mpsc::{Receiver, channel};

/// An upstream that answers every request alike and tells the head of each.
fn upstream() -> (SocketAddr, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (tell, told) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let mut stream = BufReader::new(stream);
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") && stream.read_line(&mut head).unwrap_or(0) > 0 {}
            let answer = "HTTP/1.1 200 OK\r\nserver: origin\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok";
            if tell.send(head).is_err() || stream.get_mut().write_all(answer.as_bytes()).is_err() {
                return;
            }
        }
    });
    (address, told)
}

fn config(address: SocketAddr) -> String {
    format!(
        r#"
listen: 127.0.0.1:0
path_normalization: {{ merge_slashes: true }}
marks: {{ server: gate/1, via_upstream: 1.1 gate/1, request_id: X-Gate-Id, own_latency: X-Gate-Took, upstream_latency: X-Origin-Took }}
failures_run_all: true
messages:
  forms:
    - types: application/json
      template: {{ escape: json, text: ['{{"message":"', {{ fill: message }}, '","id":"', {{ fill: request-id }}, '"}}'] }}
    - types: text/html
      template: {{ escape: markup, text: ['<p>', {{ fill: message }}, '.</p>'] }}
  kinds:
    no_route: {{ message: nothing matched }}
routes:
  - match: {{ path: {{ prefix: /old }} }}
    upstream:
      nodes: {{ '{address}': 1 }}
      path: {{ strip: /base, seam: like-request, normalized: true }}
      marks: {{ path: true, prefix: true, real_ip: true, request_id: X-Gate-Id, via: 1.1 gate/1 }}
  - match: /secure
    respond: {{ status: 426, headers: {{ upgrade: TLS/1.2 }}, message: Please use HTTPS }}
  - match: /moved
    respond: {{ status: 301, location: https }}
"#
    )
}

#[test]
fn an_upstream_and_its_client_are_shown_the_marks() {
    let (address, told) = upstream();
    let gate = Gate::start(&Site::new(&config(address)), &["run", "."]);
    let answer = gate.request("GET", "/old//a/./b%2fc/?q=//", &[("via", "1.0 x")], b"");
    assert_eq!(
        (answer.status, answer.header("server"), answer.header("via")),
        (200, Some("origin"), Some("1.1 gate/1"))
    );
    assert_eq!(answer.header("x-gate-took"), None, "that is for what no upstream answered");
    assert!(answer.header("x-origin-took").unwrap().parse::<u64>().is_ok());
    let id = answer.header("x-gate-id").unwrap().to_owned();
    let head = told.recv().unwrap().to_lowercase();
    assert!(head.starts_with("get /base/a/b%2fc/?q=// http/1.1\r\n"), "{head}");
    for line in [
        "x-forwarded-path: /old//a/./b%2fc/?q=//",
        "x-forwarded-prefix: /old",
        "x-real-ip: 127.0.0.1",
        "via: 1.0 x, 1.1 gate/1",
        &format!("x-gate-id: {id}"),
    ] {
        assert!(head.contains(&format!("{line}\r\n")), "{line}: {head}");
    }
}

#[test]
fn refusals_come_in_the_form_that_the_client_wants() {
    let (address, _told) = upstream();
    let gate = Gate::start(&Site::new(&config(address)), &["run", "."]);
    let missing = gate.request("GET", "/nowhere", &[], b"");
    let id = missing.header("x-gate-id").unwrap();
    assert_eq!(missing.text(), format!(r#"{{"message":"nothing matched","id":"{id}"}}"#));
    assert_eq!((missing.status, missing.header("server")), (404, Some("gate/1")));
    assert!(missing.header("x-gate-took").is_some());
    let html = gate.request("GET", "/nowhere", &[("accept", "text/html,*/*;q=0.8")], b"");
    assert_eq!((html.text().as_str(), html.header("content-type")), ("<p>nothing matched.</p>", Some("text/html")));
    let secure = gate.request("GET", "/secure", &[], b"");
    assert_eq!(
        (secure.status, secure.header("upgrade"), secure.header("connection")),
        (426, Some("TLS/1.2"), Some("Upgrade"))
    );
    assert!(secure.text().contains("Please use HTTPS"));
    let host = [("host", "api.test:8000")];
    let moved = gate.request("GET", "/moved?a=%20", &host, b"");
    assert_eq!((moved.status, moved.header("location")), (301, Some("https://api.test/moved?a=%20")));
}

//! What people put around functions, together, with the real binary: who may, how often, what is told to whom.

use crate::gate::Gate;
use crate::site::Site;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// A server of logs: the records that it got.
fn log_server() -> (u16, Receiver<Value>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (tell, told) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let tell = tell.clone();
            std::thread::spawn(move || {
                let mut reader = BufReader::new(stream);
                while let Some(body) = read(&mut reader) {
                    let _ = tell.send(serde_json::from_slice(&body).unwrap());
                    reader.get_mut().write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").unwrap();
                }
            });
        }
    });
    (port, told)
}

fn read(reader: &mut impl BufRead) -> Option<Vec<u8>> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
        if let Some(number) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = number.trim().parse().unwrap();
        }
        if line == "\r\n" {
            let mut body = vec![0; length];
            reader.read_exact(&mut body).ok()?;
            return Some(body);
        }
    }
}

fn site(log_port: u16) -> Site {
    let plugin = |name: &str, config: Value| json!({ "name": name, "config": config });
    let file = json!({
        "_format_version": "3.0",
        "routes": [{ "name": "r", "paths": ["/p"], "plugins": [
            plugin("basic-auth", json!({ "hide_credentials": true })),
            plugin("acl", json!({ "allow": ["dev"] })),
            plugin("rate-limiting", json!({ "year": 2, "policy": "local" })),
            plugin("request-size-limiting", json!({ "allowed_payload_size": 4, "size_unit": "bytes" })),
            plugin("request-termination", json!({ "status_code": 200, "message": "in" })),
            plugin("response-transformer", json!({ "add": { "json": ["more:1"], "json_types": ["number"] } })),
            plugin("http-log", json!({ "http_endpoint": format!("http://127.0.0.1:{log_port}/") })),
        ]}],
        "consumers": [
            { "username": "bob", "basicauth_credentials": [{ "username": "bob", "password": "marked-secret" }],
              "acls": [{ "group": "dev" }] },
            { "username": "eve", "basicauth_credentials": [{ "username": "eve", "password": "other-secret" }] },
        ],
    });
    let site = Site::new("");
    site.write("kong.yml", &file.to_string());
    site
}

const BOB: (&str, &str) = ("authorization", "Basic Ym9iOm1hcmtlZC1zZWNyZXQ=");
const EVE: (&str, &str) = ("authorization", "Basic ZXZlOm90aGVyLXNlY3JldA==");

#[test]
fn policies_stand_together_and_every_exchange_is_told_of() {
    let (port, records) = log_server();
    let site = site(port);
    let gate = Gate::start(&site, &["run", "--kong", "kong.yml", "--listen", "127.0.0.1:0", "--status", "127.0.0.1:0"]);
    let ask =
        |headers: &[(&str, &str)], body: &str| gate.request("POST", "/p?token=marked-secret", headers, body.as_bytes());
    let mut told = Vec::new();
    for (headers, body, status, message) in [
        (&[][..], "", 401, "Unauthorized"),
        (&[("authorization", "Basic Ym9iOndyb25n")][..], "", 401, "Unauthorized"),
        (&[EVE][..], "", 403, "You cannot consume this service"),
        (&[BOB][..], "", 200, "in"),
        (&[BOB][..], "large", 413, "Request size limit exceeded"),
        (&[BOB][..], "", 200, "in"),
        (&[BOB][..], "", 429, "API rate limit exceeded"),
    ] {
        let answer = ask(headers, body);
        assert_eq!((answer.status, answer.json()["message"].as_str()), (status, Some(message)), "{}", answer.text());
        if status == 200 {
            assert_eq!(answer.json()["more"], 1);
            assert!(answer.header("x-ratelimit-remaining-year").is_some());
        }
        if status == 429 {
            assert!(answer.header("retry-after").is_some_and(|seconds| seconds.parse::<u64>().is_ok()));
        }
        let record = records.recv_timeout(Duration::from_secs(60)).expect("a record of each exchange");
        assert_eq!(record["response"]["status"], status);
        told.push(record);
    }
    assert_eq!(told[3]["consumer"]["username"], "bob");
    assert_eq!(told[3]["client_ip"], "127.0.0.1");
    assert!(told[0].get("consumer").is_none());
    let everything = format!("{told:?} {}", gate.status_page("/metrics"));
    assert!(!everything.contains("marked-secret") && !everything.contains(BOB.1), "{everything}");
}

//! What people put around functions, together, with the real binary: who may, how often, what is told to whom.

use crate::gate::{Gate, command};
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

/// Native forms of the policies; the last of each route shows what stands behind them.
const NATIVE: &str = r#"
listen: 127.0.0.1:0
consumers:
  - name: bob
    groups: staff
    keys: marked-key
    passwords: { bob: marked-secret }
    tokens: { bob-app: marked-secret-of-tokens }
  - { name: eve, passwords: { eve: other-secret } }
  - { name: guest }
policies:
  - http-log: { url: "${LOG}", record: { status: $status, who: $consumer_name, route: $route_id, gate: here } }
routes:
  - { match: /token, policies: [ { jwt: { claims: [exp, nbf], realm: shop } }, { terminate: &shown { answer: 200, echo: behind } } ] }
  - { match: /staff, policies: [ { basic-auth: { realm: stock } }, { acl: { allow: staff } }, { terminate: *shown } ] }
  - { match: /guest, policies: [ { basic-auth: { anonymous: guest, identity: { name: x-who } } }, { terminate: *shown } ] }
  - { match: /key, policies: [ { key-auth: { query: key, refusals: { absent: { message: show a key, member: error } } } }, { terminate: *shown } ] }
  - { match: /near, policies: [ { ip-restriction: { allow: 127.0.0.0/8 } } ], respond: 204 }
  - { match: /far, policies: [ { ip-restriction: { deny: 127.0.0.1, refusals: { forbidden: { status: 404, message: "not {}" } } } } ], respond: 204 }
  - { match: /small, policies: [ { request-size: 4B } ], respond: 204 }
  - { match: /seldom, policies: [ { rate-limit: [ 1/year, 5/1h ] } ], respond: 204 }
  - { match: /closed, policies: [ { terminate: { trigger: x-stop } } ], respond: 204 }
  - match: "/items/{id}"
    policies:
      - request-transform:
          method: put
          headers: { rename: { x-old: x-new }, add: { x-item: $(uri_captures.id) } }
          query: { remove: token, append: { page: "1" } }
      - response-transform: { headers: { add: { x-seen: "yes" } }, json: { remove: matched_route, add: { version: 2, text: "2" } } }
      - terminate: *shown
"#;

/// Path, header, body, status, and what is in the answer or its header.
type Row<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a str, u16, &'a str);

/// Signed with the secret of `bob-app`: one until 2100, one until 2001.
const TOKENS: [&str; 2] = [
    "Bearer eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJib2ItYXBwIiwiZXhwIjo0MTAyNDQ0ODAwLCJuYmYiOjEwMDAwMDAwMDB9.aZePOuOmeSJ3_EP3EXBpsnzPWr3vZHCiFvhujGHuPEw",
    "Bearer eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJib2ItYXBwIiwiZXhwIjoxMDAwMDAwMDAwLCJuYmYiOjEwMDAwMDAwMDB9.kG17ZTid3R2UEEiabWbkinaI1srfxhdy1z_UuH9RgJw",
];

#[test]
fn native_forms_do_what_they_say() {
    let (port, records) = log_server();
    let log = format!("http://127.0.0.1:{port}/?key=marked-log");
    let gate = Gate::start_with(&Site::new(NATIVE), &["run", "."], &[("LOG", &log)]);
    let (bearer, basic) = (|n: usize| [("authorization", TOKENS[n])], |who: (&'static str, &'static str)| [who]);
    let (none, stop): ([(&str, &str); 0], _) = ([], [("x-stop", "1")]);
    let rows: &[Row<'_>] = &[
        ("/token", &none, "", 401, "Bearer realm=\"shop\"|"),
        ("/token", &bearer(1), "", 401, "error=\"invalid_token\""),
        ("/token", &bearer(0), "", 200, "\"x-consumer-username\":\"bob\""),
        ("/staff", &none, "", 401, "Basic realm=\"stock\"|"),
        ("/staff", &basic(BOB), "", 200, "\"x-consumer-groups\":\"staff\""),
        ("/staff", &basic(EVE), "", 403, ""),
        ("/guest", &none, "", 200, "\"x-who\":\"guest\""),
        ("/guest", &basic(EVE), "", 200, "\"x-who\":\"eve\""),
        ("/key", &none, "", 401, "{\"error\":\"show a key\"}"),
        ("/key?key=marked-key", &none, "", 200, "\"x-consumer-username\":\"bob\""),
        ("/near", &none, "", 204, ""),
        ("/far", &none, "", 404, "not 127.0.0.1"),
        ("/small", &none, "four", 204, ""),
        ("/small", &none, "fives", 413, ""),
        ("/seldom", &none, "", 204, "ratelimit-remaining: 0|"),
        ("/seldom", &none, "", 429, "retry-after: "),
        ("/closed", &none, "", 204, ""),
        ("/closed", &stop, "", 503, ""),
        ("/items/7?token=1", &[("x-old", "a")], "", 200, "\"query\":{\"page\":\"1\"}"),
        ("/items/7", &[("x-old", "a")], "", 200, "\"method\":\"PUT\""),
        ("/items/7", &[("x-old", "a")], "", 200, "\"x-item\":\"7\""),
        ("/items/7", &[("x-old", "a")], "", 200, "\"x-new\":\"a\""),
        ("/items/7", &none, "", 200, "x-seen: yes|"),
        ("/items/7", &none, "", 200, "\"version\":2,\"text\":\"2\"}"),
    ];
    let mut told = Vec::new();
    for (path, headers, body, status, words) in rows {
        let answer = gate.request("POST", path, headers, body.as_bytes());
        let fields: String = answer.headers.iter().map(|(name, value)| format!("{name}: {value}|")).collect();
        let all = format!("{fields}\n{}", answer.text());
        assert_eq!(answer.status, *status, "{path}: {all}");
        assert!(all.contains(words), "{path}: no {words} in {all}");
        let record = records.recv_timeout(Duration::from_secs(60)).expect("a record of each exchange");
        assert_eq!((&record["status"], &record["gate"]), (&json!(status), &json!("here")), "{path}");
        told.push(record);
    }
    assert_eq!(told[2], json!({"status": 200, "who": "bob", "route": "native/route//token", "gate": "here"}));
    assert!(told[0].get("who").is_none());
    let said = command(&Site::new(NATIVE)).args(["translate", "."]).env("LOG", &log).output().unwrap();
    let said = String::from_utf8(said.stdout).unwrap();
    assert!(
        !said.contains("marked-") && said.contains("TOKEN_SECRET_OF_BOB_APP") && !said.contains("Not written"),
        "{said}"
    );
}

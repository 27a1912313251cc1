//! A flood of clients before a limit: memory stays bounded, and who has asked too often is refused in the original's
//! words all the same.

use crate::client::{Answer, Client};
use crate::gate::Gate;
use crate::site::Site;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};

/// Clients of one flood.
const CLIENTS: usize = 40_000;
const AT_ONCE: usize = 8;

/// Bytes that a process has in memory.
fn memory(gate: &Gate) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", gate.pid())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches("kB").trim().parse::<u64>().unwrap() * 1024
}

fn ask(client: &mut Client, path: &str, who: &str) -> Answer {
    client.request("GET", path, &[("x-who", who)], b"").unwrap()
}

/// Lets a client use up its two requests, then a flood of others come, and asks again. What it is told.
fn flooded(gate: &Gate, path: &str) -> Answer {
    for _ in 0..2 {
        assert_eq!(ask(&mut gate.client(), path, "bob").status, 200);
    }
    let flood = |from: usize, to: usize| {
        std::thread::scope(|scope| {
            for worker in 0..AT_ONCE {
                scope.spawn(move || {
                    let mut client = gate.client();
                    for at in (from..to).filter(|at| at % AT_ONCE == worker) {
                        assert_eq!(ask(&mut client, path, &format!("client-{at}")).status, 200);
                    }
                });
            }
        });
    };
    flood(0, CLIENTS / 4);
    let before = memory(gate);
    flood(CLIENTS / 4, CLIENTS);
    let more = memory(gate).saturating_sub(before);
    assert!(more < 48 << 20, "{more} bytes for {CLIENTS} clients");
    ask(&mut gate.client(), path, "bob")
}

#[test]
fn kong_refuses_in_its_words() {
    let site = Site::new("");
    let text = "_format_version: '3.0'
plugins:
- {name: rate-limiting, config: {year: 2, limit_by: header, header_name: x-who, policy: local}}
- {name: request-termination, config: {status_code: 200, message: passed}}
routes: [{name: r, paths: [/]}]
";
    site.write("kong.yml", text);
    let gate = Gate::start(&site, &["run", "--kong", "kong.yml", "--listen", "127.0.0.1:0"]);
    let refused = flooded(&gate, "/");
    assert_eq!((refused.status, refused.json()["message"].as_str()), (429, Some("API rate limit exceeded")));
}

#[test]
fn gravitee_refuses_in_its_words() {
    let site = Site::new("");
    let step = |policy: &str, configuration| json!({"policy": policy, "enabled": true, "configuration": configuration});
    let rate = json!({"rate": {"limit": 2, "periodTime": 600, "periodTimeUnit": "MINUTES",
        "key": "{#request.headers['X-Who'][0]}"}});
    let api = json!({
        "id": "a", "name": "a", "definitionVersion": "4.0.0", "type": "proxy",
        "listeners": [{"type": "http", "paths": [{"path": "/a"}]}],
        "endpointGroups": [{"endpoints": [{"configuration": {"target": "http://127.0.0.1:1"}}]}],
        "plans": [{"id": "p", "security": {"type": "KEY_LESS"}, "status": "PUBLISHED"}],
        "flows": [{"selectors": [{"type": "http", "path": "/"}], "request": [
            step("rate-limit", rate), step("mock", json!({"status": "200", "content": "passed"}))]}],
    });
    site.write("apis/a.json", &api.to_string());
    let gate = Gate::start(&site, &["run", "--gravitee", ".", "--listen", "127.0.0.1:0"]);
    let refused = flooded(&gate, "/a");
    assert_eq!(refused.text(), "Rate limit exceeded! You reached the limit of 2 requests per 600 minutes");
    assert_eq!(refused.status, 429);
}

/// A gateway with APISIX's routes, each with an answer of its own behind a limit.
fn apisix(routes: &[Value]) -> (Site, Gate) {
    let site = Site::new("");
    let settings = "deployment: {role: data_plane, role_data_plane: {config_provider: yaml}}\n";
    site.write("conf/config.yaml", settings);
    site.write("conf/apisix.yaml", &format!("{}\n#END\n", json!({ "routes": routes })));
    let gate = Gate::start(&site, &["run", "--apisix", "conf", "--listen", "127.0.0.1:0"]);
    (site, gate)
}

#[test]
fn apisix_refuses_in_its_words() {
    let limits = [
        ("limit-count", json!({"count": 2, "time_window": 360_000, "key": "http_x_who"})),
        ("limit-req", json!({"rate": 0.0001, "burst": 1, "nodelay": true, "key": "http_x_who"})),
    ];
    for (plugin, limit) in limits {
        let (port, asked) = upstream();
        std::thread::spawn(move || asked.into_iter().for_each(|stream| drop(std::thread::spawn(|| answer(stream)))));
        let nodes = json!({"nodes": {format!("127.0.0.1:{port}"): 1}});
        let (_site, gate) = apisix(&[json!({"uri": "/*", "plugins": {plugin: limit}, "upstream": nodes})]);
        let refused = flooded(&gate, "/");
        assert_eq!(refused.status, 503, "{plugin}");
        assert!(refused.text().contains("503 Service Temporarily Unavailable"), "{plugin}: {}", refused.text());
    }
}

/// An upstream whose requests wait until the test answers them.
fn upstream() -> (u16, Receiver<TcpStream>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (tell, told) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            if tell.send(stream).is_err() {
                return;
            }
        }
    });
    (port, told)
}

/// Answers every request of a connection.
fn answer(stream: TcpStream) {
    let mut reader = BufReader::new(stream);
    while reader.by_ref().lines().map_while(Result::ok).take_while(|line| !line.is_empty()).count() > 0 {
        if reader.get_mut().write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").is_err() {
            return;
        }
    }
}

/// Starts a gateway in front of the upstream at a port.
type Start<'a> = &'a dyn Fn(u16) -> (Site, Gate);

#[test]
fn requests_under_way_are_bounded() {
    let apisix_file = |port: u16| {
        let limit = json!({"conn": 1, "burst": 0, "default_conn_delay": 0.1, "key": "remote_addr"});
        let nodes = json!({"nodes": {format!("127.0.0.1:{port}"): 1}});
        apisix(&[json!({"uri": "/*", "plugins": {"limit-conn": limit}, "upstream": nodes})])
    };
    let native_file = |port: u16| {
        let nodes = json!({"nodes": {format!("127.0.0.1:{port}"): 1}});
        let route = json!({"match": "/", "policies": [{"concurrency": 1}], "upstream": nodes});
        let site = Site::new(&json!({"listen": "127.0.0.1:0", "routes": [route]}).to_string());
        let gate = Gate::start(&site, &["run", "."]);
        (site, gate)
    };
    let languages: [(Start<'_>, u16, &str); 2] =
        [(&apisix_file, 503, "503 Service Temporarily Unavailable"), (&native_file, 429, "")];
    for (start, status, words) in languages {
        let (port, asked) = upstream();
        let (_site, gate) = start(port);
        std::thread::scope(|scope| {
            let first = scope.spawn(|| gate.get("/"));
            let waiting = asked.recv().unwrap();
            let refused = gate.get("/");
            assert_eq!(refused.status, status);
            assert!(refused.text().contains(words), "{}", refused.text());
            std::thread::spawn(|| {
                std::iter::once(waiting).chain(asked).for_each(|one| drop(std::thread::spawn(|| answer(one))))
            });
            assert_eq!(first.join().unwrap().status, 200);
            // its place is free once its last byte has left
            let next = std::iter::repeat_with(|| gate.get("/").status).find(|seen| *seen != status);
            assert_eq!(next, Some(200));
        });
    }
}

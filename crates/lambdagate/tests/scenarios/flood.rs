//! A flood of clients before a limit: memory stays bounded, and who has asked too often is refused in the original's
//! words all the same.

use crate::client::{Answer, Client};
use crate::gate::Gate;
use crate::site::Site;
use serde_json::json;

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

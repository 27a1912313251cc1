//! Kept responses, seen by clients: in front of a function, and as Kong and APISIX keep them.

use crate::client::Answer;
use crate::gate::Gate;
use crate::site::Site;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;

/// An upstream that tells how often it was asked.
fn upstream() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for (asked, mut stream) in listener.incoming().map_while(Result::ok).enumerate() {
            BufReader::new(&stream).lines().map_while(Result::ok).take_while(|line| !line.is_empty()).for_each(drop);
            let body = format!("{}", asked + 1);
            let fields = format!("content-type: text/plain; charset=utf-8\r\ncontent-length: {}", body.len());
            let _ = write!(stream, "HTTP/1.1 200 OK\r\n{fields}\r\nconnection: close\r\n\r\n{body}");
        }
    });
    port
}

fn seen(answer: &Answer, header: &str) -> (u16, String, String) {
    (answer.status, answer.header(header).unwrap_or("-").to_owned(), answer.text())
}

fn is(status: u16, word: &str, body: &str) -> (u16, String, String) {
    (status, word.to_owned(), body.to_owned())
}

#[test]
fn a_function_is_not_called_as_long_as_its_answer_is_fresh() {
    let config = "
listen: 127.0.0.1:0
routes:
  - match: /count
    policies: [ { cache: { time: 1h, statuses: 200-299 } } ]
    function: count
";
    let code = "open('../../asked', 'a').write('x')\nreturn str(len(open('../../asked').read()))";
    let site = Site::new(config).python("count", code);
    let gate = Gate::dev(&site);
    assert_eq!(seen(&gate.get("/count"), "x-cache"), is(200, "miss", "\"1\""));
    let hit = gate.get("/count");
    assert_eq!(seen(&hit, "x-cache"), is(200, "hit", "\"1\""));
    assert!(hit.header("age").is_some());
    assert_eq!(seen(&gate.get("/count?other"), "x-cache"), is(200, "miss", "\"2\""));
    assert_eq!(seen(&gate.request("POST", "/count", &[], b""), "x-cache"), is(200, "bypass", "\"3\""));
    let known = [("authorization", "Bearer x")];
    assert_eq!(seen(&gate.request("GET", "/count", &known, b""), "x-cache"), is(200, "bypass", "\"4\""));
    assert_eq!(seen(&gate.get("/count"), "x-cache"), is(200, "hit", "\"1\""));
}

#[test]
fn kong_tells_what_its_cache_did_and_under_which_key() {
    let site = Site::new("");
    let port = upstream();
    let text = format!(
        "_format_version: '3.0'
services: [{{name: s, url: 'http://127.0.0.1:{port}', routes: [{{name: r, paths: [/]}}]}}]
plugins:
- {{name: proxy-cache, config: {{strategy: memory, vary_query_params: [a]}}}}
"
    );
    site.write("kong.yml", &text);
    let gate = Gate::start(&site, &["run", "--kong", "kong.yml", "--listen", "127.0.0.1:0"]);
    let first = gate.get("/x?a=1&b=1");
    assert_eq!(seen(&first, "x-cache-status"), is(200, "Miss", "1"));
    let second = gate.get("/x?b=2&a=1");
    assert_eq!(seen(&second, "x-cache-status"), is(200, "Hit", "1"));
    let keys = [&first, &second].map(|answer| answer.header("x-cache-key").unwrap().to_owned());
    assert!(keys[0] == keys[1] && keys[0].len() == 64 && second.header("age").is_some());
    assert_eq!(seen(&gate.get("/x?a=2"), "x-cache-status"), is(200, "Miss", "2"));
    assert_eq!(seen(&gate.request("DELETE", "/x?a=2", &[], b""), "x-cache-status"), is(200, "Bypass", "3"));
}

#[test]
fn apisix_forgets_what_is_purged() {
    let site = Site::new("");
    let port = upstream();
    site.write("conf/config.yaml", "deployment: {role: data_plane, role_data_plane: {config_provider: yaml}}\n");
    let plugin = "{cache_strategy: memory, cache_zone: memory_cache, cache_key: ['$uri', '$http_x_tenant']}";
    let text = format!(
        "routes:\n- {{uri: /*, plugins: {{proxy-cache: {plugin}}}, upstream: {{nodes: {{'127.0.0.1:{port}': 1}}}}}}\n#END\n"
    );
    site.write("conf/apisix.yaml", &text);
    let gate = Gate::start(&site, &["run", "--apisix", "conf", "--listen", "127.0.0.1:0"]);
    let ask = |method: &str, tenant: &str| {
        seen(&gate.request(method, "/x", &[("x-tenant", tenant)], b""), "apisix-cache-status")
    };
    assert_eq!(ask("GET", "a"), is(200, "MISS", "1"));
    assert_eq!(ask("GET", "a"), is(200, "HIT", "1"));
    assert_eq!(ask("GET", "b"), is(200, "MISS", "2"));
    assert_eq!(ask("PURGE", "a").0, 200);
    assert_eq!(ask("PURGE", "a").0, 404);
    assert_eq!(ask("GET", "a"), is(200, "MISS", "3"));
    assert_eq!(ask("GET", "b"), is(200, "HIT", "2"));
}

//! What plugins of Kong's do at run time, where it takes the whole gateway to see it.

use crate::gate::Gate;
use crate::needs::needs;
use crate::redis::Redis;
use crate::site::Site;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};

/// A gateway that serves this declarative file, version line left out.
fn serve(site: &Site, text: &str, more: &[&str]) -> Gate {
    site.write("kong.yml", &format!("_format_version: '3.0'\n{text}"));
    let base = ["run", "--kong", "kong.yml", "--listen", "127.0.0.1:0"];
    Gate::start(site, &[&base[..], more].concat())
}

#[test]
fn without_a_route_only_the_response_side_of_global_plugins_runs() {
    let site = Site::new("");
    let text = "
plugins:
- name: key-auth
- {name: correlation-id, config: {header_name: X-Id, echo_downstream: true}}
- {name: cors, config: {origins: ['https://app.test']}}
- {name: response-transformer, config: {add: {headers: ['x-added:1']}}}
routes:
- {name: r, paths: [/there]}
";
    let gate = serve(&site, text, &[]);
    assert_eq!(gate.get("/there").status, 401);
    let preflight = [("origin", "https://app.test"), ("access-control-request-method", "GET"), ("x-id", "mine")];
    for (method, headers) in [("GET", &preflight[2..]), ("OPTIONS", &preflight[..])] {
        let answer = gate.request(method, "/nowhere", headers, b"");
        assert_eq!((answer.status, answer.header("x-added")), (404, Some("1")), "{method}");
        assert_eq!(answer.header("access-control-allow-origin"), Some("https://app.test"), "{method}");
        assert_eq!(answer.header("x-id"), Some("mine"), "{method}");
    }
}

#[test]
fn a_trusted_proxy_tells_the_clients_address_in_the_field_of_the_settings() {
    let said = [("x-real-ip", "203.0.113.7"), ("x-forwarded-for", "198.51.100.1, 198.51.100.2, 127.0.0.9")];
    let refused = "
_format_version: '3.0'
plugins: [{name: ip-restriction, config: {allow: [192.0.2.1]}}]
routes: [{name: r, paths: [/]}]
";
    for (settings, expected) in [
        ("", "127.0.0.1"),
        ("trusted_ips = 127.0.0.0/8", "203.0.113.7"),
        ("trusted_ips = 127.0.0.0/8\nreal_ip_header = X-Forwarded-For", "127.0.0.9"),
        ("trusted_ips = 127.0.0.0/8\nreal_ip_header = X-Forwarded-For\nreal_ip_recursive = on", "198.51.100.2"),
    ] {
        let site = Site::new("");
        site.write("kong/kong.yml", refused);
        site.write("kong/kong.conf", &format!("proxy_listen = 127.0.0.1:0\n{settings}\n"));
        let gate = Gate::start(&site, &["run", "--kong", "kong"]);
        let answer = gate.request("GET", "/", &said, b"").json();
        assert_eq!(answer["message"], format!("IP address not allowed: {expected}"), "{settings}");
    }
}

/// Answers one request over TLS with the name in the certificate that it is shown.
const ASKS_WHO: &str = "
import ssl, socket, sys
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1] + '/server.pem', sys.argv[1] + '/server.key')
context.load_verify_locations(sys.argv[1] + '/authority.pem')
context.verify_mode = ssl.CERT_REQUIRED
listener = socket.create_server(('127.0.0.1', 0))
print(listener.getsockname()[1], flush=True)
connection = context.wrap_socket(listener.accept()[0], server_side=True)
connection.recv(65536)
name = connection.getpeercert()['subject'][0][0][1].encode()
connection.sendall(b'HTTP/1.1 200 OK\\r\\ncontent-length: %d\\r\\n\\r\\n%s' % (len(name), name))
";

#[test]
fn an_upstream_is_shown_the_certificate_of_its_service() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../net/src/tls/store/fixtures");
    let mut server =
        Command::new("python3").args(["-c", ASKS_WHO]).arg(&fixtures).stdout(Stdio::piped()).spawn().unwrap();
    let mut port = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut port).unwrap();
    let pem = |file: &str| serde_json::Value::from(std::fs::read_to_string(fixtures.join(file)).unwrap());
    let (id, port) = ("11111111-1111-4111-8111-111111111111", port.trim());
    let text = format!(
        "certificates: [{{id: {id}, cert: {}, key: {}}}]\n\
         services: [{{name: s, url: 'https://127.0.0.1:{port}', client_certificate: {{id: {id}}}, routes: [{{name: r, paths: [/]}}]}}]\n",
        pem("client.pem"),
        pem("client.key"),
    );
    let site = Site::new("");
    let gate = serve(&site, &text, &[]);
    assert_eq!(gate.get("/").text(), "test client");
    assert!(server.wait().unwrap().success());
}

fn limited(port: u16, more: &str) -> String {
    format!(
        "
plugins:
- name: rate-limiting
  config: {{year: 3, limit_by: header, header_name: x-who, policy: redis, redis: {{host: 127.0.0.1, port: {port}, {more}}}}}
- {{name: request-termination, config: {{status_code: 200, message: passed}}}}
routes: [{{name: r, paths: [/]}}]
"
    )
}

#[test]
fn gateways_that_share_a_redis_count_together() {
    if !needs("gateways_that_share_a_redis_count_together", &["redis-server"]) {
        return;
    }
    let redis = Redis::start(&["--requirepass", "open"]);
    let text = limited(redis.port, "password: open, database: 1");
    let (site, other) = (Site::new(""), Site::new(""));
    let gates = [serve(&site, &text, &[]), serve(&other, &text, &[])];
    let ask = |gate: &Gate, who: &str| gate.request("GET", "/", &[("x-who", who)], b"");
    for (at, left) in [(0, "2"), (1, "1"), (0, "0")] {
        let answer = ask(&gates[at], "bob");
        assert_eq!((answer.status, answer.header("x-ratelimit-remaining-year")), (200, Some(left)));
    }
    let refused = ask(&gates[1], "bob");
    assert_eq!((refused.status, refused.header("x-ratelimit-remaining-year")), (429, Some("0")));
    assert_eq!(refused.json()["message"], "API rate limit exceeded");
    assert_eq!(ask(&gates[1], "eve").status, 200);
    // as another node of Kong's would find it
    let nobody = "00000000-0000-0000-0000-000000000000";
    let keys = redis.cli(&["-a", "open", "--no-auth-warning", "-n", "1", "--scan", "--pattern", "*:bob:*"]);
    let key = keys.trim();
    assert!(key.starts_with(&format!("ratelimit:{nobody}:{nobody}:bob:")) && key.ends_with("000:year"), "{keys}");
    assert_eq!(redis.cli(&["-a", "open", "--no-auth-warning", "-n", "1", "get", key]).trim(), "3");
}

#[test]
fn without_its_redis_a_limit_lets_pass_or_fails_as_it_says() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    for (fault_tolerant, expected) in [("true", 200), ("false", 500)] {
        let site = Site::new("");
        let text = limited(closed, "timeout: 1000")
            .replace("{year: 3", &format!("{{fault_tolerant: {fault_tolerant}, year: 3"));
        let gate = serve(&site, &text, &[]);
        let answer = gate.request("GET", "/", &[("x-who", "bob")], b"");
        assert_eq!((answer.status, answer.header("x-ratelimit-limit-year")), (expected, None), "{fault_tolerant}");
    }
}

#[test]
fn clients_are_sent_elsewhere_and_machines_away() {
    let site = Site::new("");
    let text = "
routes:
- name: a
  paths: [/a]
  plugins: [{name: redirect, config: {location: 'https://new.test/there?x'}}]
- name: b
  paths: [/b]
  plugins: [{name: redirect, config: {location: 'https://new.test:81/there', keep_incoming_path: true, status_code: 307}}]
- name: c
  paths: [/c]
  plugins:
  - {name: bot-detection, config: {allow: [goodbot], deny: [badclient]}}
  - {name: request-termination, config: {status_code: 200}}
";
    let gate = serve(&site, text, &[]);
    for (target, status, location) in [
        ("/a/b?c=d", 301, "https://new.test/there?x"),
        ("/b/c%20d?e=f&g", 307, "https://new.test:81/b/c%20d?e=f&g"),
        ("/b", 307, "https://new.test:81/b"),
    ] {
        let answer = gate.get(target);
        assert_eq!((answer.status, answer.header("location")), (status, Some(location)), "{target}");
        assert_eq!(
            (answer.text().as_str(), answer.header("content-type")),
            ("redirecting", Some("text/plain; charset=utf-8"))
        );
    }
    for (agent, status) in [
        (None, 200),
        (Some("curl/8.0"), 200),
        (Some("Googlebot/2.1"), 403),
        (Some("a badclient"), 403),
        (Some("my goodbot/1.0"), 200),
    ] {
        let headers: Vec<_> = agent.into_iter().map(|agent| ("user-agent", agent)).collect();
        let answer = gate.request("GET", "/c", &headers, b"");
        assert_eq!(answer.status, status, "{agent:?}");
        if status == 403 {
            assert_eq!(answer.json()["message"], "Forbidden");
        }
    }
}

//! APISIX's Admin API at work: what it answered is in force and stays, whoever asks, in every way of keeping it.

use crate::client::{Answer, Client};
use crate::gate::Gate;
use crate::local_lambda::lambda_address;
use crate::needs::needs;
use crate::site::Site;
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::Command;

/// Asks the Admin API of a gateway, as somebody with this key.
pub(crate) fn ask(gate: &Gate, key: &str, method: &str, path: &str, body: &Value) -> Answer {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    ask_with(gate, &[("x-api-key", key)], method, path, &body)
}

fn ask_with(gate: &Gate, headers: &[(&str, &str)], method: &str, path: &str, body: &str) -> Answer {
    let admin = gate.logged_address("\"Admin API\"");
    let path = format!("/apisix/admin{path}");
    Client::connect(admin).unwrap().request(method, &path, headers, body.as_bytes()).unwrap()
}

/// A gateway with a configuration of its own and objects that are kept below `data`.
pub(crate) fn start(site: &Site, config: &str, more: &[&str]) -> Gate {
    site.write("conf/config.yaml", config);
    let base = ["run", "--apisix", "conf", "--data", "data", "--admin", "127.0.0.1:0", "--listen", "127.0.0.1:0"];
    Gate::start(site, &[&base[..], more].concat())
}

pub(crate) const KEY: &str = "edd1c9f034335f136f87ad84b625c8f1";

/// The settings with which [`KEY`] is the admin's.
pub(crate) fn with_key(more: &str) -> String {
    format!("deployment:\n  admin:\n    admin_key: [{{name: admin, key: {KEY}, role: admin}}]\n{more}")
}

/// A route that leads nowhere: it answers 502, and what is no route 404.
fn leads_nowhere(uri: &str) -> Value {
    json!({"uri": uri, "upstream": {"type": "roundrobin", "nodes": {"127.0.0.1:1": 1}}})
}

#[test]
fn what_was_answered_is_in_force_and_survives_a_kill() {
    let site = Site::new("");
    let mut gate = start(&site, &with_key(""), &[]);
    for number in 0..5 {
        let put = ask(&gate, KEY, "PUT", &format!("/routes/{number}"), &leads_nowhere(&format!("/r{number}")));
        assert_eq!(put.status, 201, "{}", put.text());
        assert_eq!(gate.get(&format!("/r{number}")).status, 502);
    }
    assert_eq!(ask(&gate, KEY, "DELETE", "/routes/0", &Value::Null).status, 200);
    assert_eq!(gate.get("/r0").status, 404);
    let before = ask(&gate, KEY, "GET", "/routes", &Value::Null).text();
    gate.signal("KILL");
    gate.wait();
    let again = start(&site, &with_key(""), &[]);
    assert_eq!(ask(&again, KEY, "GET", "/routes", &Value::Null).text(), before);
    assert_eq!((again.get("/r4").status, again.get("/r0").status), (502, 404));
}

#[test]
fn without_a_key_one_is_made_and_told_once() {
    let site = Site::new("");
    let base = ["run", "--apisix-db", "--data", "data", "--admin", "127.0.0.1:0", "--listen", "127.0.0.1:0"];
    let mut gate = Gate::start(&site, &base);
    gate.logged(&["no key is set for the Admin API", "admin_key"]);
    let key = std::fs::read_to_string(site.path().join("data/apisix-admin-key")).unwrap();
    assert_eq!(ask(&gate, "", "GET", "/routes", &Value::Null).status, 401);
    assert_eq!(ask_with(&gate, &[], "GET", "/routes", "").json()["description"], "missing apikey");
    assert_eq!(ask(&gate, &key, "PUT", "/routes/1", &leads_nowhere("/a")).status, 201);
    gate.signal("TERM");
    gate.wait();
    let again = Gate::start(&site, &base);
    assert_eq!((ask(&again, &key, "GET", "/routes/1", &Value::Null).status, again.get("/a").status), (200, 502));
}

#[test]
fn twenty_writers_lose_nothing() {
    let site = Site::new("");
    let gate = start(&site, &with_key(""), &[]);
    std::thread::scope(|scope| {
        for writer in 0..20 {
            let gate = &gate;
            scope.spawn(move || {
                for at in 0..3 {
                    let made = ask(gate, KEY, "POST", "/routes", &leads_nowhere(&format!("/w{writer}-{at}")));
                    assert_eq!(made.status, 201, "{}", made.text());
                }
            });
        }
    });
    assert_eq!(ask(&gate, KEY, "GET", "/routes", &Value::Null).json()["total"], 60);
    for writer in 0..20 {
        assert_eq!(gate.get(&format!("/w{writer}-2")).status, 502);
    }
}

#[test]
fn a_whole_configuration_is_put_at_once_where_the_settings_say_so() {
    let site = Site::new("");
    let config = with_key("  role: traditional\n  role_traditional: {config_provider: yaml}\n");
    let gate = start(&site, &config, &[]);
    let put = |digest: &str, body: &Value| {
        ask_with(&gate, &[("x-api-key", KEY), ("x-digest", digest)], "PUT", "/configs", &body.to_string()).status
    };
    let mut route = leads_nowhere("/a");
    route["id"] = json!("r1");
    assert_eq!(put("1", &json!({"routes": [route]})), 202);
    assert_eq!(gate.get("/a").status, 502);
    assert_eq!(put("1", &json!({})), 204);
    route["uri"] = json!("/b");
    assert_eq!(put("2", &json!({"routes": [route], "routes_conf_version": 1})), 202);
    assert_eq!((gate.get("/a").status, gate.get("/b").status), (502, 404), "a version that is known stays as it is");
    assert_eq!(put("3", &json!({"routes": [route]})), 202);
    assert_eq!((gate.get("/a").status, gate.get("/b").status), (404, 502));
    assert_eq!(put("4", &json!({})), 202);
    assert_eq!(gate.get("/b").status, 404);
    assert_eq!(ask(&gate, KEY, "GET", "/routes", &Value::Null).status, 404);
}

/// Answers every request with a text, until the test ends.
fn upstream(text: &'static str) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let _ = stream.read(&mut [0; 4096]);
            let length = text.len();
            let _ = write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{text}");
        }
    });
    address
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[test]
fn the_documents_commands_work_as_they_stand() {
    if !needs("the_documents_commands_work_as_they_stand", &["curl"]) {
        return;
    }
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/apisix");
    let read = |file: &str| std::fs::read_to_string(example.join(file)).unwrap();
    let site = Site::new("");
    let (plain, http2) = (free_port(), free_port());
    let config = read("conf/config.yaml").replace("9080", &plain.to_string()).replace("9081", &http2.to_string());
    site.write("apisix/conf/config.yaml", &config);
    let function = "functions/test-apisix/lambda_function.py";
    site.write(&format!("apisix/{function}"), &read(function));
    let arguments =
        ["dev", "--apisix", "apisix", "--data", "data", "--admin", "127.0.0.1:0", "--lambda", "127.0.0.1:0"];
    let gate = Gate::start(&site, &arguments);
    let guide = |stage: &str, key: &str, secret: &str| {
        let mut command = Command::new("sh");
        command.arg(example.join("guide.sh")).current_dir(site.path());
        command.env("ADMIN", format!("http://{}", gate.logged_address("\"Admin API\"")));
        command.env("PROXY", format!("http://127.0.0.1:{plain}")).env("PROXY2", format!("http://127.0.0.1:{http2}"));
        command.env("STAGE", stage).env("UPSTREAM", upstream("from the upstream").to_string());
        command.env("APIKEY", key).env("SECRETKEY", secret).env("CONFIG", "apisix/conf/config.yaml");
        let output = command.output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.success(), text(&output.stdout), text(&output.stderr))
    };
    let stage = format!("http://{}/stage", lambda_address(&gate));
    let (done, said, errors) = guide(&stage, "local", "local");
    let answers: Vec<&str> = said.lines().filter(|line| !line.starts_with('{')).collect();
    let hello = "\"Hello, APISIX!\"";
    assert!(done, "{said}{errors}");
    assert_eq!(answers, [hello, hello, hello, hello, "from the upstream"], "{said}");
    for (key, secret) in [("wrong", "local"), ("local", "wrong")] {
        let (done, said, errors) = guide(&stage, key, secret);
        assert!(!done && errors.contains("403"), "{said}{errors}");
    }
}

/// What curl is answered: status and body.
fn curl(gate: &Gate, key: &str, method: &str, path: &str, body: &Value) -> (u16, Value) {
    let url = format!("http://{}/apisix/admin{path}", gate.logged_address("\"Admin API\""));
    let mut curl = Command::new("curl");
    curl.args([
        "-sS",
        "--max-time",
        "30",
        "-w",
        "\n%{http_code}",
        "-X",
        method,
        &url,
        "-H",
        &format!("X-API-KEY: {key}"),
    ]);
    if !body.is_null() {
        curl.args(["-d", &body.to_string()]);
    }
    let said = String::from_utf8(curl.output().unwrap().stdout).unwrap();
    let (body, status) = said.rsplit_once('\n').unwrap();
    (status.parse().unwrap(), serde_json::from_str(body).unwrap_or(Value::Null))
}

#[test]
fn a_users_session_with_curl_works() {
    if !needs("a_users_session_with_curl_works", &["curl"]) {
        return;
    }
    const VIEWER: &str = "4054f7cf07e344346cd3f287985e76a2";
    let site = Site::new("");
    let keys = format!(
        "apisix: {{ssl: {{listen: [{{ip: 127.0.0.1, port: 0}}]}}}}\n\
         deployment:\n  admin:\n    admin_key: [{{name: admin, key: {KEY}, role: admin}}, {{name: viewer, key: {VIEWER}, role: viewer}}]\n"
    );
    let gate = start(&site, &keys, &[]);
    let pem = |name: &str| {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../net/src/tls/store/fixtures/");
        std::fs::read_to_string(format!("{folder}{name}")).unwrap()
    };
    let nodes = json!({"type": "roundrobin", "nodes": {upstream("from the upstream").to_string(): 1}});
    let route = json!({"name": "one", "uri": "/one", "labels": {"team": "a"}, "methods": ["GET"], "service_id": "s"});
    let other = json!({"name": "two", "uri": "/two", "labels": {"area": "b"}, "service_id": "s"});
    let ssl = json!({"sni": "one.test", "cert": pem("server.pem"), "key": pem("server.key")});
    let none = Value::Null;
    // key, method, path, body, status, and a place in the answer with what stands there
    type Step<'a> = (&'a str, &'a str, &'a str, &'a Value, u16, &'a str, Value);
    let (keyed, methods) = (json!({"plugins": {"key-auth": {}}}), json!(["GET", "POST"]));
    let jack = json!({"username": "jack", "plugins": {"key-auth": {"key": "of-jack"}}});
    let before: &[Step<'_>] = &[
        (KEY, "PUT", "/upstreams/u", &nodes, 201, "/value/id", json!("u")),
        (KEY, "PUT", "/services/s", &json!({"upstream_id": "u"}), 201, "/key", json!("/apisix/services/s")),
        (KEY, "PUT", "/routes/1", &route, 201, "/value/uri", json!("/one")),
        (KEY, "PUT", "/routes/1", &route, 200, "/value/name", json!("one")),
        (KEY, "POST", "/routes", &other, 201, "/value/name", json!("two")),
        (KEY, "PUT", "/consumers", &jack, 201, "/value/username", json!("jack")),
        (KEY, "PUT", "/ssls/1", &ssl, 201, "/value/sni", json!("one.test")),
        (VIEWER, "GET", "/routes", &none, 200, "/total", json!(2)),
        (VIEWER, "PUT", "/routes/2", &route, 401, "/value", none.clone()),
        (KEY, "GET", "/routes?name=one", &none, 200, "/list/0/value/id", json!("1")),
        (KEY, "GET", "/routes?label=area", &none, 200, "/list/0/value/name", json!("two")),
        (KEY, "GET", "/routes?uri=two", &none, 200, "/total", json!(1)),
        (KEY, "GET", "/routes?page=2&page_size=10", &none, 200, "/list", json!({})),
        (KEY, "GET", "/routes/none", &none, 404, "/message", json!("Key not found")),
    ];
    let after: &[Step<'_>] = &[
        (KEY, "PATCH", "/routes/1", &keyed, 200, "/value/plugins", json!({"key-auth": {}})),
        (KEY, "PATCH", "/routes/1/methods", &methods, 200, "/value/methods", methods.clone()),
    ];
    let run = |steps: &[Step<'_>]| {
        for (key, method, path, body, status, place, expected) in steps {
            let (seen, answer) = curl(&gate, key, method, path, body);
            let found = answer.pointer(place).unwrap_or(&Value::Null);
            assert_eq!((seen, found), (*status, expected), "{method} {path}: {answer}");
        }
    };
    run(before);
    assert_eq!(gate.get("/one").text(), "from the upstream");
    run(after);
    assert_eq!(gate.get("/one").status, 401);
    assert_eq!(gate.request("POST", "/one", &[("apikey", "of-jack")], b"").status, 200);
    let used = curl(&gate, KEY, "DELETE", "/upstreams/u", &none);
    assert_eq!(used.0, 400, "{}", used.1);
    run(&[
        (KEY, "DELETE", "/upstreams/u?force=true", &none, 200, "/deleted", json!("1")),
        (KEY, "DELETE", "/ssls/1", &none, 200, "/deleted", json!("1")),
        (KEY, "DELETE", "/routes/1", &none, 200, "/deleted", json!("1")),
        (KEY, "DELETE", "/routes/1", &none, 404, "/message", json!("Key not found")),
    ]);
    assert_eq!(gate.get("/one").status, 404);
}

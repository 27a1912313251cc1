//! Gateways that share their configuration through etcd: changes reach all of them, and nothing is lost while it is away.

use crate::apisix_admin::{KEY, ask, start, with_key};
use crate::gate::Gate;
use crate::needs::needs;
use crate::site::Site;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use store::etcd::testing::Etcd;

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two looks.
const LOOK: Duration = Duration::from_millis(5);

fn settings(etcd: &Etcd) -> String {
    with_key(&format!("  etcd: {{host: ['{}'], prefix: /apisix}}\n", etcd.url()))
}

/// A gateway of its own folder on this etcd.
fn gateway(site: &Site, etcd: &Etcd) -> Gate {
    start(site, &settings(etcd), &[])
}

/// A route that leads nowhere: it answers 502, and what is no route 404.
fn route(uri: &str) -> Value {
    json!({"uri": uri, "upstream": {"type": "roundrobin", "nodes": {"127.0.0.1:1": 1}}})
}

/// Asks until a path answers this.
fn until(gate: &Gate, path: &str, status: u16) {
    let began = Instant::now();
    let mut client = gate.client();
    while client.request("GET", path, &[], b"").unwrap().status != status {
        assert!(began.elapsed() < PATIENCE, "{path} never answers {status}");
        std::thread::sleep(LOOK);
    }
}

#[test]
fn a_route_put_on_one_serves_on_all() {
    if !needs("a_route_put_on_one_serves_on_all", &["etcd"]) {
        return;
    }
    let etcd = Etcd::start();
    let (here, there) = (Site::new(""), Site::new(""));
    let (one, other) = (gateway(&here, &etcd), gateway(&there, &etcd));
    assert_eq!(ask(&one, KEY, "PUT", "/routes/1", &route("/a")).status, 201);
    assert_eq!(one.get("/a").status, 502, "it is in force before the reply on the node that took it");
    until(&other, "/a", 502);
    assert_eq!(ask(&other, KEY, "PUT", "/routes/1", &route("/b")).status, 200);
    until(&one, "/b", 502);
    until(&one, "/a", 404);
    assert_eq!(ask(&one, KEY, "DELETE", "/routes/1", &Value::Null).status, 200);
    until(&other, "/b", 404);
}

#[test]
fn values_are_those_of_the_original_with_secrets_encrypted() {
    if !needs("values_are_those_of_the_original_with_secrets_encrypted", &["etcd"]) {
        return;
    }
    let etcd = Etcd::start();
    etcd.put("/apisix/routes/", "init_dir");
    etcd.put("/apisix/plugins", r#"[{"name":"key-auth"}]"#);
    let text = r#"{"uri":"/a","id":"1","create_time":1,"update_time":1,"priority":0,"status":1,"plugins":{"key-auth":{}},"upstream":{"nodes":{"127.0.0.1:1":1},"type":"roundrobin"}}"#;
    etcd.put("/apisix/routes/1", text);
    let text = r#"{"username":"jack","create_time":1,"update_time":1,"plugins":{"key-auth":{"key":"mt39FazQccyMqt4ctoRV7w=="}}}"#;
    etcd.put("/apisix/consumers/jack", text);
    let site = Site::new("");
    let config = settings(&etcd) + "apisix: {data_encryption: {keyring: [edd1c9f0985e76a2]}}\n";
    let gate = start(&site, &config, &[]);
    assert_eq!(gate.get("/a").status, 401);
    assert_eq!(gate.request("GET", "/a", &[("apikey", "userkey")], b"").status, 502);
    let shown = ask(&gate, KEY, "GET", "/consumers/jack", &Value::Null).json();
    assert_eq!(shown["value"]["plugins"]["key-auth"]["key"], "userkey");
    let mine = json!({"username": "jill", "plugins": {"key-auth": {"key": "userkey2"}}});
    assert_eq!(ask(&gate, KEY, "PUT", "/consumers", &mine).status, 201);
    let stored: Value =
        serde_json::from_str(etcd.find("/apisix/consumers/jill").unwrap()["value"].as_str().unwrap()).unwrap();
    let key = stored["plugins"]["key-auth"]["key"].as_str().unwrap();
    assert!(key != "userkey2" && key.ends_with('='), "{stored}");
    assert!(stored["create_time"].is_u64() && stored["username"] == "jill", "{stored}");
    etcd.put("/apisix/routes/1", "this is no JSON");
    until(&gate, "/a", 404);
}

#[test]
fn an_etcd_that_ends_and_comes_back_costs_no_request() {
    if !needs("an_etcd_that_ends_and_comes_back_costs_no_request", &["etcd"]) {
        return;
    }
    let mut etcd = Etcd::start();
    let site = Site::new("");
    let gate = gateway(&site, &etcd);
    assert_eq!(ask(&gate, KEY, "PUT", "/routes/1", &route("/a")).status, 201);
    let (over, wrong, answered) = (AtomicBool::new(false), AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut client = gate.client();
                while !over.load(Ordering::Relaxed) {
                    let status = client.request("GET", "/a", &[], b"").map(|answer| answer.status);
                    wrong.fetch_add(usize::from(status.ok() != Some(502)), Ordering::Relaxed);
                    answered.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        etcd.kill();
        gate.logged(&["etcd is away"]);
        assert_eq!(ask(&gate, KEY, "PUT", "/routes/2", &route("/b")).status, 503);
        assert_eq!(ask(&gate, KEY, "GET", "/routes/1", &Value::Null).status, 200, "what is known can be looked at");
        // what came in between is forgotten when the gateway is back: it lists everything again
        etcd.restart();
        etcd.delete("/apisix/routes/gone");
        etcd.compact(etcd.put("/apisix/routes/3", &route("/c").to_string()));
        gate.logged(&["etcd is back"]);
        until(&gate, "/c", 502);
        over.store(true, Ordering::Relaxed);
    });
    assert_eq!(wrong.load(Ordering::Relaxed), 0, "of {}", answered.load(Ordering::Relaxed));
    assert_eq!(ask(&gate, KEY, "PUT", "/routes/2", &route("/b")).status, 201);
    assert_eq!(gate.get("/b").status, 502);
}

#[test]
fn a_node_started_while_etcd_is_away_serves_its_last_configuration() {
    if !needs("a_node_started_while_etcd_is_away_serves_its_last_configuration", &["etcd"]) {
        return;
    }
    let mut etcd = Etcd::start();
    let site = Site::new("");
    let mut gate = gateway(&site, &etcd);
    assert_eq!(ask(&gate, KEY, "PUT", "/routes/1", &route("/a")).status, 201);
    gate.logged(&["configuration was copied"]);
    gate.signal("TERM");
    gate.wait();
    etcd.kill();
    let again = gateway(&site, &etcd);
    assert_eq!((again.get("/a").status, again.get("/none").status), (502, 404));
    etcd.restart();
    etcd.put("/apisix/routes/2", &route("/b").to_string());
    until(&again, "/b", 502);
}

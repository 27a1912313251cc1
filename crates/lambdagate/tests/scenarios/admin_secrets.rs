//! What Admin APIs tell of secrets: where the originals show one it is shown, and nowhere else; what etcd is given is
//! encrypted where the originals encrypt.

use crate::apisix_admin::{self, KEY, with_key};
use crate::client::Client;
use crate::gate::Gate;
use crate::needs::needs;
use crate::site::Site;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use store::etcd::testing::Etcd;

/// Marked words in a text.
fn marked(text: &str) -> BTreeSet<String> {
    let words = regex::Regex::new("hush-[a-z-]+").unwrap();
    words.find_iter(text).map(|word| word.as_str().to_owned()).collect()
}

/// Fails where a page shows others than these.
fn shows(path: &str, page: &str, expected: &[&str]) {
    let expected: BTreeSet<String> = expected.iter().map(|word| (*word).to_owned()).collect();
    assert_eq!(marked(page), expected, "{path}: {page}");
}

/// What is made at Kong's Admin API, all of it with secrets where there can be some.
fn kongs_entities() -> Vec<(&'static str, Value)> {
    let redis = json!({"host": "127.0.0.1", "port": 1, "password": "hush-redis", "timeout": 100});
    let plugin = |name: &str, config: Value| json!({"name": name, "config": config});
    vec![
        ("/services", json!({"name": "s", "url": "http://127.0.0.1:1"})),
        ("/services/s/routes", json!({"name": "r", "paths": ["/r"], "tags": ["t"]})),
        ("/upstreams", json!({"name": "u"})),
        ("/upstreams/u/targets", json!({"target": "127.0.0.1:1"})),
        ("/consumers", json!({"username": "bob", "tags": ["t"]})),
        ("/consumers/bob/key-auth", json!({"key": "hush-key"})),
        ("/consumers/bob/basic-auth", json!({"username": "bob", "password": "hush-password"})),
        ("/consumers/bob/jwt", json!({"key": "app", "secret": "hush-token"})),
        ("/consumers/bob/hmac-auth", json!({"username": "bob", "secret": "hush-hmac"})),
        ("/plugins", plugin("rate-limiting", json!({"year": 9, "policy": "redis", "redis": redis}))),
        ("/plugins", plugin("prometheus", json!({"upstream_health_metrics": true}))),
        (
            "/routes/r/plugins",
            plugin(
                "aws-lambda",
                json!({"function_name": "f", "aws_region": "eu-west-1", "aws_key": "AK", "aws_secret": "hush-aws",
                    "host": "127.0.0.1", "port": 1, "disable_https": true, "timeout": 1000}),
            ),
        ),
    ]
}

#[test]
fn kongs_admin_api_tells_secrets_where_kong_does() {
    let site = Site::new("");
    let variables = [("LAMBDAGATE_LOG", "trace"), ("KONG_STATUS_LISTEN", "127.0.0.1:0")];
    let base = ["run", "--kong-db", "--data", "data", "--listen", "127.0.0.1:0"];
    let gate = Gate::start_with(&site, &base, &variables);
    let admin = gate.logged_address("\"Admin API\"");
    let ask = |method: &str, path: &str, body: &str| {
        let headers = [("content-type", "application/json")];
        Client::connect(admin).unwrap().request(method, path, &headers, body.as_bytes()).unwrap()
    };
    for (path, entity) in kongs_entities() {
        let made = ask("POST", path, &entity.to_string());
        assert_eq!(made.status, 201, "{path}: {}", made.text());
    }
    gate.request("GET", "/r", &[("apikey", "hush-key")], b"");
    // a path, and what Kong shows there
    for (path, shown) in [
        ("/", &[][..]),
        ("/status", &[]),
        ("/metrics", &[]),
        ("/endpoints", &[]),
        ("/tags", &[]),
        ("/tags/t", &[]),
        ("/timers", &[]),
        ("/debug/node/log-level", &[]),
        ("/services", &[]),
        ("/services/s", &[]),
        ("/routes", &[]),
        ("/consumers", &[]),
        ("/consumers/bob", &[]),
        ("/upstreams", &[]),
        ("/upstreams/u/health", &[]),
        ("/upstreams/u/targets", &[]),
        ("/plugins/enabled", &[]),
        ("/schemas/plugins/aws-lambda", &[]),
        ("/schemas/consumers", &[]),
        ("/certificates", &[]),
        ("/consumers/bob/key-auth", &["hush-key"]),
        ("/key-auths", &["hush-key"]),
        ("/consumers/bob/basic-auth", &[]),
        ("/basic-auths", &[]),
        ("/consumers/bob/jwt", &["hush-token"]),
        ("/consumers/bob/hmac-auth", &["hush-hmac"]),
        ("/plugins", &["hush-aws", "hush-redis"]),
        ("/routes/r/plugins", &["hush-aws"]),
    ] {
        shows(path, &ask("GET", path, "").text(), shown);
    }
    // what is refused is not said again
    for (method, path, body) in [
        ("POST", "/consumers/bob/basic-auth", json!({"username": "bob", "password": "hush-other"})),
        ("POST", "/consumers/bob/jwt", json!({"key": "app", "secret": "hush-other"})),
        ("POST", "/consumers/nobody/key-auth", json!({"key": "hush-other"})),
        ("POST", "/consumers/bob/hmac-auth", json!({"username": "x", "secret": ["hush-other"]})),
        ("POST", "/plugins", json!({"name": "aws-lambda", "config": {"aws_secret": ["hush-other"]}})),
        (
            "POST",
            "/schemas/plugins/validate",
            json!({"name": "aws-lambda", "config": {"aws_secret": {"a": "hush-other"}}}),
        ),
        ("PUT", "/plugins/x", json!({"name": "rate-limiting", "config": {"redis": {"password": ["hush-other"]}}})),
    ] {
        let refused = ask(method, path, &body.to_string());
        assert!((400..500).contains(&refused.status), "{path}: {}", refused.text());
        shows(path, &refused.text(), &[]);
    }
    let broken = ask("POST", "/consumers/bob/key-auth", "{\"key\": \"hush-other\"");
    assert_eq!(broken.status, 400);
    shows("broken JSON", &broken.text(), &[]);
    let status = gate.logged_address("\"status of kong\"");
    for path in ["/status", "/metrics"] {
        shows(path, &Client::connect(status).unwrap().request("GET", path, &[], b"").unwrap().text(), &[]);
    }
}

/// What is made at APISIX's Admin API, all of it with secrets where there can be some.
fn apisixs_objects() -> Vec<(&'static str, Value)> {
    let nodes = json!({"type": "roundrobin", "nodes": {"127.0.0.1:1": 1}});
    let redis = json!({"count": 9, "time_window": 60, "policy": "redis", "redis_host": "127.0.0.1", "redis_port": 1,
        "redis_password": "hush-redis", "redis_timeout": 100});
    let lambda = |authorization: Value| json!({"aws-lambda": {"function_uri": "http://127.0.0.1:1/", "timeout": 1000, "authorization": authorization}});
    let pem = |name: &str| {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../net/src/tls/store/fixtures/");
        std::fs::read_to_string(format!("{folder}{name}")).unwrap()
    };
    vec![
        (
            "/consumers/bob",
            json!({"username": "bob", "plugins": {
                "key-auth": {"key": "hush-key"},
                "basic-auth": {"username": "bob", "password": "hush-password"},
                "jwt-auth": {"key": "app", "secret": "hush-token"},
                "hmac-auth": {"key_id": "bob", "secret_key": "hush-hmac"},
            }}),
        ),
        ("/consumers/bob/credentials/one", json!({"plugins": {"key-auth": {"key": "hush-credential"}}})),
        ("/routes/1", json!({"uri": "/r", "plugins": {"key-auth": {}, "limit-count": redis}, "upstream": nodes})),
        (
            "/routes/2",
            json!({"uri": "/f", "plugins": lambda(json!({"iam": {"accesskey": "AK", "secretkey": "hush-aws"}}))}),
        ),
        ("/routes/3", json!({"uri": "/k", "plugins": lambda(json!({"apikey": "hush-api-key"}))})),
        ("/routes/4", json!({"uri": "/c", "plugins": {"csrf": {"key": "hush-csrf"}}, "upstream": nodes})),
        ("/ssls/1", json!({"sni": "one.test", "cert": pem("server.pem"), "key": pem("server.key")})),
        ("/global_rules/1", json!({"plugins": {"prometheus": {}}})),
    ]
}

#[test]
fn apisixs_admin_api_tells_secrets_where_apisix_does_and_etcd_keeps_them_encrypted() {
    if !needs("apisixs_admin_api_tells_secrets_where_apisix_does_and_etcd_keeps_them_encrypted", &["etcd"]) {
        return;
    }
    let etcd = Etcd::start();
    let site = Site::new("");
    let settings = with_key(&format!("  etcd: {{host: ['{}'], prefix: /apisix}}\n", etcd.url()))
        + "apisix: {data_encryption: {keyring: [hushkeyring16byt]}, status: {ip: 127.0.0.1, port: 0}, ssl: {listen: [{ip: 127.0.0.1, port: 0}]}}\n"
        + "plugin_attr: {prometheus: {export_addr: {ip: 127.0.0.1, port: 0}}}\n";
    site.write("conf/config.yaml", &settings);
    let base = ["run", "--apisix", "conf", "--data", "data", "--admin", "127.0.0.1:0", "--listen", "127.0.0.1:0"];
    let gate = Gate::start_with(&site, &base, &[("LAMBDAGATE_LOG", "trace")]);
    let ask = |method: &str, path: &str, body: &Value| apisix_admin::ask(&gate, KEY, method, path, body);
    for (path, object) in apisixs_objects() {
        let made = ask("PUT", path, &object);
        assert_eq!(made.status, 201, "{path}: {}", made.text());
        let kept = etcd.find(&format!("/apisix{path}")).unwrap()["value"].as_str().unwrap().to_owned();
        shows(&format!("{path} in etcd"), &kept, &[]);
        assert!(!kept.contains("PRIVATE KEY"), "{path} in etcd: {kept}");
    }
    gate.request("GET", "/r", &[("apikey", "hush-key")], b"");
    gate.request("GET", "/f", &[], b"");
    let consumer = ["hush-hmac", "hush-key", "hush-password", "hush-token"];
    let routes = ["hush-api-key", "hush-aws", "hush-csrf", "hush-redis"];
    for (path, shown) in [
        ("/consumers/bob", &consumer[..]),
        ("/consumers", &consumer),
        ("/consumers/bob/credentials", &["hush-credential"]),
        ("/routes", &routes),
        ("/routes/1", &["hush-redis"]),
        ("/ssls/1", &[]),
        ("/global_rules", &[]),
        ("/plugins/list", &[]),
        ("/plugins/aws-lambda", &[]),
        ("/schema/plugins/key-auth", &[]),
        ("/schema/consumer", &[]),
        ("/upstreams", &[]),
        ("/secrets", &[]),
    ] {
        shows(path, &ask("GET", path, &Value::Null).text(), shown);
    }
    for (path, body) in [
        ("/consumers/eve", json!({"username": "eve", "plugins": {"key-auth": {"key": ["hush-other"]}}})),
        ("/consumers/eve", json!({"username": "eve", "plugins": {"jwt-auth": {"secret": "hush-other"}}})),
        ("/routes/9", json!({"uri": "/x", "plugins": {"aws-lambda": {"authorization": {"apikey": "hush-other"}}}})),
        ("/ssls/9", json!({"sni": "x.test", "cert": "hush-other", "key": "hush-other"})),
    ] {
        let refused = ask("PUT", path, &body);
        assert_eq!(refused.status, 400, "{path}: {}", refused.text());
        shows(path, &refused.text(), &[]);
    }
    for key in ["", "hush-wrong"] {
        let refused = apisix_admin::ask(&gate, key, "GET", "/consumers", &Value::Null);
        assert_eq!(refused.status, 401);
        shows("without a key", &refused.text(), &[]);
    }
    for (port, path) in [("\"metrics of apisix\"", "/apisix/prometheus/metrics"), ("\"status of apisix\"", "/status")] {
        let port = gate.logged_address(port);
        shows(path, &Client::connect(port).unwrap().request("GET", path, &[], b"").unwrap().text(), &[]);
    }
}

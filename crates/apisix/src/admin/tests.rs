//! Cases of the Admin API: rows that a running APISIX agreed with, and what no row tells.

use super::*;
use dialect::admin::{Accepted, Proposal};
use http::HeaderValue;
use serde_json::{Value, json};
use store::Store;
use store::memory::MemoryStore;
use tokio::sync::mpsc;

const ROWS: &str = include_str!("cases/admin.jsonl");
const KEY: &str = "0123456789";
const VIEWER: &str = "9876543210";

/// An Admin API over a store of its own; whatever it proposes comes into force.
struct Counter {
    admin: Admin,
    desk: Desk,
}

impl Counter {
    fn open(home: Home) -> Self {
        let store: Arc<dyn Store> = Arc::new(MemoryStore::default());
        let (changes, mut proposals) = mpsc::channel::<Proposal>(1);
        let kept = store.clone();
        tokio::spawn(async move {
            while let Some(proposal) = proposals.recv().await {
                let committed = kept.commit(proposal.changes, proposal.expected).await;
                let accepted = committed.map(|revision| Accepted { revision, findings: Vec::new() });
                let _ = proposal.done.send(accepted.map_err(Refused::from));
            }
        });
        let holder = |key: &str, role| Holder { key: model::secret::Secret::new(key), role };
        let rules = Rules {
            ports: Vec::new(),
            prefix: "/apisix".to_owned(),
            holders: vec![holder(KEY, Role::Admin), holder(VIEWER, Role::Viewer)],
            key_required: true,
            allow: vec!["127.0.0.0/24".parse().unwrap()],
            cors: true,
            plugins: None,
            stream: false,
            home,
        };
        let desk =
            Desk { store, changes, source: 0, metrics: telemetry::Metrics::default(), serving: Default::default() };
        Self { admin: Admin::new(rules), desk }
    }

    async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> http::Response<Bytes> {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.admin.answer(request.body(Bytes::from(body.to_owned())).unwrap(), &self.desk).await
    }

    /// As the admin; the status with the body as JSON.
    async fn admin(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let path = format!("/apisix/admin{path}");
        let answer = self.ask(method, &path, &[("x-api-key", KEY)], &body).await;
        (answer.status().as_u16(), serde_json::from_slice(answer.body()).unwrap_or_default())
    }

    async fn set_up(&self, kinds: &Value) {
        for (kind, objects) in kinds.as_object().into_iter().flatten() {
            for object in objects.as_array().unwrap() {
                let (status, said) = self.admin("PUT", &format!("/{kind}"), object.clone()).await;
                assert_eq!(status, 201, "{object}: {said}");
            }
        }
    }

    async fn step(&self, step: &Value) -> Result<(), String> {
        let text = |value: &Value| value.as_str().unwrap().replace("{{KEY}}", KEY).replace("{{VIEWER}}", VIEWER);
        let mut headers: Vec<(String, String)> = Vec::new();
        match step.get("key") {
            None => headers.push(("x-api-key".to_owned(), KEY.to_owned())),
            Some(Value::Null) => {}
            Some(key) => headers.push(("x-api-key".to_owned(), text(key))),
        }
        let listed = step["headers"].as_array().into_iter().flatten();
        headers.extend(listed.map(|pair| (text(&pair[0]), text(&pair[1]))));
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (&**name, &**value)).collect();
        let body = match &step["body"] {
            Value::Null => String::new(),
            Value::String(body) => body.clone(),
            body => body.to_string(),
        };
        let answer = self.ask(step["method"].as_str().unwrap(), &text(&step["path"]), &headers, &body).await;
        judge(&step["expect"], &answer).map_err(|why| format!("{why}\n  {}: {answer:?}", step["method"]))
    }
}

fn judge(expected: &Value, answer: &http::Response<Bytes>) -> Result<(), String> {
    let status = u64::from(answer.status().as_u16());
    let is_it = match &expected["status"] {
        Value::Array(any) => any.iter().any(|one| one.as_u64() == Some(status)),
        Value::Null => true,
        one => one.as_u64() == Some(status),
    };
    if !is_it {
        return Err(format!("status {status} instead of {}", expected["status"]));
    }
    let body = String::from_utf8_lossy(answer.body());
    for part in expected["body_contains"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if !body.contains(part) {
            return Err(format!("{part:?} is not in the body"));
        }
    }
    for (name, value) in expected["headers"].as_object().into_iter().flatten() {
        let found = answer.headers().get(name).map(HeaderValue::to_str).map(Result::unwrap);
        match (value.as_str(), found) {
            (None, None) => {}
            (Some(value), Some(found)) if matches(&json!(value), &json!(found)) => {}
            _ => return Err(format!("{name}: {found:?} instead of {value}")),
        }
    }
    let value: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
    if let Some(absent) = expected["json_absent"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|name| value.get(name.as_str().unwrap()).is_some())
    {
        return Err(format!("{absent} is there"));
    }
    match expected.get("json") {
        Some(json) if !matches(json, &value) => Err(format!("the body is not {json}")),
        _ => Ok(()),
    }
}

/// Whether a value has what is expected; a text that begins with `~` is an expression.
fn matches(expected: &Value, found: &Value) -> bool {
    match (expected, found) {
        (Value::Object(expected), Value::Object(found)) => {
            expected.iter().all(|(name, value)| found.get(name).is_some_and(|found| matches(value, found)))
        }
        (Value::Array(expected), Value::Array(found)) => {
            expected.len() == found.len() && expected.iter().zip(found).all(|(one, other)| matches(one, other))
        }
        (Value::String(expected), found) if expected.starts_with('~') => {
            let text = found.as_str().map_or_else(|| found.to_string(), str::to_owned);
            regex::Regex::new(&expected[1..]).unwrap().is_match(&text)
        }
        (expected, found) => expected == found,
    }
}

#[tokio::test]
async fn every_row_holds() {
    let (mut wrong, mut rows) = (Vec::new(), 0);
    let whole = Counter::open(Home::Whole); // its rows build upon one another
    for line in ROWS.lines() {
        let row: Value = serde_json::from_str(&line.replace("{{A}}", "127.0.0.1:1980")).unwrap();
        rows += 1;
        let own = Counter::open(Home::Objects);
        let counter = if row["mode"] == "standalone-api" { &whole } else { &own };
        counter.set_up(&row["setup"]).await;
        for step in row["steps"].as_array().unwrap() {
            if let Err(why) = counter.step(step).await {
                wrong.push(format!("{} ({}): {why}", row["id"], row["desc"]));
                break;
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {rows} rows:\n{}", wrong.len(), wrong.join("\n"));
}

fn route(uri: &str) -> Value {
    json!({"uri": uri, "upstream": {"nodes": {"127.0.0.1:1": 1}}})
}

#[tokio::test]
async fn objects_come_back_as_they_were_written_with_their_times() {
    let counter = Counter::open(Home::Objects);
    let (status, made) = counter.admin("POST", "/routes", route("/a")).await;
    let id = made["value"]["id"].as_str().unwrap().to_owned();
    assert_eq!((status, id.len(), made["key"].as_str().unwrap()), (201, 20, format!("/apisix/routes/{id}").as_str()));
    let (_, found) = counter.admin("GET", &format!("/routes/{id}"), Value::Null).await;
    assert_eq!(found["value"]["upstream"], json!({"nodes": {"127.0.0.1:1": 1}}), "no defaults are written back");
    assert!(found["value"]["create_time"].is_u64() && found["modifiedIndex"].is_u64());
    let (status, _) = counter.admin("PATCH", &format!("/routes/{id}/upstream/nodes"), json!({"127.0.0.1:2": 1})).await;
    assert_eq!(status, 200);
    let (_, found) = counter.admin("GET", &format!("/routes/{id}"), Value::Null).await;
    assert_eq!(found["value"]["upstream"], json!({"nodes": {"127.0.0.1:2": 1}}));
    let (status, gone) = counter.admin("DELETE", &format!("/routes/{id}"), Value::Null).await;
    assert_eq!((status, gone), (200, json!({"deleted": "1", "key": format!("/apisix/routes/{id}")})));
    let missing = (404, json!({"message": "Key not found"}));
    assert_eq!(counter.admin("DELETE", &format!("/routes/{id}"), Value::Null).await, missing);
    assert_eq!(counter.admin("GET", &format!("/routes/{id}"), Value::Null).await, missing);
    assert_eq!(counter.admin("PATCH", &format!("/routes/{id}"), json!({})).await, missing);
}

#[tokio::test]
async fn what_is_named_must_be_there_and_stays_while_it_is_named() {
    let counter = Counter::open(Home::Objects);
    let cases = [
        ("upstreams", json!({"nodes": {"127.0.0.1:1": 1}}), "upstream_id", "upstream", "upstream, route [r]"),
        ("services", json!({}), "service_id", "service", "service directly, route [r]"),
        ("plugin_configs", json!({"plugins": {}}), "plugin_config_id", "plugin config", "plugin config, route [r]"),
    ];
    for (kind, object, member, name, words) in cases {
        let mut route = route("/a");
        route[member] = json!("x");
        let (status, said) = counter.admin("PUT", "/routes/r", route.clone()).await;
        let expected = format!("failed to fetch {name} info by {name} id [x], response code: 404");
        assert_eq!((status, said["error_msg"].as_str()), (400, Some(expected.as_str())));
        assert_eq!(counter.admin("PUT", &format!("/{kind}/x"), object).await.0, 201);
        assert_eq!(counter.admin("PUT", "/routes/r", route).await.0, 201);
        let (status, said) = counter.admin("DELETE", &format!("/{kind}/x"), Value::Null).await;
        let expected = format!("can not delete this {words} is still using it now");
        assert_eq!((status, said["error_msg"].as_str()), (400, Some(expected.as_str())));
        assert_eq!(counter.admin("DELETE", &format!("/{kind}/x?force=true"), Value::Null).await.0, 200);
        counter.admin("DELETE", "/routes/r", Value::Null).await;
    }
}

#[tokio::test]
async fn lists_are_filtered_and_paged() {
    let counter = Counter::open(Home::Objects);
    for number in 1..=12 {
        let mut object = route(&format!("/uri{number}"));
        object["name"] = json!(format!("name{number}"));
        object["labels"] = json!({ (if number % 2 == 0 { "even" } else { "odd" }): "x" });
        counter.admin("PUT", &format!("/routes/{number}"), object).await;
    }
    let cases = [
        ("", 12, Some(12)),
        ("?page=1&page_size=10", 12, Some(10)),
        ("?page=2&page_size=10", 12, Some(2)),
        ("?page=3&page_size=10", 12, None),
        ("?page=2", 12, Some(12)),
        ("?name=name1", 4, Some(4)),
        ("?name=%5Ename1%24&label=odd", 1, Some(1)),
        ("?label=even", 6, Some(6)),
        ("?uri=uri2", 1, Some(1)),
        ("?filter=service_id%3D9", 0, Some(0)),
    ];
    for (query, total, listed) in cases {
        let (status, found) = counter.admin("GET", &format!("/routes{query}"), Value::Null).await;
        let list = found["list"].as_array().map(Vec::len);
        assert_eq!((status, found["total"].as_u64(), list), (200, Some(total), listed), "{query}: {found}");
    }
    let answer = counter.ask("GET", "/apisix/admin/routes?page=1&page_size=9", &[("x-api-key", KEY)], "").await;
    assert_eq!(
        (answer.status(), &answer.body()[..]),
        (StatusCode::BAD_REQUEST, &b"page_size must be between 10 and 500"[..])
    );
}

#[tokio::test]
async fn requests_that_are_wrong_are_told_so() {
    let counter = Counter::open(Home::Objects);
    let large = format!("{{\"a\":\"{}\"}}", "x".repeat(1_572_864));
    let cases = [
        ("PUT", "/routes/1", "{", 400, "invalid request body: "),
        ("PUT", "/routes/1", large.as_str(), 400, "request size 1572872 is greater than the maximum size 1572864"),
        ("PUT", "/routes/1?ttl=abc", r#"{"uri":"/a"}"#, 400, "invalid argument ttl: should be a number"),
        ("PUT", "/routes/1", r#"{"id":"2","uri":"/a"}"#, 400, "wrong route id"),
        ("PUT", "/routes/1", r#"{"uri":"/a","plugins":{"none":{}}}"#, 400, "unknown plugin [none]"),
        (
            "PUT",
            "/routes/1",
            r#"{"uri":"/a","plugins":{},"create_time":1}"#,
            400,
            "the property is forbidden: create_time",
        ),
        ("PUT", "/routes/1", r#"{"uri":"/a","plugins":{},}"#, 201, ""),
        ("PUT", "/consumers/a", r#"{"username":"b"}"#, 400, "wrong username"),
        ("PUT", "/secrets/none/1", "{}", 400, "invalid secret manager: none"),
        ("PUT", "/stream_routes/1", "{}", 400, "stream mode is disabled"),
        ("PATCH", "/consumers/a", "{}", 405, "not supported `PATCH` method for consumer"),
        ("POST", "/plugin_configs", "{}", 405, "not supported `POST` method for plugin config"),
        ("TRACE", "/routes", "", 404, "not found"),
        ("GET", "/schema/none", "", 404, "plugin not found"),
        ("POST", "/schema/validate/routes", r#"{"uri":1}"#, 400, "wrong type: expected string, got number"),
        ("POST", "/schema/validate/routes", r#"{"uri":"/a","plugins":{}}"#, 200, ""),
        ("GET", "/plugins/aws-lambda", "", 200, "function_uri"),
        ("GET", "/schema/plugins/key-auth?schema_type=consumer", "", 200, "\"required\":[\"key\"]"),
        ("GET", "/plugins?all=true", "", 200, "\"priority\":-1899"),
        ("GET", "/configs", "", 404, "Unsupported resource type: configs"),
    ];
    for (method, path, body, status, said) in cases {
        let answer = counter.ask(method, &format!("/apisix/admin{path}"), &[("x-api-key", KEY)], body).await;
        let text = String::from_utf8_lossy(answer.body());
        assert!(answer.status() == status && text.contains(said), "{method} {path}: {} {text}", answer.status());
    }
}

#[tokio::test]
async fn two_consumers_do_not_share_a_key() {
    let counter = Counter::open(Home::Objects);
    let consumer = |name: &str, key: &str| json!({"username": name, "plugins": {"key-auth": {"key": key}}});
    assert_eq!(counter.admin("PUT", "/consumers", consumer("a", "k")).await.0, 201);
    assert_eq!(counter.admin("PUT", "/consumers", consumer("a", "k")).await.0, 200);
    let (status, said) = counter.admin("PUT", "/consumers", consumer("b", "k")).await;
    let expected = "duplicate key of plugin key-auth found with consumer: a";
    assert_eq!((status, said["error_msg"].as_str()), (400, Some(expected)));
    assert_eq!(counter.admin("PUT", "/consumers", consumer("b", "l")).await.0, 201);
    let credential = json!({"plugins": {"key-auth": {"key": "c"}}});
    assert_eq!(counter.admin("PUT", "/consumers/a/credentials/1", credential.clone()).await.0, 201);
    assert_eq!(counter.admin("PUT", "/consumers/b/credentials/1", credential).await.0, 400);
    assert_eq!(counter.admin("DELETE", "/consumers/a", Value::Null).await.0, 200);
    assert_eq!(counter.desk.documents().await.unwrap().0.len(), 1, "its credentials went with it");
}

#[tokio::test]
async fn limits_of_one_group_are_one_limit() {
    let counter = Counter::open(Home::Objects);
    let object = |limit: Value| json!({"uri": "/a", "plugins": {"limit-count": limit}});
    let limit = |count: u64| json!({"count": count, "time_window": 9, "group": "g"});
    assert_eq!(counter.admin("PUT", "/routes/1", object(limit(1))).await.0, 201);
    // what is written out is the default, and what every plugin may have is no part of the limit
    let same = json!({"count": 1, "time_window": 9, "group": "g", "policy": "local", "_meta": {"priority": 1}});
    let cases = [
        ("/routes/2", object(same), 201, None),
        ("/routes/3", object(limit(2)), 400, Some("group conf mismatched")),
        ("/routes/3", object(json!({"count": 2, "time_window": 9, "group": "other"})), 201, None),
        ("/routes/4", object(json!({"count": 2, "time_window": 9})), 201, None),
        ("/plugin_configs/1", json!({"plugins": {"limit-count": limit(3)}}), 400, Some("group conf mismatched")),
    ];
    for (path, body, status, said) in cases {
        let answer = counter.admin("PUT", path, body).await;
        let expected = said.map(|said| format!("failed to check the configuration of plugin limit-count err: {said}"));
        assert_eq!((answer.0, answer.1["error_msg"].as_str()), (status, expected.as_deref()), "{path}");
    }
}

#[tokio::test]
async fn only_those_from_here_may_ask_and_keys_of_certificates_are_not_shown() {
    let counter = Counter::open(Home::Objects);
    for (peer, status) in [("127.0.0.1:5", 401), ("127.0.1.1:5", 403), ("[::ffff:127.0.0.9]:5", 401)] {
        let mut request = Request::get("/apisix/admin/routes").body(Bytes::new()).unwrap();
        request.extensions_mut().insert(peer.parse::<std::net::SocketAddr>().unwrap());
        assert_eq!(counter.admin.answer(request, &counter.desk).await.status(), status, "{peer}");
    }
    let bytes = json!({"sni": "a", "cert": "c", "key": "k", "keys": ["k"]}).to_string().into();
    let put = Change::Put { key: "ssls/1".to_owned(), bytes, expires: None };
    counter.desk.store.commit(vec![put], None).await.unwrap();
    let (_, found) = counter.admin("GET", "/ssls/1", Value::Null).await;
    assert_eq!(found["value"], json!({"sni": "a", "cert": "c"}));
}

//! What people put around their upstreams with APISIX's plugins, as clients see it.

use crate::client::Answer;
use crate::gate::Gate;
use crate::site::Site;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::time::{SystemTime, UNIX_EPOCH};

/// An upstream that says its name, the fields that it was sent and nothing else.
fn node(name: &'static str) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let mut stream = BufReader::new(stream);
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") && stream.read_line(&mut head).is_ok_and(|bytes| bytes > 0) {}
            let body = format!("{name}\n{head}");
            let fields = format!("content-length: {}\r\nconnection: close", body.len());
            let _gone = stream.get_mut().write_all(format!("HTTP/1.1 200 OK\r\n{fields}\r\n\r\n{body}").as_bytes());
        }
    });
    address
}

/// A gateway with these objects.
fn gate(objects: &Value) -> (Site, Gate) {
    gate_with("", objects)
}

/// The same with more settings.
fn gate_with(settings: &str, objects: &Value) -> (Site, Gate) {
    let site = Site::new("");
    let deployment = "deployment: {role: data_plane, role_data_plane: {config_provider: yaml}}";
    site.write("conf/config.yaml", &format!("{settings}\n{deployment}\n"));
    site.write("conf/apisix.yaml", &format!("{objects}\n#END\n"));
    let gate = Gate::start(&site, &["run", "--apisix", "conf", "--listen", "127.0.0.1:0"]);
    (site, gate)
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

#[test]
fn a_token_in_a_cookie_must_stand_in_a_field_too() {
    let upstream = json!({"nodes": {node("a").to_string(): 1}});
    let (_site, gate) =
        gate(&json!({"routes": [{"uri": "/*", "upstream": upstream, "plugins": {"csrf": {"key": "k"}}}]}));
    let given = gate.get("/");
    let cookie = given.header("set-cookie").unwrap().to_owned();
    let token = cookie.strip_prefix("apisix-csrf-token=").unwrap().split(';').next().unwrap();
    assert_eq!(given.status, 200);
    let post = |headers: &[(&str, &str)]| gate.request("POST", "/", headers, b"");
    let kept = format!("apisix-csrf-token={token}");
    let error = |answer: &Answer| answer.json()["error_msg"].as_str().unwrap().to_owned();
    for (headers, said) in [
        (vec![], "no csrf token in headers"),
        (vec![("apisix-csrf-token", token)], "no csrf cookie"),
        (vec![("apisix-csrf-token", "other"), ("cookie", &kept)], "csrf token mismatch"),
        (
            vec![("apisix-csrf-token", "x"), ("cookie", "apisix-csrf-token=x")],
            "Failed to verify the csrf token signature",
        ),
    ] {
        let answer = post(&headers);
        assert_eq!((answer.status, error(&answer).as_str()), (401, said));
        assert!(answer.header("set-cookie").is_some(), "a refusal brings a token too");
    }
    assert_eq!(post(&[("apisix-csrf-token", token), ("cookie", &kept)]).status, 200);
}

fn token(key: &str, secret: &[u8], exp: u64) -> String {
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(json!({"alg": "HS256", "typ": "JWT"})), part(json!({"key": key, "exp": exp})));
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).unwrap();
    mac.update(signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

#[test]
fn the_first_token_counts_and_clocks_may_differ() {
    let upstream = json!({"nodes": {node("a").to_string(): 1}});
    let consumer = |name: &str, conf: Value| json!({"username": name, "plugins": {"jwt-auth": conf}});
    let (_site, gate) = gate(&json!({
        "routes": [{"uri": "/*", "upstream": upstream, "plugins": {"jwt-auth": {}}}],
        "consumers": [
            consumer("plain", json!({"key": "plain", "secret": "secret"})),
            consumer("late", json!({"key": "late", "secret": "secret", "lifetime_grace_period": 1000})),
            consumer("coded", json!({"key": "coded", "secret": "c2VjcmV0", "base64_secret": true})),
        ],
    }));
    let (later, before) = (now() + 1000, now() - 500);
    let good = token("plain", b"secret", later);
    let ask = |header: Option<&str>, query: Option<&str>, cookie: Option<&str>| {
        let target = query.map_or("/".to_owned(), |token| format!("/?jwt={token}"));
        let cookie = cookie.map(|token| format!("jwt={token}"));
        let headers = [("authorization", header), ("cookie", cookie.as_deref())];
        let headers: Vec<(&str, &str)> = headers.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
        gate.request("GET", &target, &headers, b"").status
    };
    let other = token("late", b"secret", later);
    for (header, query, cookie, status) in [
        (None, None, None, 401),
        (Some(good.as_str()), None, None, 200),
        (None, Some(good.as_str()), None, 200),
        (None, None, Some(good.as_str()), 200),
        (Some(good.as_str()), Some(other.as_str()), Some("bad"), 200),
        (Some("bad"), Some(good.as_str()), None, 401),
        (None, Some(good.as_str()), Some("bad"), 200),
    ] {
        assert_eq!(ask(header, query, cookie), status, "{header:?} {query:?} {cookie:?}");
    }
    assert_eq!(ask(Some(&token("plain", b"secret", before)), None, None), 401, "it is over");
    assert_eq!(ask(Some(&token("late", b"secret", before)), None, None), 200, "it is over, but not for long");
    assert_eq!(ask(Some(&token("coded", b"secret", later)), None, None), 200, "the secret is written in base64");
    assert_eq!(ask(Some(&token("coded", b"c2VjcmV0", later)), None, None), 401);
}

#[test]
fn ids_have_the_form_that_is_wanted() {
    let upstream = json!({"nodes": {node("a").to_string(): 1}});
    let route = |uri: &str, conf: Value| json!({"uri": uri, "upstream": upstream, "plugins": {"request-id": conf}});
    let range = json!({"algorithm": "range_id", "range_id": {"length": 9, "char_set": "abcdef"}});
    let (_site, gate) = gate(&json!({"routes": [
        route("/nanoid", json!({"algorithm": "nanoid"})),
        route("/ksuid", json!({"algorithm": "ksuid"})),
        route("/uuidv7", json!({"algorithm": "uuidv7"})),
        route("/range", range),
    ]}));
    for (path, pattern) in [
        ("/nanoid", "^[A-Za-z0-9_-]{21}$"),
        ("/ksuid", "^[A-Za-z0-9]{27}$"),
        ("/uuidv7", "^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"),
        ("/range", "^[a-f]{9}$"),
    ] {
        let answer = gate.get(path);
        let id = answer.header("x-request-id").unwrap();
        assert!(regex::Regex::new(pattern).unwrap().is_match(id), "{path}: {id}");
        assert!(answer.text().contains(&format!("x-request-id: {id}\r\n")), "the upstream is told the same");
    }
}

#[test]
fn only_pages_that_may_can_measure() {
    let upstream = json!({"nodes": {node("a").to_string(): 1}});
    let cors =
        json!({"timing_allow_origins": "http://a.test,http://b.test", "timing_allow_origins_by_regex": [".*c[.]test"]});
    let (_site, gate) = gate(&json!({"routes": [{"uri": "/*", "upstream": upstream, "plugins": {"cors": cors}}]}));
    for (origin, may) in [("http://a.test", true), ("http://x.c.test", true), ("http://d.test", false)] {
        let answer = gate.request("GET", "/", &[("origin", origin)], b"");
        assert_eq!(answer.header("timing-allow-origin"), may.then_some(origin));
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    }
    assert_eq!(gate.get("/").header("timing-allow-origin"), None);
}

#[test]
fn nodes_of_a_lower_priority_stand_in_and_dns_finds_nodes() {
    let (first, second) = (node("first"), node("second"));
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let node = |address: SocketAddr, priority: i64| json!({"host": "127.0.0.1", "port": address.port(), "weight": 1, "priority": priority});
    let route = |uri: &str, upstream: Value| json!({"uri": uri, "upstream": upstream});
    let (_site, gate) = gate(&json!({"routes": [
        route("/both", json!({"nodes": [node(second, 0), node(first, 1)]})),
        route("/one", json!({"nodes": [node(second, -1), node(closed, 0)]})),
        route("/chash", json!({"nodes": [node(second, -1), node(closed, 0)], "type": "chash", "key": "uri"})),
        route("/none", json!({"nodes": [node(second, -1), node(closed, 0)], "retries": 0})),
        route("/dns", json!({"service_name": format!("localhost:{}", first.port()), "discovery_type": "dns"})),
    ]}));
    for (path, status, name) in [
        ("/both", 200, "first"),
        ("/both", 200, "first"),
        ("/one", 200, "second"),
        ("/one", 200, "second"),
        ("/chash", 200, "second"),
        ("/none", 502, ""),
        ("/dns", 200, "first"),
    ] {
        let answer = gate.get(path);
        assert_eq!(answer.status, status, "{path}");
        assert!(answer.status != 200 || answer.text().starts_with(name), "{path}: {}", answer.text());
    }
}

#[test]
fn settings_say_what_of_a_path_means_nothing() {
    let route = |uri: &str| json!({"uri": uri, "plugins": {"mocking": {"response_example": uri}}});
    let routes = json!({"routes": [route("/a"), route("/a/b"), route("/x%2Fy")]});
    let other = ["/a/", "/a;p=1", "/a;p=1/b", "/x%2Fy"];
    // a setting, and what it makes of those paths
    let cases = [
        ("apisix: {}", [404, 404, 404, 404]),
        ("apisix: {delete_uri_tail_slash: true}", [200, 404, 404, 404]),
        ("apisix: {normalize_uri_like_servlet: true}", [404, 200, 200, 404]),
        ("apisix: {match_uri_encoded_slash: true}", [404, 404, 404, 200]),
    ];
    for (settings, expected) in cases {
        let (_site, gate) = gate_with(settings, &routes);
        assert_eq!(other.map(|path| gate.get(path).status), expected, "{settings}");
        assert_eq!(gate.get("/a").status, 200, "{settings}");
    }
    let (_site, gate) = gate_with("apisix: {normalize_uri_like_servlet: true}", &routes);
    for path in ["/a/..;/b", "/a/.;x/b", "/a/;x/b", "/a/%252e;/b", "/a/x%252fy;/b"] {
        assert_eq!(gate.get(path).status, 400, "{path}");
    }
}

#[test]
fn https_has_the_port_that_settings_say() {
    let redirect = json!({"routes": [{"uri": "/*", "plugins": {"redirect": {"http_to_https": true}}}]});
    for (settings, location) in [
        ("apisix: {ssl: {enable: false}}", "https://gateway.test/a?b"),
        ("apisix: {ssl: {listen: [{port: 443}]}}", "https://gateway.test/a?b"),
        ("apisix: {ssl: {listen: [{port: 8443}]}}", "https://gateway.test:8443/a?b"),
        ("plugin_attr: {redirect: {https_port: 9000}}", "https://gateway.test:9000/a?b"),
    ] {
        let (_site, gate) = gate_with(settings, &redirect);
        let answer = gate.get("/a?b");
        assert_eq!((answer.status, answer.header("location")), (301, Some(location)), "{settings}");
    }
}

#[test]
fn where_no_node_is_well_all_are_asked() {
    let closed = || TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let checks = json!({"active": {"healthy": {"interval": 3600}, "unhealthy": {"interval": 3600, "tcp_failures": 1}},
        "passive": {"unhealthy": {"tcp_failures": 1}}});
    let upstream = json!({"nodes": {closed().to_string(): 1, closed().to_string(): 1}, "checks": checks});
    let (_site, gate) = gate(&json!({"routes": [{"uri": "/*", "upstream": upstream}]}));
    for _ in 0..3 {
        let answer = gate.get("/");
        assert_eq!((answer.status, answer.header("x-apisix-upstream-status")), (502, Some("502")));
    }
}

#[test]
fn what_a_believed_peer_tells_is_the_clients_address() {
    let upstream = json!({"nodes": {node("a").to_string(): 1}});
    let route = |uri: &str, trusted: &str| {
        let real = json!({"source": "http_x_forwarded_for", "trusted_addresses": [trusted]});
        json!({"uri": uri, "upstream": upstream, "plugins": {
            "real-ip": real, "ip-restriction": {"whitelist": ["203.0.113.7"]}}})
    };
    let (_site, gate) = gate(&json!({"routes": [route("/near", "127.0.0.0/24"), route("/far", "10.0.0.0/8")]}));
    for (target, told, status) in [
        ("/near", "198.51.100.1, 203.0.113.7", 200),
        ("/near", "203.0.113.7, 198.51.100.1", 403),
        ("/near", "nobody", 403),
        ("/far", "203.0.113.7", 403),
    ] {
        assert_eq!(gate.request("GET", target, &[("x-forwarded-for", told)], b"").status, status, "{target} {told}");
    }
}

/// A policy agent that lets Alice pass, tells who she is, and nobody else.
fn agent() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let mut stream = BufReader::new(stream);
            let (mut line, mut length) = (String::new(), 0);
            while line != "\r\n" {
                line.clear();
                stream.read_line(&mut line).unwrap();
                length = line
                    .to_ascii_lowercase()
                    .strip_prefix("content-length: ")
                    .map_or(length, |text| text.trim().parse().unwrap());
            }
            let mut body = vec![0; length];
            stream.read_exact(&mut body).unwrap();
            let input: Value = serde_json::from_slice(&body).unwrap();
            let decision = match input["input"]["request"]["query"]["name"].as_str() {
                Some("alice") => json!({"allow": true, "headers": {"X-User": "alice"}}),
                Some("bob") => {
                    json!({"allow": false, "status_code": 401, "reason": {"code": 7}, "headers": {"X-Why": "b"}})
                }
                _ => json!({"allow": false}),
            };
            let body = json!({"result": decision}).to_string();
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
            let _gone = stream.get_mut().write_all(format!("{head}{body}").as_bytes());
        }
    });
    address
}

#[test]
fn a_policy_agent_decides_who_passes() {
    let upstream = json!({"nodes": {node("a").to_string(): 1}});
    let route = |uri: &str, host: String| {
        let opa = json!({"host": host, "policy": "example", "send_headers_upstream": ["X-User"]});
        json!({"uri": uri, "upstream": upstream, "plugins": {"opa": opa}})
    };
    let nowhere = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let routes = [route("/a", format!("http://{}", agent())), route("/b", format!("http://{nowhere}"))];
    let (_site, gate) = gate(&json!({ "routes": routes }));
    let ask = |target: &str| gate.request("GET", target, &[("x-user", "forged")], b"");
    let passed = ask("/a?name=alice");
    assert_eq!(passed.status, 200);
    assert!(passed.text().contains("x-user: alice\r\n") && !passed.text().contains("forged"), "{}", passed.text());
    let refused = ask("/a?name=bob");
    assert_eq!((refused.status, refused.text().as_str(), refused.header("x-why")), (401, r#"{"code":7}"#, Some("b")));
    assert_eq!(ask("/a").status, 403);
    assert_eq!(ask("/b?name=alice").status, 403, "nobody decides");
}

#[test]
fn upstreams_learn_the_labels_of_known_clients_and_of_nobody_else() {
    let upstream = json!({"nodes": {node("a").to_string(): 1}});
    let attach = json!({"headers": {"X-Department": "$department"}});
    let consumer =
        |name: &str, labels: Value| json!({"username": name, "labels": labels, "plugins": {"key-auth": {"key": name}}});
    let (_site, gate) = gate(&json!({
        "routes": [
            {"uri": "/known", "upstream": upstream, "plugins": {"key-auth": {}, "attach-consumer-label": attach}},
            {"uri": "/open", "upstream": upstream, "plugins": {"attach-consumer-label": attach}},
        ],
        "consumers": [consumer("bob", json!({"department": "devops"})), consumer("eve", json!({"company": "x"}))],
    }));
    for (target, key, expected) in
        [("/known", "bob", Some("x-department: devops\r\n")), ("/known", "eve", None), ("/open", "bob", None)]
    {
        let answer = gate.request("GET", target, &[("apikey", key), ("x-department", "forged")], b"");
        assert_eq!(answer.status, 200);
        let told = answer.text();
        assert!(!told.contains("forged"), "{target} {key}: {told}");
        assert_eq!(told.contains("x-department"), expected.is_some(), "{target} {key}: {told}");
        assert!(expected.is_none_or(|field| told.contains(field)), "{target} {key}: {told}");
    }
}

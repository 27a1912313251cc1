//! What scrapes see: each original's names on each original's port.

use crate::client::{Answer, Client};
use crate::gate::Gate;
use crate::site::Site;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};

/// An upstream that answers each connection once.
fn upstream() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                if stream.read(&mut byte).unwrap_or(0) == 0 {
                    break;
                }
                head.push(byte[0]);
            }
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nup");
        }
    });
    address
}

fn ask(address: SocketAddr, path: &str) -> Answer {
    Client::connect(address).unwrap().request("GET", path, &[], b"").unwrap()
}

/// A page that has all of these lines. What is counted after the last byte may come a moment later than that byte, so
/// requests are counted on a page that is asked for until they are there.
fn page_with(address: SocketAddr, path: &str, lines: &[String]) -> String {
    let mut page = String::new();
    for _ in 0..1000 {
        page = ask(address, path).text();
        if lines.iter().all(|line| page.lines().any(|one| one.starts_with(line.as_str()))) {
            return page;
        }
        std::thread::yield_now();
    }
    panic!("not all of {lines:#?} in\n{page}");
}

#[test]
fn kongs_names_are_on_kongs_status_port() {
    let node = upstream();
    let site = Site::new("");
    let plugin = "{name: prometheus, config: {per_consumer: true, status_code_metrics: true, latency_metrics: true, \
                  bandwidth_metrics: true, upstream_health_metrics: true}}";
    site.write(
        "kong.yml",
        &format!(
            "_format_version: '3.0'
upstreams: [{{name: u, targets: [{{target: '{node}'}}]}}]
services:
- {{name: shop, host: u, plugins: [{plugin}], routes: [{{name: up, paths: [/up]}}]}}
- {{host: 127.0.0.1, port: {port}, routes: [{{name: silent, paths: [/silent]}}]}}
routes:
- name: own
  paths: [/own]
  plugins: [{plugin}, {{name: key-auth}}, {{name: request-termination, config: {{status_code: 204}}}}]
consumers: [{{username: bob, keyauth_credentials: [{{key: let-me-in}}]}}]
",
            port = node.port()
        ),
    );
    let gate = Gate::start_with(
        &site,
        &["run", "--kong", "kong.yml", "--listen", "127.0.0.1:0"],
        &[("KONG_STATUS_LISTEN", "127.0.0.1:0")],
    );
    assert_eq!(gate.get("/up").text(), "up");
    assert_eq!(gate.get("/silent").text(), "up");
    assert_eq!(gate.get("/own").status, 401);
    assert_eq!(gate.request("GET", "/own", &[("apikey", "let-me-in")], b"").status, 204);
    let told = gate.logged_address("\"status of kong\"");
    let requests = |place: &str, code: u16, source: &str, consumer: &str| {
        format!(
            "kong_http_requests_total{{{place},code=\"{code}\",source=\"{source}\",workspace=\"default\",consumer=\"{consumer}\"}} 1"
        )
    };
    let (up, own) = (r#"service="shop",route="up""#, r#"service="",route="own""#);
    let expected = [
        requests(up, 200, "service", ""),
        requests(own, 401, "kong", ""),
        requests(own, 204, "kong", "bob"),
        format!("kong_kong_latency_ms_bucket{{{own},workspace=\"default\",le=\"6000\"}} 2"),
        format!("kong_upstream_latency_ms_count{{{up},workspace=\"default\"}} 1"),
        format!("kong_request_latency_ms_bucket{{{up},workspace=\"default\",le=\"+Inf\"}} 1"),
        format!("kong_bandwidth_bytes{{{up},direction=\"egress\",workspace=\"default\",consumer=\"\"}} "),
        format!(
            "kong_upstream_target_health{{upstream=\"u\",target=\"{node}\",address=\"{node}\",state=\"healthchecks_off\",subsystem=\"http\"}} 1"
        ),
        "kong_datastore_reachable 1".to_owned(),
        "kong_node_info{node_id=".to_owned(),
        "kong_nginx_metric_errors_total 0".to_owned(),
    ];
    let page = page_with(told, "/metrics", &expected);
    assert!(!page.contains("silent"), "nothing is counted where the plugin is not\n{page}");
    page_with(gate.logged_address("\"Admin API\""), "/metrics", &expected);
    assert_eq!(ask(told, "/status/ready").json()["message"], "ready");
    assert!(ask(told, "/status").json()["server"]["total_requests"].as_u64().unwrap() >= 4);
    assert_eq!(ask(told, "/services").status, 404, "the port only tells");
}

#[test]
fn apisixs_names_are_on_its_export_server() {
    let node = upstream();
    let site = Site::new("");
    site.write(
        "conf/config.yaml",
        "apisix: {status: {ip: 127.0.0.1, port: 0}}
plugin_attr:
  prometheus:
    export_uri: /figures
    export_addr: {ip: 127.0.0.1, port: 0}
    metrics: {http_status: {extra_labels: [{tenant: $http_x_tenant}]}}
deployment: {role: data_plane, role_data_plane: {config_provider: yaml}}
",
    );
    site.write(
        "conf/apisix.yaml",
        &format!(
            "routes:
- {{id: 1, uri: /up/*, host: '*.one.test', service_id: s, plugins: {{prometheus: {{}}}}}}
- {{id: 2, name: own, uri: /own, plugins: {{prometheus: {{prefer_name: true}}, mocking: {{response_status: 201, response_example: own}}}}}}
services: [{{id: s, upstream: {{type: roundrobin, nodes: {{'{node}': 1}}}}}}]
#END
"
        ),
    );
    let gate = Gate::start(&site, &["run", "--apisix", "conf", "--listen", "127.0.0.1:0"]);
    let asked = gate.request("GET", "/up/x", &[("host", "a.one.test"), ("x-tenant", "blue")], b"");
    assert_eq!(asked.text(), "up");
    assert_eq!(gate.get("/own").status, 201);
    let models = r#"request_type="traditional_http",request_llm_model="",llm_model="""#;
    let up = r#"route="1",service="s",consumer="",node="127.0.0.1""#;
    let expected = [
        format!(
            "apisix_http_status{{code=\"200\",route=\"1\",matched_uri=\"/up/*\",matched_host=\"*.one.test\",service=\"s\",consumer=\"\",node=\"127.0.0.1\",{models},response_source=\"upstream\",tenant=\"blue\"}} 1"
        ),
        format!(
            "apisix_http_status{{code=\"201\",route=\"own\",matched_uri=\"/own\",matched_host=\"\",service=\"\",consumer=\"\",node=\"\",{models},response_source=\"apisix\",tenant=\"\"}} 1"
        ),
        format!("apisix_http_latency_bucket{{type=\"request\",{up},{models},le=\"60000\"}} 1"),
        format!("apisix_http_latency_count{{type=\"upstream\",{up},{models}}} 1"),
        format!("apisix_http_latency_count{{type=\"apisix\",{up},{models}}} 1"),
        format!("apisix_bandwidth{{type=\"egress\",{up},{models}}} "),
        "apisix_nginx_http_current_connections{state=\"accepted\"} ".to_owned(),
        "apisix_http_requests_total 2".to_owned(),
        "apisix_node_info{hostname=".to_owned(),
    ];
    let told = gate.logged_address("\"metrics of apisix\"");
    let page = page_with(told, "/figures", &expected);
    assert!(!page.contains("apisix_etcd_reachable"), "there is no etcd");
    assert_eq!(ask(told, "/apisix/prometheus/metrics").status, 404);
    let status = gate.logged_address("\"status of apisix\"");
    for path in ["/status", "/status/ready"] {
        assert_eq!(ask(status, path).text(), r#"{"status":"ok"}"#, "{path}");
    }
}

#[test]
fn counters_of_the_native_language_are_on_the_status_port() {
    let site = Site::new(
        "listen: 127.0.0.1:0
routes:
  - match: /ping
    policies:
      - count: { book: own, metrics: [ { name: pings, counter: requests, labels: { code: { fact: status } } } ] }
      - respond: 204
",
    );
    let gate = Gate::start(&site, &["run", ".", "--status", "127.0.0.1:0"]);
    assert_eq!(gate.get("/ping").status, 204);
    page_with(gate.logged_address("\"status port\""), "/metrics/own", &[r#"pings{code="204"} 1"#.to_owned()]);
}

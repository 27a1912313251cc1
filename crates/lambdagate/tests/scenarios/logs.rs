//! Records of exchanges in every kind of place, in each original's form.

use crate::gate::Gate;
use crate::site::Site;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(60);

/// A server of lines: those that come on its first connection.
fn lines() -> (u16, impl Iterator<Item = String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            for line in BufReader::new(stream).lines().map_while(Result::ok) {
                let _ = tell.send(line);
            }
        }
    });
    (port, std::iter::from_fn(move || told.recv_timeout(PATIENCE).ok()))
}

/// An upstream that takes bodies of five bytes and answers with as many.
fn upstream() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let mut request = Vec::new();
            let mut byte = [0];
            while !request.ends_with(b"asked") && stream.read(&mut byte).is_ok_and(|read| read == 1) {
                request.push(byte[0]);
            }
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\nshown");
        }
    });
    address
}

fn datagrams() -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    socket
}

fn datagram(socket: &UdpSocket) -> String {
    let mut bytes = [0; 65_536];
    let length = socket.recv(&mut bytes).unwrap();
    String::from_utf8(bytes[..length].to_vec()).unwrap()
}

/// The records of a file, once there are so many; it is read until then.
fn records(site: &Site, file: &str, count: usize) -> Vec<Value> {
    let began = std::time::Instant::now();
    loop {
        let text = std::fs::read_to_string(site.path().join(file)).unwrap_or_default();
        if text.lines().count() >= count && text.ends_with('\n') {
            return text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        }
        assert!(began.elapsed() < PATIENCE, "{text}");
        std::thread::yield_now();
    }
}

/// In order of a member: requests on different connections may be told of in another order than they were sent.
fn sorted(mut records: Vec<Value>, member: &str) -> Vec<Value> {
    records.sort_by_key(|record| record.pointer(member).map(Value::to_string));
    records
}

#[test]
fn kongs_logs_tell_the_same_record_everywhere() {
    let (port, mut tcp) = lines();
    let (udp, loggly) = (datagrams(), datagrams());
    let site = Site::new("");
    site.write(
        "kong.yml",
        &format!(
            "_format_version: '3.0'
plugins:
- {{name: file-log, config: {{path: records.log}}}}
- {{name: tcp-log, config: {{host: 127.0.0.1, port: {port}}}}}
- {{name: udp-log, config: {{host: 127.0.0.1, port: {}}}}}
- {{name: loggly, config: {{host: 127.0.0.1, port: {}, key: KEY, log_level: err, server_errors_severity: err}}}}
routes:
- name: r
  paths: [/r]
  plugins: [{{name: request-termination, config: {{status_code: 503}}}}]
",
            udp.local_addr().unwrap().port(),
            loggly.local_addr().unwrap().port(),
        ),
    );
    let gate = Gate::start(&site, &["run", "--kong", "kong.yml", "--listen", "127.0.0.1:0"]);
    assert_eq!(gate.get("/nowhere").status, 404);
    assert_eq!(gate.get("/r").status, 503);
    let by_status = |records| sorted(records, "/response/status");
    let from_file = by_status(records(&site, "records.log", 2));
    let statuses: Vec<_> = from_file.iter().map(|record| record["response"]["status"].clone()).collect();
    assert_eq!(statuses, [404, 503]);
    let from_tcp: Vec<Value> = tcp.by_ref().take(2).map(|line| serde_json::from_str(&line).unwrap()).collect();
    let from_udp: Vec<Value> = (0..2).map(|_| serde_json::from_str(&datagram(&udp)).unwrap()).collect();
    assert_eq!((&by_status(from_tcp), &by_status(from_udp)), (&from_file, &from_file));
    let line = datagram(&loggly);
    let (head, record) = line.split_once(" {").unwrap();
    assert!(
        head.starts_with("<11>1 ") && head.ends_with("kong - - [KEY@41058 tag=\"kong\"]"),
        "only 503 is told: {head}"
    );
    assert_eq!(serde_json::from_str::<Value>(&format!("{{{record}")).unwrap(), from_file[1]);
    assert_eq!(from_file[1]["route"]["name"], "r");
    assert_eq!(from_file[1]["source"], "kong");
}

#[test]
fn apisixs_loggers_tell_bodies_and_forms_of_their_own() {
    let (port, mut tcp) = lines();
    let (udp, node) = (datagrams(), upstream());
    let site = Site::new("");
    site.write("conf/config.yaml", "deployment: {role: data_plane, role_data_plane: {config_provider: yaml}}\n");
    site.write(
        "conf/apisix.yaml",
        &format!(
            "routes:
- id: one
  uri: /one
  upstream: {{type: roundrobin, nodes: {{'{node}': 1}}}}
  plugins:
    file-logger:
      path: records.log
      include_req_body: true
      include_req_body_expr: [[arg_log, '==', 'yes']]
      include_resp_body: true
      max_resp_body_bytes: 4
      match: [[arg_quiet, '~=', 'yes']]
    syslog: {{host: 127.0.0.1, port: {port}, batch_max_size: 1}}
    udp-logger: {{host: 127.0.0.1, port: {}, batch_max_size: 2, log_format: {{who: $remote_addr, of: {{status: $status}}, here: text}}}}
#END
",
            udp.local_addr().unwrap().port(),
        ),
    );
    let gate = Gate::start(&site, &["run", "--apisix", "conf", "--listen", "127.0.0.1:0"]);
    for target in ["/one?log=yes", "/one?log=no", "/one?quiet=yes"] {
        assert_eq!(gate.request("POST", target, &[], b"asked").status, 200);
    }
    let told = sorted(records(&site, "records.log", 2), "/request/uri");
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0]["request"].get("body").is_none());
    assert_eq!(told[1]["request"]["body"], "asked");
    for record in &told {
        assert_eq!(record["response"]["body"], "show");
        assert_eq!((&record["route_id"], &record["service_id"]), (&json!("one"), &json!("")));
        assert_eq!(record["server"]["version"], "3.18.0");
        assert!(record["upstream"] == node.to_string() && record.get("consumer").is_none());
        let times = ["latency", "upstream_latency", "apisix_latency"].map(|name| record[name].is_number());
        assert_eq!(times, [true; 3]);
    }
    let line = tcp.next().unwrap();
    let (head, record) = line.split_once(" {").unwrap();
    let words: Vec<&str> = head.split(' ').collect();
    assert_eq!((words[0], &words[2..4], &words[5..]), ("<46>1", &["gateway.test", "apisix"][..], &["-", "-"][..]));
    assert_eq!(serde_json::from_str::<Value>(&format!("{{{record}")).unwrap()["response"]["status"], 200);
    let batch: Value = serde_json::from_str(&datagram(&udp)).unwrap();
    let one = json!({"who": "127.0.0.1", "of": {"status": 200}, "here": "text", "route_id": "one"});
    assert_eq!(batch, json!([one, one]));
}

#[test]
fn a_native_log_goes_where_it_says() {
    let site = Site::new(
        "listen: 127.0.0.1:0
policies:
  - log:
      file: records.log
      queue: { batch: 100, join: lines, delay: 0s }
      record: { status: $status, tenant: $var.http_x_tenant, key: $var.http_authorization }
routes: [ { match: /, respond: 204 } ]
",
    );
    let gate = Gate::start(&site, &["run", "."]);
    gate.request("GET", "/", &[("x-tenant", "blue"), ("authorization", "Bearer hush")], b"");
    assert_eq!(records(&site, "records.log", 1), [json!({"status": 204, "tenant": "blue", "key": "REDACTED"})]);
}

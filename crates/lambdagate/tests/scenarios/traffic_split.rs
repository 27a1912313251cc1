//! Requests divided among upstreams, seen by clients and by the upstreams themselves.

use crate::gate::Gate;
use crate::site::Site;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;

/// An upstream that answers with its name and the target that it was asked for.
fn upstream(name: &'static str) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let mut head = BufReader::new(&stream).lines().map_while(Result::ok).take_while(|line| !line.is_empty());
            let line = head.next().unwrap_or_default();
            head.for_each(drop);
            let body = format!("{name} {}", line.split(' ').nth(1).unwrap_or_default());
            let fields = format!("content-length: {}\r\nconnection: close", body.len());
            let _ = write!(stream, "HTTP/1.1 200 OK\r\n{fields}\r\n\r\n{body}");
        }
    });
    port
}

#[test]
fn apisix_divides_requests_by_weight_and_by_what_they_show() {
    let (own, inline, named) = (upstream("own"), upstream("inline"), upstream("named"));
    let site = Site::new("");
    site.write("conf/config.yaml", "deployment: {role: data_plane, role_data_plane: {config_provider: yaml}}\n");
    let text = format!(
        "routes:
- uri: /*
  plugins:
    traffic-split:
      rules:
      - match: [{{vars: [[arg_v, '==', '2']]}}]
        weighted_upstreams: [{{upstream_id: other}}]
      - weighted_upstreams:
        - {{upstream: {{type: roundrobin, nodes: {{'127.0.0.1:{inline}': 1}}}}, weight: 1}}
        - {{weight: 3}}
  upstream: {{nodes: {{'127.0.0.1:{own}': 1}}}}
upstreams:
- {{id: other, type: roundrobin, nodes: {{'127.0.0.1:{named}': 1}}}}
#END
"
    );
    site.write("conf/apisix.yaml", &text);
    let gate = Gate::start(&site, &["run", "--apisix", "conf", "--listen", "127.0.0.1:0"]);
    assert_eq!(gate.get("/x?v=2").text(), "named /x?v=2");
    let mut seen = BTreeMap::new();
    for _ in 0..40 {
        *seen.entry(gate.get("/y?q=1").text()).or_insert(0) += 1;
    }
    assert_eq!(seen, BTreeMap::from([("inline /y?q=1".to_owned(), 10), ("own /y?q=1".to_owned(), 30)]));
}

#[test]
fn a_part_of_the_requests_goes_to_another_function() {
    let config = "
listen: 127.0.0.1:0
routes:
  - match: /f
    policies:
      - split: { attribute: version, rules: [ { ways: [ { weight: 1, value: new }, { weight: 4 } ] } ] }
      - call: { function: new }
        when: { conditions: { attribute: version, is: new } }
    function: old
";
    let site = Site::new(config).python("old", "return 'old'").python("new", "return 'new'");
    let gate = Gate::dev(&site);
    let seen: Vec<String> = (0..10).map(|_| gate.get("/f").json().as_str().unwrap().to_owned()).collect();
    assert_eq!(seen.iter().filter(|text| *text == "new").count(), 2, "{seen:?}");
    assert_eq!(seen.iter().filter(|text| *text == "old").count(), 8, "{seen:?}");
}

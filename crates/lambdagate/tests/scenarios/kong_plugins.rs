//! What plugins of Kong's do at run time, where it takes the whole gateway to see it.

use crate::gate::Gate;
use crate::site::Site;

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

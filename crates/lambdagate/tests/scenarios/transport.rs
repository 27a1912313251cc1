//! Clients of every kind: HTTP/2 without and with TLS, SNI, the PROXY protocol.

use crate::gate::Gate;
use crate::needs::needs;
use crate::site::Site;
use std::process::Command;

fn certificate(site: &Site, name: &str) -> String {
    let made = rcgen::generate_simple_self_signed(vec![name.to_owned()]).unwrap();
    site.write(&format!("{name}.pem"), &made.cert.pem());
    site.write(&format!("{name}.key"), &made.signing_key.serialize_pem());
    site.path().join(format!("{name}.pem")).display().to_string()
}

const ROUTES: &str = "
routes:
  - match: { path: /hello }
    function: { name: hello, reply: raw }
";

fn site(listen: &str) -> Site {
    Site::new(&format!("{listen}{ROUTES}"))
        .node("hello", "return [event.requestContext.http.protocol, event.requestContext.http.sourceIp];")
}

fn curl(arguments: &[&str]) -> String {
    let output =
        Command::new("curl").args(["--silent", "--show-error", "--max-time", "30"]).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn http2_by_prior_knowledge_reaches_a_function() {
    if !needs("http2_by_prior_knowledge_reaches_a_function", &["curl"]) {
        return;
    }
    let site = site("listen: 127.0.0.1:0");
    let gate = Gate::dev(&site);
    let url = format!("http://{}/hello", gate.address());
    let seen = curl(&["--http2-prior-knowledge", "--write-out", " %{http_version} %{http_code}", &url]);
    assert_eq!(seen, r#"["HTTP/2","127.0.0.1"] 2 200"#);
    assert_eq!(curl(&["--http1.1", &url]), r#"["HTTP/1.1","127.0.0.1"]"#, "both on one port");
}

#[test]
fn tls_clients_get_the_certificate_of_the_host_they_name() {
    if !needs("tls_clients_get_the_certificate_of_the_host_they_name", &["curl"]) {
        return;
    }
    let site = site(
        "listen:\n  - address: 127.0.0.1:0\n    tls:\n      certificates:\n        - { chain: one.test.pem, key: one.test.key }\n        - { chain: two.test.pem, key: two.test.key }\n",
    );
    let (one, two) = (certificate(&site, "one.test"), certificate(&site, "two.test"));
    let gate = Gate::dev(&site);
    let port = gate.address().port();
    for (name, authority, version, shown) in
        [("one.test", &one, "--http2", "2"), ("two.test", &two, "--http2", "2"), ("one.test", &one, "--http1.1", "1.1")]
    {
        let resolve = format!("{name}:{port}:127.0.0.1");
        let url = format!("https://{name}:{port}/hello");
        let seen =
            curl(&[version, "--cacert", authority, "--resolve", &resolve, "--write-out", " %{http_version}", &url]);
        assert!(seen.starts_with("[\"HTTP/") && seen.ends_with(&format!(" {shown}")), "{name} {version}: {seen}");
    }
}

#[test]
fn the_proxy_protocol_tells_the_clients_address() {
    let site = site("listen:\n  - { address: '127.0.0.1:0', proxy_protocol: true }\n");
    let gate = Gate::dev(&site);
    let mut v1 = gate.client();
    v1.send(b"PROXY TCP4 203.0.113.7 192.0.2.1 5000 80\r\n").unwrap();
    let answer = v1.request("GET", "/hello", &[], b"").unwrap();
    assert_eq!(answer.text(), r#"["HTTP/1.1","203.0.113.7"]"#);

    let mut v2 = gate.client();
    let mut header = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c".to_vec();
    header.extend_from_slice(&[198, 51, 100, 9, 192, 0, 2, 1, 0x12, 0x34, 0, 80]);
    v2.send(&header).unwrap();
    assert_eq!(v2.request("GET", "/hello", &[], b"").unwrap().text(), r#"["HTTP/1.1","198.51.100.9"]"#);

    let mut none = gate.client();
    assert!(none.request("GET", "/hello", &[], b"").is_err(), "a connection without the header is refused");
}

#[test]
fn a_trusted_proxy_tells_the_clients_address_and_a_stranger_does_not() {
    let config = |trusted: &str| format!("listen:\n  - {{ address: '127.0.0.1:0', trusted_proxies: [{trusted}] }}\n");
    let forged = [("x-forwarded-for", "203.0.113.7")];
    for (trusted, expected) in [("127.0.0.0/8", "203.0.113.7"), ("10.0.0.0/8", "127.0.0.1")] {
        let site = site(&config(trusted));
        let gate = Gate::dev(&site);
        let answer = gate.request("GET", "/hello", &forged, b"");
        assert_eq!(answer.json()[1], expected, "{trusted}");
    }
}

#[test]
fn kongs_ports_with_tls_serve_without_a_certificate_and_with_one() {
    if !needs("kongs_ports_with_tls_serve_without_a_certificate_and_with_one", &["curl"]) {
        return;
    }
    let site = Site::new("");
    let authority = certificate(&site, "one.test");
    let given = "admin_ssl_cert = one.test.pem\nadmin_ssl_cert_key = one.test.key\n";
    for (settings, trusts) in [("", &["--insecure"][..]), (given, &["--cacert", &authority])] {
        site.write("kong.conf", &format!("proxy_listen = 127.0.0.1:0 ssl\n{settings}"));
        let env = [("KONG_ADMIN_LISTEN", "127.0.0.1:0 http2 ssl")];
        let gate = Gate::start_with(&site, &["run", "--kong-db", "--kong", "kong.conf", "--data", "data"], &env);
        let [proxy, admin] = [gate.address(), gate.logged_address("\"Admin API\"")].map(|address| address.port());
        let ask = |port: u16, path: &str, more: &[&str]| {
            let resolve = format!("one.test:{port}:127.0.0.1");
            let url = format!("https://one.test:{port}{path}");
            curl(&[&["--resolve", &resolve, "--write-out", " %{http_code}", &url], more].concat())
        };
        assert!(ask(admin, "/routes", trusts).ends_with(" 200"), "{settings}");
        let made = [trusts, &["--data", "paths=/here"]].concat();
        assert!(ask(admin, "/routes", &made).ends_with(" 201"), "{settings}");
        assert!(ask(proxy, "/here", &["--insecure"]).ends_with(" 503"), "{settings}");
    }
}

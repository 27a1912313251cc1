//! The region's own endpoint behind a forward proxy, with a private authority out of each kind of store.

use crate::gate::{Gate, command};
use crate::site::Site;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Output;
use std::sync::{Arc, Mutex};

const HOST: &str = "lambda.eu-west-1.amazonaws.com";

fn fixture(name: &str) -> Vec<u8> {
    let path = format!("{}/../net/src/tls/store/fixtures/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(path).unwrap()
}

/// A stand-in for the Lambda API with a certificate for the region's host.
fn api() -> (Site, Gate) {
    let site = Site::new(
        "listen:\n  - address: 127.0.0.1:0\n    tls: { certificates: [{ chain: server.pem, key: server.key }] }\nroutes:\n  - match: { path: '/2015-03-31/functions/{rest+}' }\n    respond: { status: 200, body: '{\"statusCode\":201,\"body\":\"called\"}' }\n",
    );
    for name in ["server.pem", "server.key"] {
        std::fs::write(site.path().join(name), fixture(name)).unwrap();
    }
    let gate = Gate::start(&site, &["run", "."]);
    (site, gate)
}

/// A CONNECT proxy that wants `me` and `s3cret`, and leads everything to one address.
fn proxy(to: SocketAddr) -> (u16, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (port, seen) = (listener.local_addr().unwrap().port(), Arc::new(Mutex::new(Vec::new())));
    let told = seen.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let told = told.clone();
            std::thread::spawn(move || tunnel(stream, to, &told));
        }
    });
    (port, seen)
}

fn tunnel(mut stream: TcpStream, to: SocketAddr, told: &Mutex<Vec<String>>) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    told.lock().unwrap().push(head.lines().next()?.to_owned());
    if !head.contains("proxy-authorization: Basic bWU6czNjcmV0\r\n") {
        return stream.write_all(b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n").ok();
    }
    stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").ok()?;
    let mut origin = TcpStream::connect(to).ok()?;
    let mut back = (origin.try_clone().ok()?, stream.try_clone().ok()?);
    std::thread::spawn(move || std::io::copy(&mut back.0, &mut back.1));
    std::io::copy(&mut stream, &mut origin).ok().map(drop)
}

fn caller(proxy: &str, tls: &str) -> Site {
    let keys = "credentials: { access_key: AKID, secret_key: '${SECRET}' }";
    let site = Site::new(&format!(
        "listen: 127.0.0.1:0\naws:\n  region: eu-west-1\n  {keys}\n  proxy: {proxy}\n  tls: {tls}\nroutes:\n  - {{ match: {{ path: / }}, function: users }}\n"
    ));
    let text = std::fs::read_to_string(site.path().join("lambdagate.yaml")).unwrap();
    std::fs::write(site.path().join("lambdagate.yaml"), text.replace("'${SECRET}'", "not-a-secret")).unwrap();
    for name in ["authority.pem", "authority.p12", "authority.jks", "client.p12"] {
        std::fs::write(site.path().join(name), fixture(name)).unwrap();
    }
    site
}

#[test]
fn the_regions_endpoint_is_called_through_a_proxy_with_an_authority_from_any_store() {
    let (_site, api) = api();
    let (port, seen) = proxy(api.address());
    let proxy = format!("{{ url: 'http://127.0.0.1:{port}', user: me, password: s3cret }}");
    for tls in [
        "{ authorities: authority.pem }",
        "{ stores: { store: authority.p12, password: changeit } }",
        "{ stores: { store: authority.jks, password: changeit } }",
        "{ authorities: authority.pem, identity: { store: client.p12, password: changeit } }",
    ] {
        let site = caller(&proxy, tls);
        let gate = Gate::start(&site, &["run", "."]);
        let answer = gate.get("/");
        assert_eq!((answer.status, answer.text().as_str()), (201, "called"), "{tls}");
    }
    let seen = seen.lock().unwrap();
    assert!(seen.len() == 4 && seen.iter().all(|line| line.starts_with(&format!("CONNECT {HOST}:443 "))), "{seen:?}");
}

#[test]
fn a_proxy_that_refuses_is_one_log_line_and_no_word_to_the_client() {
    let (_site, api) = api();
    let (port, _) = proxy(api.address());
    let site = caller(
        &format!("{{ url: 'http://127.0.0.1:{port}', user: me, password: wr0ng }}"),
        "{ authorities: authority.pem }",
    );
    let gate = Gate::start(&site, &["run", "."]);
    let answer = gate.get("/");
    assert_eq!(answer.status, 502, "{}", answer.text());
    assert!(!answer.text().contains("127.0.0.1") && !answer.text().contains("wr0ng"), "{}", answer.text());
    let line = gate.logged(&["does not accept user and password", &format!("http://127.0.0.1:{port}")]);
    assert!(!line.contains("wr0ng"), "{line}");
}

fn check(site: &Site) -> (bool, String) {
    let Output { status, stdout, stderr } = command(site).args(["check", "."]).output().unwrap();
    (status.success(), String::from_utf8_lossy(&[stdout, stderr].concat()).into_owned())
}

#[test]
fn what_cannot_work_is_told_by_check_with_its_place() {
    for (proxy, tls, expected) in [
        ("direct", "{ stores: { store: authority.jks, password: wr0ng } }", "the password does not open the JKS"),
        ("direct", "{ identity: { store: client.p12, password: wr0ng } }", "does not open the PKCS#12 store"),
        ("direct", "{ identity: { store: gone.p12, password: x } }", "neither a key store in base64 nor a file"),
        ("ftp://proxy", "{}", "the scheme of a forward proxy"),
    ] {
        let (good, text) = check(&caller(proxy, tls));
        assert!(!good && text.contains(expected) && text.contains("lambdagate.yaml:"), "{text}");
        assert!(!text.contains("wr0ng"), "{text}");
    }
}

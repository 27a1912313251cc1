//! Certificates that APISIX's ssls ask clients for: who may begin, and who may ask which host.

use crate::gate::Gate;
use crate::needs::needs;
use crate::site::Site;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use serde_json::json;
use std::process::Command;

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Authority {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, "authority");
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// Certificate and key of a name.
fn issued(by: &Authority, name: &str) -> (String, String) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    (params.signed_by(&key, by).unwrap().pem(), key.serialize_pem())
}

/// A gateway with three hosts: one open, one strict, and one strict but for `/open/`.
fn start() -> (Site, Gate) {
    let (servers, clients, strangers) = (authority(), authority(), authority());
    let ssl = |name: &str, client: serde_json::Value| {
        let (cert, key) = issued(&servers, name);
        let mut ssl = json!({"id": name, "sni": name, "cert": cert, "key": key});
        if !client.is_null() {
            ssl["client"] = client;
        }
        ssl
    };
    let answer = json!({"mocking": {"response_example": "here", "content_type": "text/plain"}});
    let objects = json!({
        "routes": [{"uri": "/*", "plugins": answer}],
        "ssls": [
            ssl("free.test", json!(null)),
            ssl("strict.test", json!({"ca": clients.pem()})),
            ssl("part.test", json!({"ca": clients.pem(), "skip_mtls_uri_regex": ["^/open/"]})),
        ],
    });
    let site = Site::new("");
    site.write("ca.pem", &servers.pem());
    for (by, name) in [(&clients, "good"), (&strangers, "other")] {
        let (cert, key) = issued(by, "client");
        site.write(&format!("{name}.pem"), &cert);
        site.write(&format!("{name}.key"), &key);
    }
    let listen = "apisix: {node_listen: [], ssl: {listen: [{ip: 127.0.0.1, port: 0}]}}";
    let deployment = "deployment: {role: data_plane, role_data_plane: {config_provider: yaml}}";
    site.write("conf/config.yaml", &format!("{listen}\n{deployment}\n"));
    site.write("conf/apisix.yaml", &format!("{objects}\n#END\n"));
    let gate = Gate::start(&site, &["run", "--apisix", "conf"]);
    (site, gate)
}

/// The status of a request to a host; nothing where TLS did not come about.
fn ask(site: &Site, port: u16, named: &str, host: &str, path: &str, shown: Option<&str>) -> Option<u16> {
    let file = |name: &str| site.path().join(name).display().to_string();
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--max-time", "30", "--output", "/dev/null", "--write-out", "%{http_code}"]);
    curl.args(["--cacert", &file("ca.pem"), "--resolve", &format!("{named}:{port}:127.0.0.1")]);
    curl.args(["--header", &format!("host: {host}"), &format!("https://{named}:{port}{path}")]);
    if let Some(name) = shown {
        curl.args(["--cert", &file(&format!("{name}.pem")), "--key", &file(&format!("{name}.key"))]);
    }
    let output = curl.output().unwrap();
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).parse().unwrap())
}

#[test]
fn clients_show_the_certificate_that_their_host_asks_for() {
    if !needs("clients_show_the_certificate_that_their_host_asks_for", &["curl"]) {
        return;
    }
    let (site, gate) = start();
    let port = gate.address().port();
    // the host named when TLS begins, the host asked for, path, certificate, status
    let cases = [
        ("free.test", "free.test", "/", None, Some(200)),
        ("strict.test", "strict.test", "/", Some("good"), Some(200)),
        ("strict.test", "strict.test", "/", None, None),
        ("strict.test", "strict.test", "/", Some("other"), None),
        ("part.test", "part.test", "/", Some("good"), Some(200)),
        ("part.test", "part.test", "/", None, Some(400)),
        ("part.test", "part.test", "/", Some("other"), Some(400)),
        ("part.test", "part.test", "/open/x", None, Some(200)),
        ("part.test", "part.test", "/open/%2e%2e/x", None, Some(400)),
        ("free.test", "strict.test", "/", None, Some(400)),
        ("part.test", "strict.test", "/", Some("good"), Some(400)),
        ("strict.test", "free.test", "/", Some("good"), Some(200)),
    ];
    for (named, host, path, shown, status) in cases {
        assert_eq!(ask(&site, port, named, host, path, shown), status, "{named} {host} {path} {shown:?}");
    }
}

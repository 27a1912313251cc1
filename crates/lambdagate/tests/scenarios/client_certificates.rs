//! Certificates that hosts ask clients for, in the languages that know them: who may begin, and who may ask which host.

use crate::gate::Gate;
use crate::needs::needs;
use crate::site::Site;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};
use serde_json::{Value, json};
use std::process::Command;

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Authority {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, "authority");
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// Certificate and key of a name, good until the first day of a year.
fn issued(by: &Authority, name: &str, until: i32) -> (String, String) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = date_time_ymd(2001, 1, 1);
    params.not_after = date_time_ymd(until, 1, 1);
    (params.signed_by(&key, by).unwrap().pem(), key.serialize_pem())
}

const LATER: i32 = 2100;

/// Three hosts with their certificates and keys (one open, one strict, and one strict but for `/open/`), whose clients
/// show certificates of an authority.
struct Hosts {
    clients: String,
    certificates: [(&'static str, String, String); 3],
}

/// A folder with what clients of these hosts show: what is good, what was good once, and what another authority made.
fn hosts() -> (Site, Hosts) {
    let (servers, clients, strangers) = (authority(), authority(), authority());
    let site = Site::new("");
    site.write("ca.pem", &servers.pem());
    for (by, name, until) in [(&clients, "good", LATER), (&clients, "expired", 2002), (&strangers, "other", LATER)] {
        let (cert, key) = issued(by, "client", until);
        site.write(&format!("{name}.pem"), &cert);
        site.write(&format!("{name}.key"), &key);
    }
    let certificates = ["free.test", "strict.test", "part.test"].map(|name| {
        let (cert, key) = issued(&servers, name, LATER);
        (name, cert, key)
    });
    (site, Hosts { clients: clients.pem(), certificates })
}

fn apisix(site: &Site, hosts: &Hosts) -> Gate {
    let asks = |name: &str| match name {
        "strict.test" => json!({"ca": hosts.clients}),
        "part.test" => json!({"ca": hosts.clients, "skip_mtls_uri_regex": ["^/open/"]}),
        _ => Value::Null,
    };
    let ssl = |(name, cert, key): &(&str, String, String)| {
        let mut ssl = json!({"id": name, "sni": name, "cert": cert, "key": key});
        if !asks(name).is_null() {
            ssl["client"] = asks(name);
        }
        ssl
    };
    let answer = json!({"mocking": {"response_example": "here", "content_type": "text/plain"}});
    let ssls: Vec<Value> = hosts.certificates.iter().map(ssl).collect();
    let objects = json!({"routes": [{"uri": "/*", "plugins": answer}], "ssls": ssls});
    let listen = "apisix: {node_listen: [], ssl: {listen: [{ip: 127.0.0.1, port: 0}]}}";
    let deployment = "deployment: {role: data_plane, role_data_plane: {config_provider: yaml}}";
    site.write("conf/config.yaml", &format!("{listen}\n{deployment}\n"));
    site.write("conf/apisix.yaml", &format!("{objects}\n#END\n"));
    Gate::start(site, &["run", "--apisix", "conf"])
}

fn native(site: &Site, hosts: &Hosts) -> Gate {
    let shown = |(name, cert, key): &(&str, String, String)| json!({"hosts": name, "chain": cert, "key": key});
    let certificates: Vec<Value> = hosts.certificates.iter().map(shown).collect();
    let demands = json!([
        {"names": "free.test", "demanded": false},
        {"names": "strict.test"},
        {"names": "part.test", "open": "^/open/"},
    ]);
    let config = json!({
        "listen": {"address": "127.0.0.1:0", "tls": {"certificates": certificates, "clients": [
            {"hosts": "strict.test", "authorities": hosts.clients},
            {"hosts": "part.test", "authorities": hosts.clients, "demand": "any"},
        ]}},
        "policies": [{"host-certificates": {"hosts": demands, "refusals": {"forbidden": {"status": 400, "message": "no"}}}}],
        "routes": [{"match": {"path": {"prefix": "/"}}, "respond": 200}],
    });
    site.write("lambdagate.yaml", &config.to_string());
    Gate::start(site, &["run", "."])
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

/// The host named when TLS begins, the host asked for, path, certificate, status.
type Case = (&'static str, &'static str, &'static str, Option<&'static str>, Option<u16>);

const CASES: &[Case] = &[
    ("free.test", "free.test", "/", None, Some(200)),
    ("strict.test", "strict.test", "/", Some("good"), Some(200)),
    ("strict.test", "strict.test", "/", None, None),
    ("strict.test", "strict.test", "/", Some("expired"), None),
    ("strict.test", "strict.test", "/", Some("other"), None),
    ("part.test", "part.test", "/", Some("good"), Some(200)),
    ("part.test", "part.test", "/", None, Some(400)),
    ("part.test", "part.test", "/", Some("expired"), Some(400)),
    ("part.test", "part.test", "/", Some("other"), Some(400)),
    ("part.test", "part.test", "/open/x", None, Some(200)),
    ("part.test", "part.test", "/open/%2e%2e/x", None, Some(400)),
    ("free.test", "strict.test", "/", None, Some(400)),
    ("part.test", "strict.test", "/", Some("good"), Some(400)),
    ("strict.test", "free.test", "/", Some("good"), Some(200)),
];

fn check(name: &str, start: fn(&Site, &Hosts) -> Gate) {
    if !needs(name, &["curl"]) {
        return;
    }
    let (site, hosts) = hosts();
    let gate = start(&site, &hosts);
    let port = gate.address().port();
    for (named, host, path, shown, status) in CASES {
        assert_eq!(ask(&site, port, named, host, path, *shown), *status, "{named} {host} {path} {shown:?}");
    }
}

#[test]
fn hosts_of_apisix_demand_the_certificates_of_their_ssls() {
    check("hosts_of_apisix_demand_the_certificates_of_their_ssls", apisix);
}

/// One certificate of three cannot be read, and the other hosts are served.
#[test]
fn a_certificate_that_cannot_be_read_leaves_the_others() {
    if !needs("a_certificate_that_cannot_be_read_leaves_the_others", &["curl"]) {
        return;
    }
    let (site, mut hosts) = hosts();
    hosts.certificates[1].1 = format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", "A".repeat(128));
    let gate = apisix(&site, &hosts);
    assert_eq!(ask(&site, gate.address().port(), "free.test", "free.test", "/", None), Some(200));
    gate.logged(&["failed to parse cert"]);
    let shown =
        |(name, cert, key): &(&str, String, String)| json!({"cert": cert, "key": key, "snis": [{"name": name}]});
    let certificates: Vec<Value> = hosts.certificates.iter().map(shown).collect();
    let answer = json!({"name": "request-termination", "config": {"status_code": 200}});
    let routes = json!([{"name": "r", "paths": ["/"], "plugins": [answer]}]);
    let file = json!({"_format_version": "3.0", "certificates": certificates, "routes": routes});
    site.write("kong.yml", &file.to_string());
    let gate = Gate::start_with(&site, &["run", "--kong", "kong.yml"], &[("KONG_PROXY_LISTEN", "127.0.0.1:0 ssl")]);
    gate.logged(&["no client is shown this certificate"]);
    assert_eq!(ask(&site, gate.address().port(), "free.test", "free.test", "/", None), Some(200));
    assert_eq!(ask(&site, gate.address().port(), "strict.test", "strict.test", "/", None), None);
}

#[test]
fn hosts_of_the_native_language_demand_theirs() {
    check("hosts_of_the_native_language_demand_theirs", native);
}

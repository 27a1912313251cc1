//! Who is refused, with each original's answer: wrong credentials, replayed tokens, expired certificates, forged headers.

use crate::gate::Gate;
use crate::needs::needs;
use crate::site::Site;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use rcgen::{KeyPair, PKCS_ED25519, SigningKey};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// Signs a request of 127.0.0.1:PORT as the original's documentation shows it, and tells status, words and challenge.
const SIGNS: &str = "
import base64, email.utils, hashlib, hmac, http.client, json, sys, time
port, dialect, secret, age = int(sys.argv[1]), sys.argv[2], sys.argv[3].encode(), int(sys.argv[4])
date = email.utils.formatdate(time.time() - age, usegmt=True)
if dialect == 'kong':
    text = f'date: {date}\\nGET /r?x=1 HTTP/1.1'
    start, names = 'hmac username=\"bob\", algorithm=\"hmac-sha256\", headers=\"', 'date request-line'
    glue = '\", signature=\"'
else:
    text = f'bob\\nGET /r?x=1\\ndate: {date}\\n'
    start, names = 'Signature keyId=\"bob\",algorithm=\"hmac-sha256\",headers=\"', '@request-target date'
    glue = '\",signature=\"'
signature = base64.b64encode(hmac.new(secret, text.encode(), hashlib.sha256).digest()).decode()
headers = {'Date': date, 'Authorization': start + names + glue + signature + '\"', 'X-Consumer-Username': 'admin'}
if secret == b'none':
    del headers['Authorization']
connection = http.client.HTTPConnection('127.0.0.1', port)
connection.request('GET', '/r?x=1', headers=headers)
answer = connection.getresponse()
body = answer.read().decode()
words = json.loads(body).get('message', '') if body.startswith('{') else body
print(json.dumps([answer.status, words, answer.getheader('www-authenticate')]))
";

#[test]
fn signed_requests_are_judged_as_the_originals_judge_them() {
    if !needs("signed_requests_are_judged_as_the_originals_judge_them", &["python3"]) {
        return;
    }
    let kong = Site::new("");
    kong.write(
        "kong.yml",
        "
_format_version: '3.0'
consumers: [{username: bob, hmacauth_credentials: [{username: bob, secret: hush}]}]
plugins:
- {name: hmac-auth, config: {clock_skew: 60, enforce_headers: [date, request-line]}}
- {name: request-termination, config: {status_code: 200, message: passed}}
routes: [{name: r, paths: [/r]}]
",
    );
    let apisix = Site::new("");
    apisix.write(
        "apisix.yaml",
        "
routes:
- uri: /r
  plugins: {hmac-auth: {clock_skew: 60, signed_headers: [date]}, mocking: {response_example: passed}}
  upstream: {nodes: {'127.0.0.1:1': 1}}
consumers: [{username: bob, plugins: {hmac-auth: {key_id: bob, secret_key: hush}}}]
#END
",
    );
    let listen = ["--listen", "127.0.0.1:0"];
    let kong_gate = Gate::start(&kong, &[&["run", "--kong", "kong.yml"][..], &listen].concat());
    let apisix_gate = Gate::start(&apisix, &[&["run", "--apisix", "apisix.yaml"][..], &listen].concat());
    let late = "HMAC signature cannot be verified, a valid date or x-date header is required for HMAC Authentication";
    let (absent, bad) =
        ("client request can't be validated: missing Authorization header", "client request can't be validated");
    for (gate, dialect, secret, age, expected) in [
        (&kong_gate, "kong", "hush", "0", json!([200, "passed", null])),
        (&kong_gate, "kong", "wrong", "0", json!([401, "HMAC signature does not match", "hmac"])),
        (&kong_gate, "kong", "none", "0", json!([401, "Unauthorized", "hmac"])),
        (&kong_gate, "kong", "hush", "90", json!([401, late, "hmac"])),
        (&apisix_gate, "apisix", "hush", "0", json!([200, "passed", null])),
        (&apisix_gate, "apisix", "wrong", "0", json!([401, bad, "hmac realm=\"hmac\""])),
        (&apisix_gate, "apisix", "none", "0", json!([401, absent, "hmac realm=\"hmac\""])),
        (&apisix_gate, "apisix", "hush", "90", json!([401, bad, "hmac realm=\"hmac\""])),
    ] {
        let port = gate.address().port().to_string();
        let output = Command::new("python3").args(["-c", SIGNS, &port, dialect, secret, age]).output().unwrap();
        let seen = String::from_utf8(output.stdout.clone()).unwrap();
        let seen: Value = serde_json::from_str(&seen).unwrap_or_else(|_| panic!("{dialect} {secret}: {output:?}"));
        assert_eq!(seen, expected, "{dialect} {secret} {age}");
    }
}

/// An identity provider: what it answers by path, and how often it was asked.
#[derive(Clone, Default)]
struct Provider {
    answers: Arc<Mutex<BTreeMap<String, Value>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Provider {
    fn start(&self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let own = self.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let mut reader = BufReader::new(stream);
                let (mut first, mut length) = (String::new(), 0);
                reader.read_line(&mut first).unwrap();
                loop {
                    let mut line = String::new();
                    reader.read_line(&mut line).unwrap();
                    if let Some(number) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                        length = number.trim().parse().unwrap();
                    }
                    if line.trim().is_empty() {
                        break;
                    }
                }
                let mut body = vec![0; length];
                reader.read_exact(&mut body).unwrap();
                let path = first.split(' ').nth(1).unwrap().to_owned();
                let token = String::from_utf8(body).unwrap();
                own.asked.lock().unwrap().push(format!("{path} {token}"));
                let answers = own.answers.lock().unwrap();
                let answer = answers.get(&format!("{path} {token}")).or_else(|| answers.get(&path)).cloned();
                let (status, text) = answer.map_or((500, String::new()), |answer| (200, answer.to_string()));
                let head =
                    format!("HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", text.len());
                let _ = reader.get_mut().write_all(format!("{head}{text}").as_bytes());
            }
        });
        url
    }

    fn say(&self, path: &str, answer: Value) {
        self.answers.lock().unwrap().insert(path.to_owned(), answer);
    }

    fn count(&self, path: &str) -> usize {
        self.asked.lock().unwrap().iter().filter(|asked| asked.starts_with(path)).count()
    }
}

/// A token signed with Ed25519.
fn token(key: &KeyPair, id: &str, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let text = format!("{}.{}", part(&json!({"alg": "EdDSA", "kid": id})), part(claims));
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(key.sign(text.as_bytes()).unwrap()))
}

fn jwk(key: &KeyPair, id: &str) -> Value {
    json!({"kty": "OKP", "crv": "Ed25519", "kid": id, "x": URL_SAFE_NO_PAD.encode(key.public_key_raw())})
}

#[test]
fn tokens_of_an_identity_provider_are_judged_by_its_keys() {
    let (first, second) =
        (KeyPair::generate_for(&PKCS_ED25519).unwrap(), KeyPair::generate_for(&PKCS_ED25519).unwrap());
    let provider = Provider::default();
    let url = provider.start();
    provider.say("/discovery", json!({"issuer": url, "jwks_uri": format!("{url}/keys")}));
    provider.say("/keys", json!({"keys": [jwk(&first, "one")]}));
    let site = Site::new("");
    site.write(
        "apisix.yaml",
        &format!(
            "
routes:
- uri: /r
  plugins:
    openid-connect: {{client_id: gate, discovery: '{url}/discovery', use_jwks: true, bearer_only: true, required_scopes: [read]}}
    mocking: {{response_example: '$http_x_userinfo $http_x_id_token'}}
  upstream: {{nodes: {{'127.0.0.1:1': 1}}}}
#END
"
        ),
    );
    let gate = Gate::start(&site, &["run", "--apisix", "apisix.yaml", "--listen", "127.0.0.1:0"]);
    let good = json!({"iss": url, "scope": "read", "sub": "ada", "exp": now() + 60});
    let with = |name: &str, value: Value| {
        let mut claims = good.clone();
        claims[name] = value;
        claims
    };
    let wrong = |what: &str| {
        let text = format!("Bearer realm=\"apisix\", error=\"invalid_token\", error_description=\"{what}\"");
        (401, Some(text))
    };
    let signature = "signature verification failed";
    for (token, expected) in [
        (token(&first, "one", &good), (200, None)),
        (token(&first, "one", &with("exp", json!(now() - 1))), wrong("token expired")),
        (token(&first, "one", &with("iss", json!("https://other.test"))), wrong(signature)),
        (token(&first, "one", &with("scope", json!("write"))), (403, None)),
        (token(&second, "one", &good), wrong(signature)),
        (token(&second, "two", &good), wrong(signature)),
        ("nonsense".to_owned(), wrong("this is not a signed token")),
    ] {
        let bearer = format!("Bearer {token}");
        let forged = [("authorization", &*bearer), ("x-userinfo", "forged"), ("x-id-token", "forged")];
        let answer = gate.request("GET", "/r", &forged, b"");
        assert_eq!((answer.status, answer.header("www-authenticate").map(str::to_owned)), expected, "{token}");
        assert!(!answer.text().contains("forged"));
    }
    let bare = gate.get("/r");
    assert_eq!((bare.status, bare.header("www-authenticate")), (401, Some("Bearer realm=\"apisix\"")));
    assert_eq!(provider.count("/keys"), 1, "a stranger's key makes nobody fetch again at once");
}

/// A definition of version 4 whose one plan is of this kind, answered by a mock.
fn definition(plan: Value, resources: Value) -> String {
    json!({
        "id": "a", "name": "a", "definitionVersion": "4.0.0", "type": "proxy",
        "listeners": [{"type": "http", "paths": [{"path": "/a"}]}],
        "endpointGroups": [{"endpoints": [{"configuration": {"target": "http://127.0.0.1:1"}}]}],
        "plans": [{"id": "p", "name": "p", "status": "published", "security": plan}],
        "resources": resources,
        "flows": [{"selectors": [{"type": "http", "path": "/"}], "request": [{"name": "m", "policy": "mock",
            "configuration": {"status": "200", "content": "{#context.attributes['application']}"}}]}],
    })
    .to_string()
}

#[test]
fn a_server_says_what_tokens_of_a_plan_are_worth() {
    let provider = Provider::default();
    let url = provider.start();
    let active = json!({"active": true, "client_id": "shop", "exp": now() + 60});
    provider.say("/introspect token=good", active.clone());
    provider.say("/introspect token=stranger", json!({"active": true, "client_id": "nobody"}));
    provider.say("/introspect token=over", json!({"active": true, "client_id": "shop", "exp": now() - 1}));
    provider.say("/introspect token=gone", json!({"active": false}));
    let resources = json!([
        {"name": "idp", "type": "oauth2", "configuration": {"authorizationServerUrl": url, "clientId": "gate",
            "introspectionEndpoint": "/introspect", "introspectionEndpointMethod": "POST", "clientSecret": "hush",
            "tokenIsSuppliedByQueryParam": false, "tokenIsSuppliedByFormUrlEncoded": true}},
        {"name": "kept", "type": "cache", "configuration": {"timeToLiveSeconds": 60}},
    ]);
    let plan = json!({"type": "oauth2", "configuration": {"oauthResource": "idp", "oauthCacheResource": "kept"}});
    let site = Site::new("");
    site.write("apis/a.json", &definition(plan, resources));
    let subscription = json!({"id": "s", "api": "a", "plan": "p", "application": "app", "clientId": "shop"});
    site.write("apis/subscriptions.json", &json!({"subscriptions": [subscription]}).to_string());
    let gate = Gate::start(&site, &["run", "--gravitee", "apis", "--listen", "127.0.0.1:0"]);
    let ask = |token: &str| {
        let answer = gate.request("GET", "/a", &[("authorization", &format!("Bearer {token}"))], b"");
        (answer.status, answer.text())
    };
    assert_eq!(ask("good"), (200, "app".to_owned()));
    assert_eq!(ask("good"), (200, "app".to_owned()));
    for token in ["stranger", "over", "gone"] {
        assert_eq!(ask(token), (401, "Unauthorized".to_owned()), "{token}");
    }
    assert_eq!(ask("away"), (503, "Temporarily Unavailable".to_owned()));
    assert_eq!(gate.get("/a").status, 401);
    assert_eq!(provider.count("/introspect token=good"), 1);
}

/// Asks for /a with a certificate, if any, and tells the status, or that there was no connection.
const SHOWS: &str = "
import http.client, ssl, sys
context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
if len(sys.argv) > 2:
    context.load_cert_chain(sys.argv[2], sys.argv[3])
try:
    connection = http.client.HTTPSConnection('127.0.0.1', int(sys.argv[1]), context=context)
    connection.request('GET', '/a')
    answer = connection.getresponse()
    print(answer.status, answer.read().decode())
except (ssl.SSLError, OSError) as error:
    print('none')
";

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../net/src/tls/store/fixtures")
}

#[test]
fn a_plan_knows_clients_by_their_certificates() {
    if !needs("a_plan_knows_clients_by_their_certificates", &["python3"]) {
        return;
    }
    let read = |name: &str| std::fs::read_to_string(fixtures().join(name)).unwrap();
    let site = Site::new("");
    let settings = "
http:
  port: 0
  host: 127.0.0.1
  secured: true
  ssl:
    clientAuth: request
    keystore: { certificates: [{ cert: server.pem, key: server.key }] }
    truststore: { type: pem, path: authority.pem }
";
    site.write("home/config/gravitee.yml", settings);
    for name in ["server.pem", "server.key", "authority.pem"] {
        site.write(&format!("home/{name}"), &read(name));
    }
    site.write("home/apis/a.json", &definition(json!({"type": "mtls"}), json!([])));
    let shown =
        |file: &str| json!({"id": file, "api": "a", "plan": "p", "application": file, "clientCertificate": read(file)});
    let subscriptions = json!({"subscriptions": [shown("client.pem"), shown("expired.pem")]});
    site.write("home/apis/subscriptions.json", &subscriptions.to_string());
    let gate = Gate::start(&site, &["run", "--gravitee", "home"]);
    let port = gate.address().port().to_string();
    let other = rcgen::generate_simple_self_signed(vec!["other.test".to_owned()]).unwrap();
    site.write("other.pem", &other.cert.pem());
    site.write("other.key", &other.signing_key.serialize_pem());
    let (key, own) = (fixtures().join("client.key"), |name: &str| site.path().join(name));
    for (certificate, expected) in [
        (Some((fixtures().join("client.pem"), key.clone())), "200 client.pem"),
        (Some((fixtures().join("expired.pem"), key)), "none"),
        (Some((own("other.pem"), own("other.key"))), "none"),
        (None, "401 Unauthorized"),
    ] {
        let files = certificate.iter().flat_map(|(chain, key)| [chain, key]);
        let output = Command::new("python3").args(["-c", SHOWS, &port]).args(files).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), expected, "{certificate:?} {output:?}");
    }
}

#[test]
fn functions_are_told_what_a_token_claims_and_nothing_that_clients_forge() {
    let config = "
listen: 127.0.0.1:0
routes:
  - match: /v1
    policies: [{ access-token: { by: { key: hush }, tell: { x-user: { claim: sub } } } }]
    function: { name: echo, event: http-v1, reply: raw }
  - match: /v2
    policies: [{ access-token: { by: { key: hush }, tell: { x-user: { claim: sub } }, hide: true } }]
    function: { name: echo, event: http-v2, reply: raw }
";
    let site = Site::new(config).python("echo", "return event");
    let gate = Gate::dev(&site);
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let text = format!("{}.{}", part(&json!({"alg": "HS256"})), part(&json!({"sub": "ada", "n": 7, "scope": "a b"})));
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(b"hush").unwrap();
    mac.update(text.as_bytes());
    let token = format!("Bearer {text}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()));
    let headers = [("authorization", &*token), ("x-user", "admin")];
    let claims = json!({"sub": "ada", "n": "7", "scope": "a b"});
    for (path, place, expected) in [
        ("/v1", "/requestContext/authorizer", json!({"claims": claims, "scopes": ["a", "b"]})),
        ("/v2", "/requestContext/authorizer/jwt", json!({"claims": claims, "scopes": ["a", "b"]})),
    ] {
        let event = gate.request("GET", path, &headers, b"").json();
        assert_eq!(event.pointer(place), Some(&expected), "{event}");
        assert_eq!(event["headers"]["x-user"], "ada");
        assert_eq!(event["headers"].get("authorization").is_some(), path == "/v1");
        assert_eq!(gate.request("GET", path, &headers[1..], b"").status, 401);
    }
}

//! Secrets stay secrets: every configuration here is full of marked ones, and whatever the binary says about it, running,
//! asked or told something broken, is searched for the mark.
//!
//! A secret that begins with [`MARK`] is searched for wherever it is written: a new field is one line of a configuration.
//! What the gateways of all other scenarios log and count is searched too, when they end.

use crate::client::Client;
use crate::gate::{Gate, command};
use crate::kept::MARK;
use crate::site::Site;
use std::path::Path;
use std::process::Output;

/// A language, its files with secrets in them, and how it is named on the command line.
struct World {
    arguments: &'static [&'static str],
    files: &'static [(&'static str, &'static str)],
    /// What the binary listens on is told by this variable or flag.
    more: &'static [&'static str],
}

const NATIVE: World = World {
    arguments: &["."],
    more: &[],
    files: &[(
        "lambdagate.yaml",
        r#"
listen:
  - address: 127.0.0.1:0
  - address: 127.0.0.1:0
    tls:
      certificates:
        - chain: |
PEM:server.pem
          key: |
PEM:server.key
aws:
  credentials:
    access_key: AKIAEXAMPLE
    secret_key: hush-aws-secret
    session_token: hush-aws-session
consumers:
  - name: bob
    keys: hush-key
    passwords: { bob: hush-password }
    tokens: { bob-app: hush-token-secret }
  - name: eve
    keys: "${FROM_ENVIRONMENT}"
policies:
  - http-log:
      url: "http://127.0.0.1:1/in?key=hush-log-url"
      headers: { x-key: hush-log-header, authorization: Bearer hush-log-authorization }
      queue: { patience: 1ms }
  - count: { book: own, metrics: [ { name: n, counter: requests, labels: { a: { variable: http_authorization } } } ] }
routes:
  - match: /key
    policies:
      - key-auth: { query: [key] }
      - respond: 204
  - match: /basic
    policies: [ { basic-auth: { realm: r } }, { respond: 204 } ]
  - match: /token
    policies: [ { jwt: { realm: r } }, { respond: 204 } ]
  - match: /limited
    policies:
      - rate-limit:
          limit: 5/minute
          redis:
            host: 127.0.0.1
            port: 1
            username: me
            timeout: 100ms
            password: hush-redis
      - respond: 204
  - match: /function
    function: { name: users, aws: { region: eu-west-1 } }
  - match: /url
    url:
      to: "http://127.0.0.1:1/"
      api_key: hush-api-key
"#,
    )],
};

const KONG: World = World {
    arguments: &["--kong", "kong.yml"],
    more: &["--listen", "127.0.0.1:0"],
    files: &[(
        "kong.yml",
        r#"
_format_version: '3.0'
plugins:
- name: http-log
  config:
    http_endpoint: http://me:hush-userinfo@127.0.0.1:1/in
    retry_count: 3
    queue: {max_retry_time: 0}
    headers:
      x-api-key: hush-log-header
- name: loggly
  config:
    host: 127.0.0.1
    port: 9
    key: hush-loggly
- name: prometheus
  config: {per_consumer: true, status_code_metrics: true}
consumers:
- username: bob
  keyauth_credentials:
  - key: hush-key
  basicauth_credentials:
  - username: bob
    password: hush-password
  jwt_secrets:
  - key: bob-app
    secret: hush-token-secret
- username: eve
  keyauth_credentials:
  - key: '{vault://env/from-environment}'
certificates:
- cert: |
PEM:server.pem
  key: |
PEM:server.key
routes:
- name: key
  paths: [/key]
  plugins: [{name: key-auth, config: {key_names: [key]}}, {name: request-termination, config: {status_code: 204}}]
- name: basic
  paths: [/basic]
  plugins: [{name: basic-auth}, {name: request-termination, config: {status_code: 204}}]
- name: token
  paths: [/token]
  plugins: [{name: jwt}, {name: request-termination, config: {status_code: 204}}]
- name: limited
  paths: [/limited]
  plugins:
  - name: rate-limiting
    config:
      minute: 5
      policy: redis
      redis:
        host: 127.0.0.1
        port: 1
        timeout: 100
        username: me
        password: hush-redis
  - {name: request-termination, config: {status_code: 204}}
- name: function
  paths: [/function]
  plugins:
  - name: aws-lambda
    config:
      function_name: users
      aws_region: eu-west-1
      aws_key: AKIAEXAMPLE
      aws_secret: hush-aws-secret
      host: 127.0.0.1
      port: 1
      disable_https: true
      timeout: 1000
"#,
    )],
};

const APISIX: World = World {
    arguments: &["--apisix", "conf"],
    more: &["--listen", "127.0.0.1:0"],
    files: &[
        (
            "conf/config.yaml",
            r#"
apisix:
  status: {ip: 127.0.0.1, port: 0}
  data_encryption:
    keyring: [hush-ring-16byte]
deployment:
  role: data_plane
  role_data_plane: {config_provider: yaml}
  admin:
    admin_key:
    - name: admin
      key: hush-admin-key
      role: admin
  etcd:
    host: ["http://127.0.0.1:1"]
    user: me
    password: hush-etcd
plugin_attr:
  prometheus: {export_addr: {ip: 127.0.0.1, port: 0}}
"#,
        ),
        (
            "conf/apisix.yaml",
            r#"
consumers:
- username: bob
  plugins:
    key-auth:
      key: hush-key
    basic-auth:
      username: bob
      password: hush-password
    jwt-auth:
      key: bob-app
      secret: hush-token-secret
- username: eve
  plugins:
    key-auth:
      key: $env://FROM_ENVIRONMENT
global_rules:
- id: 1
  plugins:
    prometheus: {}
    http-logger:
      uri: http://127.0.0.1:1/in?key=hush-log-url
      auth_header: Bearer hush-log-authorization
      include_req_body: true
      inactive_timeout: 1
    file-logger:
      path: records.log
ssls:
- id: 1
  snis: [one.test]
  cert: |
PEM:server.pem
  key: |
PEM:server.key
routes:
- id: key
  uri: /key
  plugins: {key-auth: {query: key}, mocking: {response_example: in}}
- id: basic
  uri: /basic
  plugins: {basic-auth: {}, mocking: {response_example: in}}
- id: token
  uri: /token
  plugins: {jwt-auth: {}, mocking: {response_example: in}}
- id: limited
  uri: /limited
  plugins:
    limit-count:
      count: 5
      time_window: 60
      policy: redis
      redis_host: 127.0.0.1
      redis_port: 1
      redis_timeout: 100
      redis_password: hush-redis
    mocking: {response_example: in}
- id: function
  uri: /function
  plugins:
    aws-lambda:
      function_uri: http://127.0.0.1:1/stage
      timeout: 1000
      authorization:
        iam:
          accesskey: AKIAEXAMPLE
          secretkey: hush-aws-secret
- id: apikey
  uri: /url
  plugins:
    aws-lambda:
      function_uri: http://127.0.0.1:1/stage
      timeout: 1000
      authorization:
        apikey: hush-api-key
#END
"#,
        ),
    ],
};

const GRAVITEE: World = World {
    arguments: &["--gravitee", "api.json"],
    more: &["--listen", "127.0.0.1:0"],
    files: &[(
        "api.json",
        r#"{
  "id": "one", "name": "One", "gravitee": "2.0.0",
  "proxy": {
    "context_path": "/function",
    "endpoints": [{
      "name": "default", "target": "http://127.0.0.1:1/backend",
      "headers": {
        "Authorization": "Bearer hush-endpoint",
        "X-Api-Key": "hush-endpoint-key"
      },
      "healthcheck": {
        "enabled": true, "schedule": "0 0 */2 * * *",
        "steps": [{"request": {"path": "/up", "headers": [
          {"name": "X-Token", "value":"hush-check"}]}}]
      },
      "ssl": {
        "keyStore": {
          "type": "PKCS12",
          "password": "hush-store"
        }
      },
      "proxy": {"enabled": false, "host": "p", "port": 1, "username": "me",
        "password": "hush-proxy"
      }
    }]
  },
  "plans": [{
    "id": "p", "name": "Open", "security": "KEY_LESS", "status": "PUBLISHED"
  }],
  "flows": [{
    "path-operator": {"path": "/", "operator": "STARTS_WITH"},
    "pre": [{
      "policy": "aws-lambda",
      "configuration": {
        "accessKey": "AKIAEXAMPLE",
        "secretKey": "hush-aws-secret",
        "function": "users", "region": "eu-west-1", "sendToConsumer": true,
        "endpoint": "http://127.0.0.1:1/"
      }
    }]
  }]
}
"#,
    )],
};

/// Requests with credentials that are right, wrong, and in places where they are not looked for.
const REQUESTS: &[(&str, &[(&str, &str)])] = &[
    ("/key?key=hush-key", &[]),
    ("/key?key=hush-wrong&token=hush-elsewhere", &[]),
    ("/key", &[("key", "hush-key"), ("cookie", "session=hush-cookie"), ("x-api-key", "hush-foreign")]),
    ("/basic", &[("authorization", "Basic Ym9iOmh1c2gtcGFzc3dvcmQ=")]),
    ("/basic", &[("authorization", "Basic hush-broken")]),
    ("/token", &[("authorization", "Bearer hush.hush.hush")]),
    ("/limited", &[("authorization", "Bearer hush-bearer")]),
    ("/function?access_token=hush-query", &[("authorization", "Bearer hush-bearer"), ("apikey", "hush-key")]),
    ("/url", &[("x-amz-security-token", "hush-session")]),
    ("/nowhere?password=hush-lost", &[]),
];

/// Fields whose records and marks are the originals' own, with what is written there.
const ENCODED: &[&str] = &["Ym9iOmh1c2gtcGFzc3dvcmQ"];

impl World {
    /// The files, with the texts of keys in their places.
    fn site(&self) -> Site {
        let site = Site::new("");
        for (path, text) in self.files {
            site.write(path, &filled(text));
        }
        site
    }

    fn words<'a>(&'a self, first: &'a str) -> Vec<&'a str> {
        std::iter::once(first).chain(self.arguments.iter().copied()).collect()
    }
}

/// `PEM:FILE` becomes the file's lines, indented as a block.
fn filled(text: &str) -> String {
    let line = |line: &str| match line.strip_prefix("PEM:") {
        Some(file) => pem(file).lines().map(|line| format!("            {line}\n")).collect::<String>(),
        None => format!("{line}\n"),
    };
    text.trim_start().lines().map(line).collect()
}

fn pem(file: &str) -> String {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../net/src/tls/store/fixtures");
    std::fs::read_to_string(fixtures.join(file)).unwrap()
}

/// Everything that must not be said: marked ones in any letters, encoded ones, and a line of the private key.
fn leaked(said: &str) -> Option<String> {
    let key = pem("server.key");
    let line = key.lines().nth(2).unwrap();
    let lower = said.to_lowercase();
    let mut needles = ENCODED.iter().copied().chain([line]).map(str::to_owned);
    let found = needles.find(|needle| said.contains(needle.as_str()));
    found.or_else(|| lower.contains(MARK).then(|| MARK.to_owned()))
}

/// Fails with the lines in which something is told.
fn search(what: &str, said: &str) {
    let lines: Vec<&str> = said.lines().filter(|line| leaked(line).is_some()).collect();
    assert!(lines.is_empty(), "{what} tells secrets:\n{}", lines.join("\n"));
}

fn run(site: &Site, words: &[&str]) -> Output {
    command(site).env("FROM_ENVIRONMENT", "hush-environment").args(words).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr[..]].concat()).into_owned()
}

/// At work, with everything logged that can be: logs, status, metrics, records in files.
fn at_work(world: &World, pages: &[(&str, &str)]) {
    let site = world.site();
    let words = [&world.words("run")[..], world.more, &["--status", "127.0.0.1:0", "--access-log", "stdout"]].concat();
    let variables = [
        ("LAMBDAGATE_LOG", "trace"),
        ("FROM_ENVIRONMENT", "hush-environment"),
        ("AWS_SECRET_ACCESS_KEY", "hush-process"),
        ("AWS_ACCESS_KEY_ID", "AKIAPROCESS"),
        ("KONG_STATUS_LISTEN", "127.0.0.1:0"),
        ("AWS_ENDPOINT_URL_LAMBDA", "http://127.0.0.1:1"),
    ];
    let mut gate = Gate::start_with(&site, &words, &variables);
    for (target, headers) in REQUESTS {
        let answer = gate.request("POST", target, headers, b"{\"some\":\"body\"}");
        let header: String = answer.headers.iter().map(|(name, value)| format!("{name}: {value}\n")).collect();
        search(&format!("the answer to {target}"), &format!("{header}{}", answer.text()));
    }
    for path in ["/status", "/metrics", "/metrics/own", "/metrics/kong", "/metrics/apisix"] {
        search(path, &gate.status_page(path));
    }
    for (port, path) in pages {
        let address = gate.logged_address(port);
        let page = Client::connect(address).unwrap().request("GET", path, &[], b"").unwrap();
        search(path, &page.text());
    }
    gate.signal("TERM");
    gate.wait();
    search("the log", &gate.all_logged());
    if let Ok(records) = std::fs::read_to_string(site.path().join("records.log")) {
        assert!(!records.is_empty());
        search("the file of records", &records);
    }
}

/// What commands say of it, whole and broken: each line with a secret is made a list, is cut off, or is a line of rubbish.
fn told(world: &World) {
    let site = world.site();
    for first in ["check", "translate", "explain"] {
        search(first, &said(&run(&site, &world.words(first))));
    }
    for (path, text) in world.files {
        let whole = filled(text);
        let lines: Vec<&str> = whole.lines().collect();
        for at in (0..lines.len()).filter(|at| lines[*at].contains(MARK)) {
            for broken in [listed(&lines, at), cut(&lines, at), rubbish(&lines, at)] {
                site.write(path, &broken);
                for first in ["check", "translate"] {
                    search(&format!("{first} of\n{broken}\n"), &said(&run(&site, &world.words(first))));
                }
            }
        }
        site.write(path, &whole);
    }
}

/// The value of a line, in a list with a map.
fn listed(lines: &[&str], at: usize) -> String {
    let (key, value) = lines[at].split_once(": ").unwrap_or(("", lines[at]));
    let value = value.trim_end_matches(',');
    let comma = if lines[at].ends_with(',') { "," } else { "" };
    edited(lines, at, format!("{key}: [{value}, {{\"a\": 1}}]{comma}"))
}

/// Everything up to the middle of a line.
fn cut(lines: &[&str], at: usize) -> String {
    let end = lines[at].len() - 2;
    lines[..at].join("\n") + "\n" + &lines[at][..end]
}

/// A line that ends in what no parser takes.
fn rubbish(lines: &[&str], at: usize) -> String {
    edited(lines, at, format!("{} ]}}{{: \"", lines[at]))
}

fn edited(lines: &[&str], at: usize, line: String) -> String {
    let mut lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
    lines[at] = line;
    lines.join("\n") + "\n"
}

#[test]
fn the_native_language_keeps_its_secrets() {
    at_work(&NATIVE, &[]);
}

#[test]
fn kongs_secrets_are_kept() {
    at_work(&KONG, &[("\"status of kong\"", "/metrics"), ("\"status of kong\"", "/status"), ("\"Admin API\"", "/")]);
}

#[test]
fn apisixs_secrets_are_kept() {
    at_work(&APISIX, &[("\"metrics of apisix\"", "/apisix/prometheus/metrics"), ("\"status of apisix\"", "/status")]);
}

#[test]
fn gravitees_secrets_are_kept() {
    at_work(&GRAVITEE, &[]);
}

#[test]
fn commands_tell_no_secret_of_what_is_whole_or_broken() {
    std::thread::scope(|scope| {
        for world in [&NATIVE, &KONG, &APISIX, &GRAVITEE] {
            scope.spawn(|| told(world));
        }
    });
}

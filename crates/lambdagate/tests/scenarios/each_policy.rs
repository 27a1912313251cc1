//! Every policy in every language, with the real binary and a client: `tests/cases/policies/LANGUAGE.yaml` has a row for
//! each plugin. What needs more than requests and answers stands in a test of its own, which the row names.
//!
//! A row has the `config` of a `plugin` on a route that takes every request, further plugins `beside` it (`before` it where
//! order is that of a list), and what stands `with` the route in the file. Behind it is an upstream that shows what it was
//! sent, or with `function` a function that returns its event. `{{UPSTREAM}}`, `{{LOGS}}` and `{{CLOSED}}` are addresses:
//! of the upstream, of a server of logs, and of nobody.

use crate::double::Double;
use crate::gate::Gate;
use crate::site::Site;
use crate::{judge, rows};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::net::TcpListener;
use std::path::Path;

/// Languages in the order of the columns of docs/policies.md, with their rows.
const TABLES: [(&str, &str); 4] = [
    ("native", include_str!("../cases/policies/native.yaml")),
    ("kong", include_str!("../cases/policies/kong.yaml")),
    ("apisix", include_str!("../cases/policies/apisix.yaml")),
    ("gravitee", include_str!("../cases/policies/gravitee.yaml")),
];

fn read() -> Vec<Value> {
    let mut all = Vec::new();
    for (language, text) in TABLES {
        let rows: Vec<Value> = serde_saphyr::from_str(text).unwrap_or_else(|cause| panic!("{language}: {cause}"));
        for (at, mut row) in rows.into_iter().enumerate() {
            row["id"] = json!(format!("{language}/{}/{at}", row["policy"].as_str().unwrap()));
            row["language"] = json!(language);
            all.push(row);
        }
    }
    all
}

#[test]
fn every_row_holds() {
    rows::hold(&read(), "POLICY_CASE", check);
}

#[test]
fn every_policy_has_a_row_in_every_language_that_has_it() {
    let rows = read();
    let shown: BTreeSet<(&str, &str)> =
        rows.iter().flat_map(|row| [(text(row, "language"), text(row, "policy"))]).collect();
    let used: BTreeSet<(&str, &str)> =
        rows.iter().flat_map(|row| [(text(row, "language"), text(row, "plugin"))]).collect();
    let table = std::fs::read_to_string(root().join("docs/policies.md")).unwrap();
    let cells = |line: &str| line.split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    let lines = table.lines().skip_while(|line| !line.starts_with("| policy |")).skip(2);
    let mut missing = Vec::new();
    for line in lines.take_while(|line| line.starts_with('|')).map(cells) {
        for ((language, _), cell) in TABLES.iter().zip(&line[3..]) {
            if cell.contains('`') && !line[1].split(", ").any(|policy| shown.contains(&(*language, policy))) {
                missing.push(format!("{language}: {}", line[1]));
            }
        }
    }
    let named = [
        ("kong", kong::plugin::Plugin::ALL.iter().map(|one| one.name()).collect::<Vec<_>>()),
        ("apisix", apisix::plugin::Plugin::ALL.iter().map(|one| one.name()).collect()),
        ("gravitee", gravitee::policy::Policy::ALL.iter().map(|one| one.name()).collect()),
    ];
    for (language, names) in named {
        let lacking = names.into_iter().filter(|name| !used.contains(&(language, *name)));
        missing.extend(lacking.map(|name| format!("{language}: the plugin {name}")));
    }
    assert!(missing.is_empty(), "no client has seen:\n{}", missing.join("\n"));
}

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

fn text<'a>(row: &'a Value, member: &str) -> &'a str {
    row[member].as_str().unwrap_or_else(|| panic!("no {member} in {row}"))
}

fn check(row: &Value) -> Result<(), String> {
    match row["shown"].as_str() {
        Some(test) => is_there(test),
        None => Scene::of(row).play(),
    }
}

/// Whether there is a test of this name in this file, or a row of this name in this table of cases.
fn is_there(shown: &str) -> Result<(), String> {
    let (file, name) = shown.split_once("::").ok_or("a test is named as file::name")?;
    let tests = root().join("crates/lambdagate/tests");
    let (path, holds) = match file.strip_suffix("_rows") {
        Some(table) => (tests.join(format!("cases/{table}.jsonl")), format!("\"id\": \"{name}\"")),
        None => (tests.join(format!("scenarios/{file}.rs")), format!("fn {name}()")),
    };
    let text = std::fs::read_to_string(&path).map_err(|cause| format!("{}: {cause}", path.display()))?;
    let holds = text.contains(&holds) || text.contains(&holds.replace(": ", ":"));
    if holds { Ok(()) } else { Err(format!("{} has no {name}", path.display())) }
}

/// A row with what stands around its gateway.
struct Scene<'a> {
    row: &'a Value,
    upstream: Double,
    logs: Double,
    closed: u16,
    lambda: u16,
}

impl<'a> Scene<'a> {
    fn of(row: &'a Value) -> Self {
        let shows = json!({"echo": true, "headers": {"content-type": "application/json", "server": "upstream"}});
        let reply = if row["upstream"].is_null() { &shows } else { &row["upstream"] };
        let free = || TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        Self { row, upstream: Double::start(reply), logs: Double::start(&shows), closed: free(), lambda: free() }
    }

    fn play(&self) -> Result<(), String> {
        let (_site, gate) = self.gate();
        for (at, ask) in self.row["ask"].as_array().ok_or("nobody asks")?.iter().enumerate() {
            let ask: Value = serde_json::from_str(&self.filled(&ask.to_string())).unwrap();
            self.ask(&gate, &ask).map_err(|why| format!("request {}: {why}", at + 1))?;
        }
        Ok(())
    }

    /// One request: what came back, what was sent on, what was told.
    fn ask(&self, gate: &Gate, ask: &Value) -> Result<(), String> {
        self.upstream.forget();
        self.logs.forget();
        let (method, path) = text(ask, "ask").split_once(' ').ok_or("no method and path")?;
        let headers = ask["headers"].as_object().into_iter().flatten();
        let headers: Vec<(&str, &str)> =
            headers.map(|(name, value)| (name.as_str(), value.as_str().unwrap())).collect();
        let body = ask["body"].as_str().unwrap_or_default();
        let answer = gate.request(method, path, &headers, body.as_bytes());
        let told = match &ask["told"] {
            Value::Null => Ok(()),
            want => judge::asked(want, &self.logs.asked_times(1)[0]),
        };
        let asked = self.upstream.asked();
        let sent = match (&ask["sent"], asked.last()) {
            (Value::Null, _) | (Value::Bool(false), None) => Ok(()),
            (Value::Bool(_), _) => Err("something was sent on".to_owned()),
            (_, None) => Err("nothing was sent on".to_owned()),
            (want, Some(asked)) => judge::asked(want, asked),
        };
        judge::answer(&ask["answer"], &answer).and(sent).and(told).map_err(|why| {
            let told = self.logs.asked();
            let (status, headers, text) = (answer.status, &answer.headers, answer.text());
            format!("{why}\n  answer: {status} {headers:?} {text}\n  sent: {asked:?}\n  told: {told:?}")
        })
    }

    fn gate(&self) -> (Site, Gate) {
        let language = text(self.row, "language");
        // behind a stage a function answers with a response
        let returns = if language == "apisix" { "{'statusCode': 200, 'body': json.dumps(event)}" } else { "event" };
        let site = Site::new("").python("echo", &format!("return {returns}"));
        let (path, document, named) = match language {
            "kong" => ("kong.yml", self.kong(), &["--kong", "kong.yml"][..]),
            "apisix" => ("conf/apisix.yaml", self.apisix(), &["--apisix", "."][..]),
            "gravitee" => ("apis/a.json", self.gravitee(), &["--gravitee", "."][..]),
            _ => ("lambdagate.yaml", self.native(), &["."][..]),
        };
        // every JSON text is YAML
        site.write(path, &format!("{}\n{}", self.filled(&document.to_string()), END[usize::from(path != END_OF)]));
        for (name, text) in self.row["files"].as_object().into_iter().flatten() {
            site.write(name, &self.filled(text.as_str().unwrap()));
        }
        if path == END_OF && self.row["files"]["conf/config.yaml"].is_null() {
            site.write(
                "conf/config.yaml",
                "deployment: {role: data_plane, role_data_plane: {config_provider: yaml}}\n",
            );
        }
        let lambda = format!("127.0.0.1:{}", self.lambda);
        let mut arguments = if self.row["function"] == true { vec!["dev", "--lambda", &lambda] } else { vec!["run"] };
        arguments.extend(named);
        if path != "lambdagate.yaml" {
            arguments.extend(["--listen", "127.0.0.1:0"]);
        }
        let gate = Gate::start(&site, &arguments);
        (site, gate)
    }

    /// A text with its placeholders replaced.
    fn filled(&self, text: &str) -> String {
        let named = [
            ("UPSTREAM", self.upstream.address().port()),
            ("LOGS", self.logs.address().port()),
            ("CLOSED", self.closed),
            ("LAMBDA", self.lambda),
        ];
        named.iter().fold(text.to_owned(), |text, (name, port)| {
            text.replace(&format!("\"{{{{{name}_PORT}}}}\""), &port.to_string())
                .replace(&format!("{{{{{name}}}}}"), &format!("127.0.0.1:{port}"))
        })
    }

    /// The plugin of the row with those around it, in order, and the one that calls the function.
    fn plugins(&self, call: Value) -> Vec<(String, Value)> {
        let list = |member: &str| {
            let all = self.row[member].as_object().into_iter().flatten();
            all.map(|(name, config)| (name.clone(), config.clone())).collect::<Vec<_>>()
        };
        let mut all = list("before");
        if !self.row["config"].is_null() {
            all.push((text(self.row, "plugin").to_owned(), self.row["config"].clone()));
        }
        all.extend(list("beside"));
        if self.row["function"] == true && !call.is_null() {
            all.extend(call.as_object().unwrap().clone());
        }
        all
    }

    /// The document with what the row has beside the route.
    fn with(&self, mut document: Value) -> Value {
        for (name, value) in self.row["with"].as_object().into_iter().flatten() {
            document[name] = value.clone();
        }
        document
    }

    fn kong(&self) -> Value {
        let call = json!({"aws-lambda": {
            "function_name": "echo", "aws_region": "us-east-1", "awsgateway_compatible": true, "log_type": "None"}});
        let plugins = self.plugins(call).into_iter().map(|(name, config)| json!({"name": name, "config": config}));
        let mut route = json!({"name": "r", "paths": ["/"], "plugins": plugins.collect::<Vec<_>>()});
        if let Some(more) = self.row["route"].as_object() {
            route.as_object_mut().unwrap().extend(more.clone());
        }
        self.with(json!({
            "_format_version": "3.0",
            "services": [{"name": "s", "url": "http://{{UPSTREAM}}", "routes": [route]}],
        }))
    }

    fn apisix(&self) -> Value {
        let call = json!({"aws-lambda": {
            "function_uri": "http://{{LAMBDA}}/stage/default", "authorization": {"apikey": "local"}}});
        let plugins: Map<String, Value> = self.plugins(call).into_iter().collect();
        let route = json!({"id": "r", "uri": "/*", "plugins": plugins, "upstream": {"nodes": {"{{UPSTREAM}}": 1}}});
        self.with(json!({"routes": [route]}))
    }

    /// An API of version 4; steps of the response stand in `response`.
    fn gravitee(&self) -> Value {
        let step = |(policy, configuration): (String, Value)| json!({"name": policy, "policy": policy, "enabled": true, "configuration": configuration});
        let steps: Vec<Value> = self.plugins(Value::Null).into_iter().map(step).collect();
        let response = self.row["response"].as_object().into_iter().flatten();
        let response: Vec<Value> = response.map(|(name, value)| step((name.clone(), value.clone()))).collect();
        self.with(json!({
            "id": "a", "name": "a", "definitionVersion": "4.0.0", "type": "proxy",
            "listeners": [{"type": "http", "paths": [{"path": "/"}]}],
            "endpointGroups": [{"name": "g", "type": "http-proxy", "endpoints": [
                {"name": "e", "type": "http-proxy", "configuration": {"target": "http://{{UPSTREAM}}"}}]}],
            "plans": [{"id": "p", "name": "p", "security": {"type": "KEY_LESS"}, "status": "PUBLISHED"}],
            "flows": [{"enabled": true, "selectors": [{"type": "http", "path": "/", "pathOperator": "STARTS_WITH"}],
                "request": steps, "response": response}],
        }))
    }

    fn native(&self) -> Value {
        let policies = self.plugins(Value::Null).into_iter().map(|(name, config)| {
            let own = name == text(self.row, "plugin");
            let mut step = Map::from_iter([(name, config)]);
            step.extend(self.row["step"].as_object().filter(|_| own).cloned().unwrap_or_default());
            Value::Object(step)
        });
        let mut route = json!({"match": {"path": {"prefix": "/"}}, "policies": policies.collect::<Vec<_>>()});
        if self.row["function"] == true {
            route["function"] = json!({"name": "echo", "event": "http-v1", "reply": "raw"});
        } else {
            route["upstream"] = json!({"nodes": {"{{UPSTREAM}}": 1}});
        }
        if let Some(more) = self.row["route"].as_object() {
            route.as_object_mut().unwrap().extend(more.clone());
        }
        self.with(json!({"listen": "127.0.0.1:0", "routes": [route]}))
    }
}

/// What APISIX's file ends with, and others do not.
const END: [&str; 2] = ["#END\n", ""];
const END_OF: &str = "conf/apisix.yaml";

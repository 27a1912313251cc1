//! What APISIX does, as data, with the real binary: objects in a file, requests, what upstreams and functions were sent and
//! what clients got. `tests/cases/apisix.jsonl` has a row for each; one with `original` says where this gateway does
//! better than APISIX, and what that does.

use crate::client::{Answer, Client};
use crate::double::{Asked, Double};
use crate::gate::Gate;
use crate::site::Site;
use crate::{judge, rows};
use serde_json::{Value, json};
use std::net::TcpListener;

pub(crate) const ROWS: &str = include_str!("../cases/apisix.jsonl");

#[test]
fn every_row_holds() {
    let rows = rows::read(&[ROWS]);
    assert!(rows.len() >= 105, "rows are lost: {}", rows.len());
    rows::hold(&rows, "APISIX_CASE", check);
}

/// The doubles, and a port that nobody listens on.
struct World {
    doubles: [(&'static str, Double); 3],
    closed: u16,
}

impl World {
    fn start() -> Self {
        let doubles = ["A", "B", "C"].map(|name| (name, Double::start(&reply(name, &Value::Null))));
        let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        Self { doubles, closed }
    }

    /// A text with its placeholders replaced.
    fn filled(&self, text: &str) -> String {
        let port = |(name, double): &(&'static str, Double)| (*name, double.address().port());
        filled(text, &self.doubles.each_ref().map(port), self.closed)
    }
}

/// A text with the addresses of doubles, and of nobody, in the places of their names.
pub(crate) fn filled(text: &str, doubles: &[(&str, u16)], closed: u16) -> String {
    let mut text = text.replace("{{CLOSED}}", &format!("127.0.0.1:{closed}")).replace("{{RUN}}", "run");
    for (name, port) in doubles {
        let port = port.to_string();
        text = text.replace(&format!("{{{{{name}}}}}"), &format!("127.0.0.1:{port}"));
        text = text.replace(&format!("\"{{{{{name}_PORT}}}}\""), &port).replace(&format!("{{{{{name}_PORT}}}}"), &port);
        text = text.replace(&format!("{{{{{name}_HOST}}}}"), "127.0.0.1");
    }
    text
}

fn check(row: &Value) -> Result<(), String> {
    let world = World::start();
    let site = site(row, &|text| world.filled(text));
    let gate = Gate::start(&site, &["run", "--apisix", "conf", "--listen", "127.0.0.1:0"]);
    for (at, step) in row["steps"].as_array().unwrap().iter().enumerate() {
        let step: Value = serde_json::from_str(&world.filled(&step.to_string())).unwrap();
        match step["do"].as_str().unwrap() {
            "upstream" => {
                let (name, double) = world.doubles.iter().find(|(name, _)| step["name"] == *name).unwrap();
                double.reply(&reply(name, &step["reply"]));
            }
            "request" => request(&gate, &world, &step).map_err(|why| format!("step {}: {why}", at + 1))?,
            other => return Err(format!("nobody does {other}")),
        }
    }
    Ok(())
}

/// One request: what came back, and what was sent on.
fn request(gate: &Gate, world: &World, step: &Value) -> Result<(), String> {
    world.doubles.iter().for_each(|(_, double)| double.forget());
    let answer = ask(gate, step);
    let asked: Vec<_> = world.doubles.iter().flat_map(|(_, double)| double.asked()).collect();
    let seen = || {
        let sent =
            asked.iter().map(|one| format!("\n  sent: {} {} {:?} {:?}", one.method, one.target, one.headers, one.body));
        format!("\n  answer: {} {:?} {}{}", answer.status, answer.headers, answer.text(), sent.collect::<String>())
    };
    judge::answer(&step["expect"], &answer)
        .and_then(|()| sent(&step["expect_upstream"], asked.last()))
        .map_err(|why| format!("{why}{}", seen()))
}

/// What was sent on; `none`: nothing.
fn sent(expected: &Value, asked: Option<&Asked>) -> Result<(), String> {
    match (expected, asked) {
        (Value::Null, _) | (Value::String(_), None) => Ok(()),
        (Value::String(_), Some(_)) => Err("something was sent on".to_owned()),
        (_, None) => Err("nothing was sent on".to_owned()),
        (_, Some(asked)) => judge::asked(expected, asked),
    }
}

/// What an upstream answers: its name where a row does not say.
fn reply(name: &str, written: &Value) -> Value {
    let mut reply = if written.is_null() { json!({}) } else { written.clone() };
    let members = reply.as_object_mut().unwrap();
    members.entry("headers").or_insert_with(|| json!({"Content-Type": "application/json"}));
    members.entry("body").or_insert_with(|| json!(format!("{{\"upstream\":\"{name}\"}}")));
    reply
}

/// The folder of a row: its objects as one file.
pub(crate) fn site(row: &Value, filled: &dyn Fn(&str) -> String) -> Site {
    let site = Site::new("");
    let router = row["needs"]["router"].as_str().unwrap_or("radixtree_host_uri");
    let settings = json!({
        "apisix": {"router": {"http": router}},
        "deployment": {"role": "data_plane", "role_data_plane": {"config_provider": "yaml"}},
    });
    site.write("conf/config.yaml", &settings.to_string());
    let objects = match row["apisix_yaml"].as_str() {
        Some(text) => text.to_owned(),
        // every JSON text is YAML
        None => format!("{}\n#END\n", row["setup"]),
    };
    site.write("conf/apisix.yaml", &filled(&objects));
    site
}

fn ask(gate: &Gate, step: &Value) -> Answer {
    let listed = step["headers"].as_array().into_iter().flatten();
    let headers: Vec<(&str, &str)> =
        listed.map(|pair| (pair[0].as_str().unwrap(), pair[1].as_str().unwrap())).collect();
    let has = |name: &str| headers.iter().any(|(one, _)| one.eq_ignore_ascii_case(name));
    let body = step["body"].as_str().unwrap_or_default();
    let (method, path) = (step["method"].as_str().unwrap(), step["path"].as_str().unwrap());
    let mut text = format!("{method} {path} HTTP/1.1\r\n");
    if !has("host") {
        text += "Host: gateway.test\r\n";
    }
    for (name, value) in &headers {
        text += &format!("{name}: {value}\r\n");
    }
    if !body.is_empty() && !has("transfer-encoding") {
        text += &format!("Content-Length: {}\r\n", body.len());
    }
    let mut client = Client::connect(gate.address()).unwrap();
    client.send(format!("{text}\r\n{body}").as_bytes()).unwrap();
    client.read(method == "HEAD").unwrap()
}

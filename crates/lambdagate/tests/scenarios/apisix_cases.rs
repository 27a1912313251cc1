//! What APISIX does, as data, with the real binary: objects in a file, requests, what upstreams and functions were sent and
//! what clients got. `tests/cases/apisix.jsonl` has a row for each; one with `original` says where this gateway does
//! better than APISIX, and what that does.

mod double;
mod judge;
mod signature;

use crate::client::{Answer, Client};
use crate::gate::Gate;
use crate::site::Site;
use double::Double;
use serde_json::{Value, json};
use std::net::TcpListener;
use std::panic::catch_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};

const ROWS: &str = include_str!("../cases/apisix.jsonl");

/// Gateways running at once.
const SIDE_BY_SIDE: usize = 2;

/// Rows that do not hold yet, with what they wait for. One that holds is an error: it is to be taken off here.
const WAITING: &[(&str, &str)] = &[];

#[test]
fn every_row_holds() {
    let rows: Vec<Value> = ROWS.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let chosen = std::env::var("APISIX_CASE").unwrap_or_default();
    let next = AtomicUsize::new(0);
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let work = || {
            let mut wrong = Vec::new();
            while let Some(row) = rows.get(next.fetch_add(1, Ordering::Relaxed)) {
                let id = row["id"].as_str().unwrap();
                if id.starts_with(&chosen) {
                    wrong.extend(judged(id, row).err().map(|why| format!("{id} ({}): {why}", row["desc"])));
                }
            }
            wrong
        };
        let workers: Vec<_> = (0..SIDE_BY_SIDE).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    assert!(wrong.is_empty(), "{} of {} rows:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}

fn judged(id: &str, row: &Value) -> Result<(), String> {
    let checked = catch_unwind(|| check(row)).unwrap_or_else(|_| Err("panicked, see above".to_owned()));
    match (WAITING.iter().find(|(waiting, _)| *waiting == id), checked) {
        (None, checked) => checked,
        (Some(_), Err(_)) => Ok(()),
        (Some((_, what)), Ok(())) => Err(format!("holds now, and need not wait for {what}")),
    }
}

/// The doubles, and a port that nobody listens on.
struct World {
    doubles: [Double; 3],
    closed: u16,
}

impl World {
    fn start() -> Self {
        let doubles = ["A", "B", "C"].map(Double::start);
        let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        Self { doubles, closed }
    }

    /// A text with its placeholders replaced.
    fn filled(&self, text: &str) -> String {
        let mut text = text.replace("{{CLOSED}}", &format!("127.0.0.1:{}", self.closed)).replace("{{RUN}}", "run");
        for double in &self.doubles {
            let (name, port) = (double.name(), double.port().to_string());
            text = text.replace(&format!("{{{{{name}}}}}"), &format!("127.0.0.1:{port}"));
            text = text
                .replace(&format!("\"{{{{{name}_PORT}}}}\""), &port)
                .replace(&format!("{{{{{name}_PORT}}}}"), &port);
            text = text.replace(&format!("{{{{{name}_HOST}}}}"), "127.0.0.1");
        }
        text
    }
}

fn check(row: &Value) -> Result<(), String> {
    let world = World::start();
    let site = site(row, &world);
    let gate = Gate::start(&site, &["run", "--apisix", "conf", "--listen", "127.0.0.1:0"]);
    for (at, step) in row["steps"].as_array().unwrap().iter().enumerate() {
        let step: Value = serde_json::from_str(&world.filled(&step.to_string())).unwrap();
        match step["do"].as_str().unwrap() {
            "upstream" => world.doubles.iter().find(|one| one.name() == step["name"]).unwrap().reply(&step["reply"]),
            "request" => request(&gate, &world, &step).map_err(|why| format!("step {}: {why}", at + 1))?,
            other => return Err(format!("nobody does {other}")),
        }
    }
    Ok(())
}

/// One request: what came back, and what was sent on.
fn request(gate: &Gate, world: &World, step: &Value) -> Result<(), String> {
    world.doubles.iter().for_each(Double::forget);
    let answer = ask(gate, step);
    let asked: Vec<_> = world.doubles.iter().flat_map(Double::seen).collect();
    let seen = || {
        let sent =
            asked.iter().map(|one| format!("\n  sent: {} {} {:?} {:?}", one.method, one.target, one.headers, one.body));
        format!("\n  answer: {} {:?} {}{}", answer.status, answer.headers, answer.text(), sent.collect::<String>())
    };
    judge::answer(&step["expect"], &answer)
        .and_then(|()| judge::sent(&step["expect_upstream"], asked.last()))
        .map_err(|why| format!("{why}{}", seen()))
}

/// The folder of a row: its objects as one file.
fn site(row: &Value, world: &World) -> Site {
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
    site.write("conf/apisix.yaml", &world.filled(&objects));
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

//! Kong's Admin API at work: what it answered stands, whatever happens next.

use crate::client::{Answer, Client};
use crate::gate::{Gate, command};
use crate::local_lambda::lambda_address;
use crate::needs::{needs, python};
use crate::site::Site;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Output};

/// A gateway that keeps its entities in the site's folder.
fn kept(site: &Site, more: &[&str]) -> Gate {
    let base = ["run", "--kong-db", "--data", "data", "--listen", "127.0.0.1:0", "--status", "127.0.0.1:0"];
    Gate::start(site, &[&base[..], more].concat())
}

fn admin(gate: &Gate) -> SocketAddr {
    gate.logged_address("\"Admin API\"")
}

fn ask(gate: &Gate, method: &str, path: &str, body: &Value) -> Answer {
    let headers = [("content-type", "application/json")];
    let body = if body.is_null() { String::new() } else { body.to_string() };
    Client::connect(admin(gate)).unwrap().request(method, path, &headers, body.as_bytes()).unwrap()
}

/// A route that leads nowhere: it answers 503, and what is no route 404.
fn make_route(gate: &Gate, name: &str) {
    let route = ask(gate, "POST", "/routes", &json!({"name": name, "paths": [format!("/{name}")]}));
    assert_eq!(route.status, 201, "{}", route.text());
}

#[test]
fn what_was_answered_survives_a_kill() {
    let site = Site::new("");
    let mut gate = kept(&site, &[]);
    for number in 0..5 {
        let name = format!("r{number}");
        make_route(&gate, &name);
        // in force before the reply was sent
        assert_eq!(gate.get(&format!("/{name}")).status, 503);
    }
    let before = ask(&gate, "GET", "/routes", &Value::Null).text();
    gate.signal("KILL");
    gate.wait();
    let again = kept(&site, &[]);
    assert_eq!(ask(&again, "GET", "/routes", &Value::Null).text(), before);
    assert_eq!((again.get("/r4").status, again.get("/r5").status), (503, 404));
    let status: Value = serde_json::from_str(&again.status_page("/status")).unwrap();
    assert_eq!(status["sources"].as_array().unwrap().len(), 1, "{status}");
    assert_eq!(status["sources"][0]["document"], "data/kong.redb");
}

#[test]
fn twenty_writers_lose_nothing() {
    let site = Site::new("");
    let gate = kept(&site, &[]);
    std::thread::scope(|scope| {
        for writer in 0..20 {
            let gate = &gate;
            scope.spawn(move || (0..5).for_each(|at| make_route(gate, &format!("w{writer}-{at}"))));
        }
    });
    let routes = ask(&gate, "GET", "/routes?size=1000", &Value::Null).json();
    assert_eq!(routes["data"].as_array().unwrap().len(), 100);
    for writer in 0..20 {
        assert_eq!(gate.get(&format!("/w{writer}-4")).status, 503);
    }
}

#[test]
fn what_cannot_be_is_refused_and_changes_nothing() {
    let site = Site::new("");
    let gate = kept(&site, &[]);
    make_route(&gate, "r");
    let refused = ask(&gate, "PATCH", "/routes/r", &json!({"paths": ["x"]}));
    assert_eq!((refused.status, refused.json()["code"].as_i64()), (400, Some(2)), "{}", refused.text());
    assert_eq!(gate.get("/r").status, 503);
    assert_eq!(ask(&gate, "DELETE", "/routes/r", &Value::Null).status, 204);
    assert_eq!(gate.get("/r").status, 404);
}

#[test]
fn a_key_ends_with_its_time() {
    let site = Site::new("");
    let gate = kept(&site, &[]);
    make_route(&gate, "r");
    for (path, body) in [
        ("/routes/r/plugins", json!({"name": "key-auth"})),
        ("/consumers", json!({"username": "c"})),
        ("/consumers/c/key-auth", json!({"key": "short", "ttl": 2})),
        ("/consumers/c/key-auth", json!({"key": "long"})),
    ] {
        let made = ask(&gate, "POST", path, &body);
        assert_eq!(made.status, 201, "{}", made.text());
    }
    let with = |key: &str| gate.request("GET", "/r", &[("apikey", key)], b"").status;
    assert_eq!((with("short"), with("long"), with("none")), (503, 503, 401));
    let began = std::time::Instant::now();
    while with("short") != 401 {
        assert!(began.elapsed().as_secs() < 60, "the key does not end");
    }
    assert_eq!(with("long"), 503);
    assert_eq!(ask(&gate, "GET", "/key-auths/short", &Value::Null).status, 404);
}

#[test]
fn a_file_is_taken_in_once() {
    let site = Site::new("");
    let file = |name: &str| format!("_format_version: '3.0'\nroutes:\n- {{name: {name}, paths: [/{name}]}}\n");
    site.write("kong.yml", &file("first"));
    let mut gate = kept(&site, &["--kong", "kong.yml"]);
    assert_eq!(gate.get("/first").status, 503);
    assert_eq!(ask(&gate, "DELETE", "/routes/first", &Value::Null).status, 204);
    gate.signal("TERM");
    gate.wait();
    site.write("kong.yml", &file("second"));
    let again = kept(&site, &["--kong", "kong.yml"]);
    assert_eq!((again.get("/first").status, again.get("/second").status), (404, 404));
}

#[test]
fn a_file_is_not_written_and_is_replaced_as_a_whole() {
    let site = Site::new("");
    let document =
        |name: &str| json!({"_format_version": "3.0", "routes": [{"name": name, "paths": [format!("/{name}")]}]});
    site.write("kong.yml", &document("old").to_string());
    let gate = Gate::start(&site, &["run", "--kong", "kong.yml", "--listen", "127.0.0.1:0"]);
    assert_eq!(ask(&gate, "DELETE", "/routes/old", &Value::Null).status, 405);
    assert_eq!(ask(&gate, "POST", "/config", &json!({"_format_version": "3.0", "services": [{}]})).status, 400);
    assert_eq!(gate.get("/old").status, 503);
    let posted = ask(&gate, "POST", "/config", &document("new"));
    assert_eq!(posted.status, 201, "{}", posted.text());
    assert_eq!((gate.get("/old").status, gate.get("/new").status), (404, 503));
}

#[test]
fn the_old_guide_works_as_it_stands() {
    if !needs("the_old_guide_works_as_it_stands", &["curl"]) {
        return;
    }
    const SECRET: &str = "wJalrXUtn+FEMI/K7MDENG=";
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/kong");
    let function = std::fs::read_to_string(folder.join("functions/MyLambda/lambda_function.py")).unwrap();
    let site = Site::new("listen: 127.0.0.1:0\nroutes: [{ match: { path: / }, function: MyLambda }]\n");
    site.write("functions/MyLambda/lambda_function.py", &function);
    site.write("keys", &format!("AKIAGUIDE {SECRET}\n"));
    let lambda = Gate::start(&site, &["dev", ".", "--lambda", "127.0.0.1:0", "--local-keys", "keys"]);
    let endpoint = format!("http://{}", lambda_address(&lambda));
    let base = ["run", "--kong-db", "--data", "data", "--listen", "127.0.0.1:0"];
    let gate = Gate::start_with(&site, &base, &[("AWS_ENDPOINT_URL_LAMBDA", &endpoint)]);
    let output = Command::new("sh")
        .arg(folder.join("guide.sh"))
        .env("ADMIN", format!("http://{}", admin(&gate)))
        .env("PROXY", format!("http://{}", gate.address()))
        .envs([("KEY", "AKIAGUIDE"), ("SECRET", SECRET)])
        .output()
        .unwrap();
    let lines: Vec<Value> =
        said(&output).lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| json!(line))).collect();
    assert!(output.status.success(), "{lines:?}");
    let answers: Vec<&Value> = lines.iter().filter(|line| **line == json!({"response": "yes"})).collect();
    assert_eq!(answers.len(), 2, "{lines:?}");
}

const AIO_KONG: &str = r#"
import asyncio, sys
from kong.client import Kong

async def main(url):
    async with Kong(url=url) as cli:
        service = await cli.services.create(name="s", host="a.test", port=8080)
        assert (await cli.services.get("s")).id == service.id
        assert [one.name for one in await cli.services.get_list()] == ["s"]
        route = await service.routes.create(name="r", hosts=["a.test"], paths=["/a"])
        route = await cli.routes.update(route.id, paths=["/b"])
        assert route["paths"] == ["/b"], route
        plugin = await route.plugins.create(name="key-auth", config={"key_names": ["key"]})
        plugin = await cli.plugins.update(plugin.id, config={"hide_credentials": True})
        assert plugin["config"]["key_names"] == ["key"] and plugin["config"]["hide_credentials"], plugin
        await cli.services.update("s", retries=1)
        consumer = await cli.consumers.create(username="c")
        assert (await cli.consumers.get("c")).id == consumer.id
        print("made", flush=True)
        sys.stdin.readline()
        await cli.plugins.delete(plugin.id)
        await cli.services.delete("s")
        await cli.consumers.delete("c")
        assert not [one async for one in cli.services.paginate()]
        assert not await cli.routes.has("r")

asyncio.run(main(sys.argv[1]))
"#;

#[test]
fn a_client_that_others_wrote_for_kong_works() {
    if !needs("a_client_that_others_wrote_for_kong_works", &["aio-kong"]) {
        return;
    }
    use std::io::{BufRead, BufReader};
    use std::process::Stdio;
    let site = Site::new("");
    let gate = kept(&site, &[]);
    let mut client = Command::new(python().unwrap())
        .args(["-c", AIO_KONG, &format!("http://{}", admin(&gate))])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(client.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    if line.trim() == "made" {
        assert_eq!(gate.request("GET", "/b", &[("host", "a.test")], b"").status, 401);
    }
    drop(client.stdin.take());
    let output = client.wait_with_output().unwrap();
    assert!(output.status.success() && line.trim() == "made", "{}", said(&output));
    assert_eq!(gate.request("GET", "/b", &[("host", "a.test")], b"").status, 404);
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn dev_keeps_entities_as_run_does() {
    let site = Site::new("").python("hello", "return {'hello': event.get('name')}");
    let folder = site.path().join("functions");
    let base = ["dev", "--kong-db", "--data", "data", "--functions", folder.to_str().unwrap()];
    let more = ["--listen", "127.0.0.1:0", "--lambda", "127.0.0.1:0", "--admin", "127.0.0.1:0"];
    let start = || Gate::start(&site, &[&base[..], &more].concat());
    let gate = start();
    make_route(&gate, "r");
    let config = json!({"aws_region": "us-east-1", "function_name": "hello"});
    let plugin = ask(&gate, "POST", "/routes/r/plugins", &json!({"name": "aws-lambda", "config": config}));
    assert_eq!(plugin.status, 201, "{}", plugin.text());
    assert_eq!(gate.get("/r?name=you").json(), json!({"hello": "you"}));
    drop(gate);
    let again = start();
    assert_eq!(again.get("/r?name=me").json(), json!({"hello": "me"}));
}

#[test]
fn what_is_kept_can_be_judged_and_explained() {
    let site = Site::new("");
    let said = |arguments: &[&str]| {
        let output = command(&site).args(arguments).args(["--kong-db", "--data", "data"]).output().unwrap();
        let text = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap()).join("");
        (output.status.code(), text)
    };
    let (code, text) = said(&["check"]);
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("data/kong.redb is not there") && !site.path().join("data").exists(), "{text}");
    let gate = kept(&site, &[]);
    make_route(&gate, "r");
    let config = json!({"aws_region": "us-east-1", "function_name": "hello"});
    assert_eq!(ask(&gate, "POST", "/routes/r/plugins", &json!({"name": "aws-lambda", "config": config})).status, 201);
    drop(gate);
    let (code, text) = said(&["check"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("ssl_verify: false leaves it unchecked"), "{text}");
    let (_, text) = said(&["explain", "--offline"]);
    assert!(text.contains("hello") && text.contains("us-east-1"), "{text}");
}

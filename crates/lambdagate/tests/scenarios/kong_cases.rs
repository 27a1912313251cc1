//! What Kong does, as data, with the real binary: a file in Kong's language, one request, what the Lambda API was sent
//! and what the client got. `tests/cases/kong.jsonl` has a row for each; one with `improved` says where this gateway
//! does better than Kong, and what it does.

use crate::client::{Answer, Client};
use crate::double::{Asked, Double};
use crate::gate::Gate;
use crate::site::Site;
use crate::{judge, rows};
use serde_json::{Value, json};

pub(crate) const ROWS: &str = include_str!("../cases/kong.jsonl");

#[test]
fn every_row_holds() {
    let rows = rows::read(&[ROWS]);
    assert!(rows.len() >= 93, "rows are lost: {}", rows.len());
    rows::hold(&rows, "KONG_CASE", check);
}

fn check(row: &Value) -> Result<(), String> {
    let double = Double::start(&row["lambda_reply"]);
    let (site, arguments) = site(row, double.address().port());
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let variables = variables(row);
    let variables: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let gate = Gate::start_with(&site, &arguments, &variables);
    let mut answer = None;
    for _ in 0..row["request"]["repeat"].as_u64().unwrap_or(1) {
        answer = Some(ask(&gate, &row["request"]));
    }
    let answer = answer.unwrap();
    let seen = || format!("\n  answer: {} {:?} {}", answer.status, answer.headers, answer.text());
    let calls = double.asked();
    judge_calls(row, &calls)
        .and_then(|()| judge::answer(&row["expect_response"], &answer))
        .map_err(|why| format!("{why}{}{}", seen(), told(&calls)))
}

fn told(calls: &[Asked]) -> String {
    calls.iter().map(|call| format!("\n  call: {} {:?} {}", call.function(), call.headers, call.text())).collect()
}

fn judge_calls(row: &Value, calls: &[Asked]) -> Result<(), String> {
    if row["expect_no_invoke"] == true {
        return if calls.is_empty() { Ok(()) } else { Err("the function was called".to_owned()) };
    }
    let wants = ["expect_payload", "expect_invoke", "expect_function"].iter().any(|want| !row[*want].is_null());
    let Some(call) = calls.last() else {
        return if wants { Err("the function was not called".to_owned()) } else { Ok(()) };
    };
    if let Some(function) = row["expect_function"].as_str()
        && call.function() != function
    {
        return Err(format!("{} was called instead of {function}", call.function()));
    }
    judge::asked(&row["expect_invoke"], call)?;
    judge::json(&row["expect_payload"], &call.text())
}

/// The files and the command line of a row.
fn site(row: &Value, port: u16) -> (Site, Vec<String>) {
    let mut document = document(row);
    lead_to(&mut document, port);
    let site = Site::new("");
    site.write("kong.yml", &serde_json::to_string_pretty(&document).unwrap());
    let mut path = "kong.yml";
    if let Some(settings) = row["gateway"]["kong_conf"].as_object() {
        let lines = settings.iter().map(|(name, value)| format!("{name} = {}\n", value.as_str().unwrap()));
        site.write(
            "kong.conf",
            &format!("{}database = off\ndeclarative_config = kong.yml\n", lines.collect::<String>()),
        );
        path = "kong.conf";
    }
    let arguments = ["run", "--kong", path, "--listen", "127.0.0.1:0"];
    (site, arguments.map(str::to_owned).into())
}

/// The file of a row.
pub(crate) fn document(row: &Value) -> Value {
    match &row["declarative"] {
        Value::Null => one_route(row),
        whole => whole.clone(),
    }
}

/// The file of a row about one plugin on one route.
fn one_route(row: &Value) -> Value {
    let mut route = row["route"].clone();
    route["name"] = json!("r");
    let mut plugins = vec![json!({"name": "aws-lambda", "config": row["config"]})];
    plugins.extend(row["extra_plugins"].as_array().into_iter().flatten().cloned());
    route["plugins"] = json!(plugins);
    json!({"_format_version": "3.0", "routes": [route]})
}

/// Leads every call to the double.
fn lead_to(value: &mut Value, port: u16) {
    match value {
        Value::Object(map) => {
            if map.get("name").is_some_and(|name| name == "aws-lambda") {
                let config = map.entry("config").or_insert_with(|| json!({}));
                config["host"] = json!("127.0.0.1");
                config["port"] = json!(port);
                config["disable_https"] = json!(true);
            }
            map.values_mut().for_each(|member| lead_to(member, port));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| lead_to(item, port)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn variables(row: &Value) -> Vec<(String, String)> {
    let set = row["gateway"]["env"].as_object().into_iter().flatten();
    set.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect()
}

fn ask(gate: &Gate, request: &Value) -> Answer {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut headers: Vec<(String, String)> = Vec::new();
    headers
        .extend(request["headers"].as_object().into_iter().flatten().map(|(name, value)| (name.clone(), text(value))));
    let listed = request["header_list"].as_array().into_iter().flatten();
    headers.extend(listed.map(|pair| (text(&pair[0]), text(&pair[1]))));
    let body = match (&request["body"], &request["body_repeat"]) {
        (Value::String(body), _) => body.clone(),
        (_, Value::Object(repeat)) => text(&repeat["char"]).repeat(repeat["count"].as_u64().unwrap() as usize),
        _ => String::new(),
    };
    let mut client = Client::connect(gate.address()).unwrap();
    let (method, path) = (request["method"].as_str().unwrap(), request["path"].as_str().unwrap());
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    client.request(method, path, &headers, body.as_bytes()).unwrap()
}

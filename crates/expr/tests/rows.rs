//! Every measured row: an expression, what is asked of it, and what the original answers.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use expr::el::{Context, Template, Wanted};
use expr::{Error, Limits, Value};
use serde_json::{Value as Json, json};

const CONTEXT: &str = include_str!("cases/context.json");

/// The answer to one row, in the form of its expectation.
fn answer(row: &Json) -> Json {
    let mut overlay = json!({ "doc": DOCUMENT.trim_end() });
    for (name, value) in row.get("context").and_then(Json::as_object).into_iter().flatten() {
        overlay[name] = value.clone();
    }
    let overlay = overlay.to_string();
    let world = Context::over(&overlay, Some(CONTEXT), &Limits::default()).unwrap();
    let wanted = Wanted::named(row["type"].as_str().unwrap()).unwrap();
    let template = match Template::parse(row["expr"].as_str().unwrap()) {
        Ok(template) => template,
        Err(error) => return refusal(&error),
    };
    match template.evaluate(&world, wanted) {
        Ok(Value::Null) => json!({ "null": true }),
        Ok(Value::Bool(truth)) => json!({ "value": truth }),
        Ok(Value::Int(number)) => json!({ "value": number }),
        Ok(Value::Long(number)) => json!({ "value": number }),
        Ok(Value::Double(number)) => json!({ "value": number }),
        Ok(Value::Str(text)) => json!({ "value": &*text }),
        Ok(other) => json!({ "value": format!("{other:?}") }),
        Err(error) => refusal(&error),
    }
}

fn refusal(error: &Error) -> Json {
    json!({ "error": { "stage": error.stage.name(), "code": error.code } })
}

/// The document that the rows on XPath ask.
const DOCUMENT: &str = include_str!("cases/document.xml");

fn check(file: &str, text: &str) {
    let mut failures = Vec::new();
    let mut count = 0;
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let row: Json = serde_json::from_str(line).unwrap_or_else(|error| panic!("{file}: {error} in {line}"));
        count += 1;
        let seen = answer(&row);
        if seen != row["expect"] {
            let name = row.get("id").and_then(Json::as_str).unwrap_or(file);
            failures.push(format!("{name} {}\n  expected {}\n  seen     {seen}", row["expr"], row["expect"]));
        }
    }
    assert!(count > 0, "{file} has no rows");
    assert!(failures.is_empty(), "{} of {count} rows of {file} fail:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn measured_rows() {
    check("rows.jsonl", include_str!("cases/rows.jsonl"));
}

#[test]
fn operators_literals_and_methods() {
    check("spel.jsonl", include_str!("cases/spel.jsonl"));
}

#[test]
fn paths_through_xml() {
    check("xpath.jsonl", include_str!("cases/xpath.jsonl"));
}

#[test]
fn templates_and_the_world() {
    check("own.jsonl", include_str!("cases/own.jsonl"));
}

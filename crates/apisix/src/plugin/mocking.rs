//! `mocking`: answers that are made up, for what is not there yet.

use super::conditions::fields;
use super::{Parts, Steps};
use crate::entity::{Part, VERSION};
use crate::lower::At;
use crate::schema::{Honour, honour};
use model::chain::Phase;
use model::policy::{Chance, Delay, Inject, Injected, InjectedBody, Policy, RequestText, Sample};
use serde_json::{Value, json};
use std::time::Duration;

pub(super) fn parts() -> Parts {
    Parts::new(json!({
        "type": "object",
        "properties": {
            "delay": {"type": "integer", "default": 0},
            "response_status": {"type": "integer", "default": 200, "minimum": 100},
            "content_type": {"type": "string", "default": "application/json;charset=utf8"},
            "response_example": {"type": "string"},
            "response_schema": honour(json!({"type": "object"}),
                Honour::Approximate("XML of examples is written in one line")),
            "with_mock_header": {"type": "boolean", "default": true},
            "response_headers": {"type": "object", "minProperties": 1, "patternProperties": {
                "^[^:]+$": {"oneOf": [{"type": "string"}, {"type": "number"}]}}},
        },
        "anyOf": [{"required": ["response_example"]}, {"required": ["response_schema"]}],
    }))
    .check(check)
}

fn check(conf: Part<'_>) -> Result<(), String> {
    match media(conf) {
        "application/xml" | "application/json" | "text/plain" | "text/html" | "text/xml" => Ok(()),
        _ => Err("unsupported content type!".to_owned()),
    }
}

fn media<'a>(conf: Part<'a>) -> &'a str {
    let written = conf.text("content_type").unwrap_or("application/json");
    written.split(';').next().unwrap_or("").trim()
}

pub(super) fn lower(conf: Part<'_>, _: &mut At<'_>) -> Steps {
    let plain = |name: &str, value: &str| (name.to_owned(), RequestText::plain(value));
    let mut headers = fields(conf.part("response_headers"), RequestText::with_variables);
    headers.push(plain("content-type", conf.text("content_type").unwrap_or("application/json;charset=utf8")));
    if conf.value("with_mock_header").is_none() || conf.flag("with_mock_header") {
        headers.push(plain("x-mock-by", &format!("APISIX/{VERSION}")));
    }
    let body = match conf.text("response_example") {
        Some(example) => InjectedBody::Text(RequestText::with_variables(example)),
        None => InjectedBody::Example {
            sample: object(conf.part("response_schema")),
            xml: matches!(media(conf), "application/xml" | "text/xml"),
        },
    };
    let status = conf.status("response_status").unwrap_or(200);
    let seconds = conf.count("delay").filter(|seconds| *seconds > 0);
    let inject = Inject {
        delay: seconds.map(|seconds| Delay { time: Duration::from_secs(seconds), chance: Chance::default() }),
        answer: Some(Injected { chance: Chance::default(), status, headers, body }),
    };
    vec![(Phase::Access, Policy::Inject(Box::new(inject)))]
}

fn object(schema: Part<'_>) -> Sample {
    let members = schema.part("properties").members();
    Sample::Object(members.map(|(name, one)| (name.clone(), sample(Part::of_value(Some(one))))).collect())
}

fn sample(schema: Part<'_>) -> Sample {
    let example = schema.value("example");
    match schema.text("type").unwrap_or("").to_ascii_lowercase().as_str() {
        "string" => Sample::Text(example.and_then(Value::as_str).map(str::to_owned)),
        "number" => Sample::Number(example.and_then(Value::as_f64)),
        "integer" => Sample::Integer(example.and_then(Value::as_f64).map(|number| number.floor() as i64)),
        "boolean" => Sample::Boolean(example.and_then(Value::as_bool)),
        "object" => object(schema),
        "array" if schema.part("items").is_there() => Sample::List(Box::new(sample(schema.part("items")))),
        _ => Sample::Nothing,
    }
}

//! `fault-injection`: pauses and answers, to try how others bear them.

use super::conditions::{fields, written};
use super::{Parts, Steps};
use crate::entity::Part;
use crate::lower::{At, status_line};
use expr::vars::Condition;
use model::chain::Phase;
use model::policy::{Chance, Delay, Inject, Injected, InjectedBody, Policy, RequestText};
use serde_json::{Value, json};
use std::time::Duration;

pub(super) fn parts() -> Parts {
    let vars = json!({"type": "array", "maxItems": 20, "items": {"type": "array"}});
    let percentage = json!({"type": "integer", "minimum": 0, "maximum": 100});
    Parts::new(json!({
        "type": "object",
        "properties": {
            "abort": {
                "type": "object",
                "properties": {
                    "http_status": {"type": "integer", "minimum": 200},
                    "body": {"type": "string", "minLength": 0},
                    "headers": {"type": "object", "minProperties": 1, "patternProperties": {
                        "^[^:]+$": {"oneOf": [{"type": "string"}, {"type": "number"}]}}},
                    "percentage": percentage,
                    "vars": vars,
                },
                "required": ["http_status"],
            },
            "delay": {
                "type": "object",
                "properties": {
                    "duration": {"type": "number", "minimum": 0},
                    "percentage": percentage,
                    "vars": vars,
                },
                "required": ["duration"],
            },
        },
        "minProperties": 1,
    }))
    .check(check)
}

fn check(conf: Part<'_>) -> Result<(), String> {
    for rules in ["abort.vars", "delay.vars"].into_iter().flat_map(|path| conf.items(path)) {
        written(rules.as_array().map_or(&[][..], Vec::as_slice)).map_err(|error| error.to_string())?;
    }
    Ok(())
}

pub(super) fn lower(conf: Part<'_>, _: &mut At<'_>) -> Steps {
    let delay = conf.number("delay.duration").map(|seconds| Delay {
        time: Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX),
        chance: chance(conf.part("delay")),
    });
    let answer = conf.status("abort.http_status").map(|status| abort(conf.part("abort"), status));
    vec![(Phase::Rewrite, Policy::Inject(Box::new(Inject { delay, answer })))]
}

fn abort(abort: Part<'_>, status: u16) -> Injected {
    let mut headers = fields(abort.part("headers"), RequestText::with_variables);
    let body = match abort.text("body") {
        Some(body) => {
            if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
                headers.push(("content-type".to_owned(), RequestText::plain("text/plain; charset=utf-8")));
            }
            InjectedBody::Text(RequestText::with_variables(body))
        }
        None if status < 300 => InjectedBody::Text(RequestText::default()),
        None => InjectedBody::Message(status_line(status)),
    };
    Injected { chance: chance(abort), status, headers, body }
}

/// One of its conditions must be true.
fn chance(part: Part<'_>) -> Chance {
    let percent = part.count("percentage").and_then(|percent| u8::try_from(percent).ok());
    let rules = part.items("vars").iter().filter_map(Value::as_array);
    let any: Vec<_> = rules.filter_map(|rules| written(rules).ok()).collect();
    Chance { percent, when: (!any.is_empty()).then_some(Condition::Any(any)) }
}

//! `api-breaker`: a rest for upstreams that fail again and again.

use super::{Parts, Steps};
use crate::entity::Part;
use crate::lower::{At, status_line};
use crate::schema::{Honour, honour};
use model::answer::{Answer, AnswerBody};
use model::chain::Phase;
use model::policy::{Breaker, LimitBy, Policy, RequestText, WithoutText};
use serde_json::{Value, json};
use std::time::Duration;

pub(super) fn parts() -> Parts {
    let statuses = |least: u16, most: u16, usual: u16| {
        json!({"type": "array", "minItems": 1, "uniqueItems": true, "default": [usual],
            "items": {"type": "integer", "minimum": least, "maximum": most}})
    };
    let count = || json!({"type": "integer", "minimum": 1, "default": 3});
    let header = json!({"type": "object", "required": ["key", "value"], "properties": {
        "key": {"type": "string", "minLength": 1},
        "value": {"type": "string", "minLength": 1},
    }});
    Parts::new(json!({
        "type": "object",
        "properties": {
            "break_response_code": {"type": "integer", "minimum": 200, "maximum": 599},
            "break_response_body": {"type": "string"},
            "break_response_headers": honour(
                json!({"type": "array", "items": header}),
                Honour::Approximate("variables in values stand for themselves"),
            ),
            "max_breaker_sec": {"type": "integer", "minimum": 3, "default": 300},
            "unhealthy": {"type": "object", "default": {"http_statuses": [500], "failures": 3},
                "properties": {"http_statuses": statuses(500, 599, 500), "failures": count()}},
            "healthy": {"type": "object", "default": {"http_statuses": [200], "successes": 3},
                "properties": {"http_statuses": statuses(200, 499, 200), "successes": count()}},
        },
        "required": ["break_response_code"],
    }))
}

pub(super) fn lower(conf: Part<'_>, at: &mut At<'_>) -> Steps {
    let count = |path: &str| conf.count(path).and_then(|count| u32::try_from(count).ok()).unwrap_or(3);
    let text = RequestText::with_variables("$host$uri");
    let policy = Policy::Breaker(Box::new(Breaker {
        scope: at.counter(),
        by: LimitBy::Text { text, without: WithoutText::Address },
        bad: statuses(conf, "unhealthy.http_statuses", 500),
        failures: count("unhealthy.failures"),
        good: statuses(conf, "healthy.http_statuses", 200),
        successes: count("healthy.successes"),
        first: Duration::from_secs(2),
        longest: Duration::from_secs(conf.count("max_breaker_sec").unwrap_or(300)),
        answer: answer(conf),
    }));
    vec![(Phase::Access, policy.clone()), (Phase::Log, policy)]
}

fn statuses(conf: Part<'_>, path: &str, usual: u16) -> Vec<(u16, u16)> {
    let codes = conf.items(path).iter().filter_map(Value::as_u64).filter_map(|code| u16::try_from(code).ok());
    let all: Vec<_> = codes.map(|code| (code, code)).collect();
    if all.is_empty() { vec![(usual, usual)] } else { all }
}

/// Header fields belong to a body of its own.
fn answer(conf: Part<'_>) -> Answer {
    let status = conf.status("break_response_code").unwrap_or(502);
    let Some(body) = conf.owned("break_response_body") else { return Answer::message(status, status_line(status)) };
    let fields = conf.items("break_response_headers").iter().map(|item| Part::of_value(Some(item)));
    let field = |item: Part<'_>| Some((item.owned("key")?, item.owned("value")?));
    Answer { headers: fields.filter_map(field).collect(), body: AnswerBody::Text(body), ..Answer::status(status) }
}

//! `limit-count`: how often a client may ask in a window of time.

use super::{Parts, Steps, limit_key, redis, words};
use crate::entity::Part;
use crate::lower::At;
use crate::schema::{Honour, honour};
use model::chain::Phase;
use model::policy::{
    Case, Figures, LimitBy, Policy, RateHeaders, RateLimit, Refusals, RequestText, Span, Window, WithoutText,
};
use serde_json::{Value, json};
use std::time::Duration;

pub(super) fn parts() -> Parts {
    let number = || json!({"oneOf": [{"type": "integer", "exclusiveMinimum": 0}, {"type": "string"}]});
    let mut schema = json!({
        "type": "object",
        "properties": {
            "count": number(),
            "time_window": number(),
            "window_type": honour(
                json!({"type": "string", "enum": ["fixed", "sliding"], "default": "fixed"}),
                Honour::Approximate("windows are fixed"),
            ),
            "group": {"type": "string"},
            "key": {"type": "string", "default": "remote_addr"},
            "key_type": {"type": "string", "enum": ["var", "var_combination", "constant"], "default": "var"},
            "rules": {"type": "array", "minItems": 1, "items": {"type": "object", "properties": {
                "count": number(),
                "time_window": number(),
                "key": {"type": "string"},
                "header_prefix": {"type": "string"},
            }, "required": ["count", "time_window", "key"]}},
            "rejected_code": {"type": "integer", "minimum": 200, "maximum": 599, "default": 503},
            "rejected_msg": {"type": "string", "minLength": 1},
            "policy": {"type": "string", "enum": ["local", "redis", "redis-cluster", "redis-sentinel"], "default": "local"},
            "allow_degradation": {"type": "boolean", "default": false},
            "show_limit_quota_header": {"type": "boolean", "default": true},
        },
        "oneOf": [{"required": ["count", "time_window"]}, {"required": ["rules"]}],
    });
    redis::extend(&mut schema);
    Parts::new(schema).check(check).encrypted(&["redis_password", "sentinel_password"]).metadata(
        json!({"type": "object", "properties": {
            "limit_header": {"type": "string", "default": "X-RateLimit-Limit"},
            "remaining_header": {"type": "string", "default": "X-RateLimit-Remaining"},
            "reset_header": {"type": "string", "default": "X-RateLimit-Reset"},
        }}),
    )
}

fn check(conf: Part<'_>) -> Result<(), String> {
    let both = conf.value("rules").is_some() && (conf.value("count").is_some() || conf.value("time_window").is_some());
    if both { Err("count/time_window and rules cannot be specified at the same time".to_owned()) } else { Ok(()) }
}

pub(super) fn lower(conf: Part<'_>, at: &mut At<'_>) -> Steps {
    let mut limits = match conf.items("rules") {
        [] => vec![limit(conf, limit_key::by(conf), false, String::new(), conf, at)],
        rules => {
            let rule = |(number, rule): (usize, &Value)| {
                let rule = Part::of_value(Some(rule));
                let text = RequestText::with_variables(rule.text("key").unwrap_or(""));
                // a key without variables is one counter for all
                let without = if text.places() == 0 { WithoutText::Address } else { WithoutText::Nobody };
                let prefix = rule.owned("header_prefix").unwrap_or_else(|| (number + 1).to_string());
                limit(rule, LimitBy::Text { text, without }, true, prefix, conf, at)
            };
            rules.iter().enumerate().map(rule).collect()
        }
    }
    .into_iter();
    let Some(mut first) = limits.next() else { return Vec::new() };
    first.also = limits.collect();
    let policy = Policy::RateLimit(Box::new(first));
    vec![(Phase::Access, policy.clone()), (Phase::Response, policy)]
}

/// One limit: its figures, whom it counts together, whether those without figures pass, what stands in the names of its
/// header fields.
fn limit(figures: Part<'_>, by: LimitBy, optional: bool, prefix: String, conf: Part<'_>, at: &At<'_>) -> RateLimit {
    let number = |name: &str| figures.count(name).or_else(|| figures.text(name)?.parse().ok());
    let text = |name: &str| match figures.text(name) {
        Some(text) => RequestText::with_variables(text),
        None => RequestText::plain(figures.count(name).unwrap_or_default().to_string()),
    };
    let fixed = number("count").zip(number("time_window"));
    let scope = conf.text("group").map_or_else(|| at.counter(), |group| format!("apisix/group/{group}"));
    RateLimit {
        scope: if prefix.is_empty() { scope } else { format!("{scope}/{prefix}") },
        windows: fixed
            .map(|(limit, seconds)| Window { span: Span::FromFirst(Duration::from_secs(seconds)), limit })
            .into_iter()
            .collect(),
        by,
        store: redis::store(conf),
        headers: headers(conf, &prefix, at),
        refusals: refusals(conf),
        figures: match fixed {
            Some(_) => None,
            None => Some(Figures { limit: text("count"), seconds: text("time_window"), optional }),
        },
        ..RateLimit::default()
    }
}

fn headers(conf: Part<'_>, prefix: &str, at: &At<'_>) -> RateHeaders {
    let shown = conf.value("show_limit_quota_header").is_none() || conf.flag("show_limit_quota_header");
    let metadata = at.metadata();
    let name = |member: &str, usual: &str| {
        let name = metadata.text(member).unwrap_or(usual);
        let prefixed = || format!("X-{prefix}-{}", name.strip_prefix("X-").unwrap_or(name));
        shown.then(|| if prefix.is_empty() { name.to_owned() } else { prefixed() })
    };
    RateHeaders {
        window_limit: None,
        window_remaining: None,
        limit: name("limit_header", "X-RateLimit-Limit"),
        remaining: name("remaining_header", "X-RateLimit-Remaining"),
        reset: name("reset_header", "X-RateLimit-Reset"),
        fractions: true,
        retry_after: false,
        ..RateHeaders::default()
    }
}

fn refusals(conf: Part<'_>) -> Refusals {
    let status = conf.status("rejected_code").unwrap_or(503);
    match conf.text("rejected_msg") {
        Some(message) => words::said("error_msg", [(Case::TooMany, status, message)]),
        None => words::pages([(Case::TooMany, status)]),
    }
}

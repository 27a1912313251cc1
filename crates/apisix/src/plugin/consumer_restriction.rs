//! `consumer-restriction`: known clients that may, or may not.

use super::{Parts, Steps, words};
use crate::entity::Part;
use crate::lower::At;
use model::chain::Phase;
use model::policy::{Case, Policy, Refuse};
use model::predicate::Vars;
use model::variable::Variable;
use serde_json::{Value, json};

pub(super) fn parts() -> Parts {
    let names = json!({"type": "array", "minItems": 1, "items": {"type": "string"}});
    let methods = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "CONNECT", "TRACE", "PURGE"];
    Parts::new(json!({
        "type": "object",
        "properties": {
            "type": {"type": "string", "enum": ["consumer_name", "service_id", "route_id", "consumer_group_id"],
                "default": "consumer_name"},
            "blacklist": names,
            "whitelist": names,
            "allowed_by_methods": {"type": "array", "items": {"type": "object", "properties": {
                "user": {"type": "string"},
                "methods": {"type": "array", "minItems": 1, "items": {"type": "string", "enum": methods}},
            }}},
            "rejected_code": {"type": "integer", "minimum": 200, "default": 403},
            "rejected_msg": {"type": "string"},
        },
        "anyOf": [{"required": ["blacklist"]}, {"required": ["whitelist"]}, {"required": ["allowed_by_methods"]}],
    }))
}

pub(super) fn lower(conf: Part<'_>, _: &mut At<'_>) -> Steps {
    let kind = conf.text("type").unwrap_or("consumer_name");
    let absent = format!("The request is rejected, please check the {kind} for this request");
    let usual = format!("The {kind} is forbidden.");
    let status = conf.status("rejected_code").unwrap_or(403);
    let message = conf.text("rejected_msg").unwrap_or(&usual);
    let policy = Refuse {
        rules: rules(conf, kind),
        refusals: words::messages([(Case::Anonymous, 401, absent.as_str()), (Case::Forbidden, status, message)]),
    };
    vec![(Phase::Access, Policy::Refuse(Box::new(policy)))]
}

/// Who is refused: nobody at all, who is on the black list, who is not on the white one, and who uses a method that is not
/// among his own. Those on the white list may use all.
fn rules(conf: Part<'_>, kind: &str) -> Vec<(Vars, Case)> {
    let mut written = vec![(json!([[kind, "==", null]]), Case::Anonymous)];
    let forbidden = |rules: Value| (rules, Case::Forbidden);
    if let Some(list) = conf.value("blacklist") {
        written.push(forbidden(json!([[kind, "in", list]])));
    }
    let white = conf.value("whitelist");
    if let Some(list) = white {
        written.push(forbidden(json!([[kind, "!", "in", list]])));
    }
    for entry in conf.items("allowed_by_methods") {
        let entry = Part::of_value(Some(entry));
        if let (Some(user), Some(methods), None) = (entry.text("user"), entry.value("methods"), white) {
            written.push(forbidden(json!([[kind, "==", user], ["request_method", "!", "in", methods]])));
        }
    }
    let read = |(rules, case): (Value, Case)| {
        let rules = rules.as_array().map_or(&[][..], Vec::as_slice);
        expr::vars::read(rules, &Variable::of).ok().map(|vars| (vars, case))
    };
    written.into_iter().filter_map(read).collect()
}

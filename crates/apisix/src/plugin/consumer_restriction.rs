//! `consumer-restriction`: known clients, routes or services that may, or may not.

use super::conditions::{absent, is_in, test};
use super::{Parts, Steps, words};
use crate::entity::Part;
use crate::lower::At;
use expr::vars::{Check, Condition, Literal};
use model::chain::Phase;
use model::policy::{Case, Policy, Refuse};
use model::predicate::Vars;
use model::variable::Variable;
use serde_json::json;

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
    let who = Variable::of(kind);
    let mut rules = vec![(absent(who.clone()), Case::Absent)];
    let (blacklist, whitelist) = (conf.texts("blacklist"), conf.texts("whitelist"));
    if !blacklist.is_empty() {
        rules.push((is_in(who.clone(), false, &blacklist), Case::Forbidden));
    }
    if !whitelist.is_empty() {
        rules.push((is_in(who.clone(), true, &whitelist), Case::Forbidden));
    }
    // who is on the whitelist may use every method
    let mut known = whitelist;
    for one in conf.items("allowed_by_methods") {
        let one = Part::of_value(Some(one));
        let Some(user) = one.owned("user").filter(|user| !known.contains(user)) else { continue };
        rules.push((by_method(&who, &user, &one.texts("methods")), Case::Forbidden));
        known.push(user); // the first entry of a name counts
    }
    let status = conf.status("rejected_code").unwrap_or(403);
    let forbidden = conf.owned("rejected_msg").unwrap_or_else(|| format!("The {kind} is forbidden."));
    let unknown = format!("The request is rejected, please check the {kind} for this request");
    let refusals = words::messages([(Case::Absent, 401, unknown.as_str()), (Case::Forbidden, status, &forbidden)]);
    vec![(Phase::Access, Policy::Refuse(Box::new(Refuse { rules, refusals })))]
}

/// This one, with none of these methods.
fn by_method(who: &Variable, user: &str, methods: &[String]) -> Vars {
    Condition::All(vec![
        test(who.clone(), false, Check::Equal(Literal::Text(user.to_owned()))),
        is_in(Variable::Method, true, methods),
    ])
}

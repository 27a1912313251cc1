//! `referer-restriction`: sites from which clients may come, or may not.

use super::conditions::finds;
use super::{Parts, Steps, words};
use crate::entity::Part;
use crate::lower::At;
use model::chain::Phase;
use model::policy::{Case, Policy, Refuse};
use model::predicate::Vars;
use model::variable::Variable;
use serde_json::json;

pub(super) fn parts() -> Parts {
    let hosts = json!({"type": "array", "minItems": 1, "items": crate::entity::host()});
    Parts::new(json!({
        "type": "object",
        "properties": {
            "bypass_missing": {"type": "boolean", "default": false},
            "whitelist": hosts,
            "blacklist": hosts,
            "message": {"type": "string", "minLength": 1, "maxLength": 1024,
                "default": "Your referer host is not allowed"},
        },
        "oneOf": [{"required": ["whitelist"]}, {"required": ["blacklist"]}],
    }))
}

/// A URL with a host, as far as the host.
const BEGIN: &str = "^(?:https?:)?//";
/// What follows a host.
const END: &str = "(?:[:/?#]|$)";

pub(super) fn lower(conf: Part<'_>, _: &mut At<'_>) -> Steps {
    let referer = |negated, regex| finds(Variable::Header("referer".to_owned()), negated, regex, false);
    let readable = |negated| referer(negated, format!("{BEGIN}[^\\[\\]:/?]"));
    let mut rules = Vec::new();
    if !conf.flag("bypass_missing") {
        rules.push((readable(true), Case::Forbidden));
    }
    let of = |name: &str, negated| referer(negated, format!("{BEGIN}(?:{}){END}", hosts(&conf.texts(name))));
    let wrong: Vars = match conf.texts("whitelist").is_empty() {
        false => expr::vars::Condition::All(vec![readable(false), of("whitelist", true)]),
        true => of("blacklist", false),
    };
    rules.push((wrong, Case::Forbidden));
    let message = conf.text("message").unwrap_or("Your referer host is not allowed");
    let refusals = words::messages([(Case::Forbidden, 403, message)]);
    vec![(Phase::Access, Policy::Refuse(Box::new(Refuse { rules, refusals })))]
}

/// A star at the beginning is anything.
fn hosts(hosts: &[String]) -> String {
    let one = |host: &String| match host.strip_prefix('*') {
        Some(end) => format!("[^/:?#]*{}", regex::escape(end)),
        None => regex::escape(host),
    };
    hosts.iter().map(one).collect::<Vec<_>>().join("|")
}

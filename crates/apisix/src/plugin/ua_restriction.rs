//! `ua-restriction`: user agents that may, or may not.

use super::conditions::{absent, finds, regexes};
use super::{Parts, Steps, words};
use crate::entity::Part;
use crate::lower::At;
use expr::vars::Condition;
use model::chain::Phase;
use model::policy::{Case, Policy, Refuse};
use model::variable::Variable;
use serde_json::json;

pub(super) fn parts() -> Parts {
    let list = json!({"type": "array", "minItems": 1, "items": {"type": "string", "minLength": 1}});
    Parts::new(json!({
        "type": "object",
        "properties": {
            "bypass_missing": {"type": "boolean", "default": false},
            "allowlist": list,
            "denylist": list,
            "message": {"type": "string", "minLength": 1, "maxLength": 1024, "default": "Not allowed"},
        },
        "oneOf": [{"required": ["allowlist"]}, {"required": ["denylist"]}],
    }))
    .check(|conf| regexes(&conf.texts("allowlist")).and_then(|()| regexes(&conf.texts("denylist"))))
}

pub(super) fn lower(conf: Part<'_>, _: &mut At<'_>) -> Steps {
    let agent = || Variable::Header("user-agent".to_owned());
    let any = |name: &str, negated: bool| {
        let finds = conf.texts(name).into_iter().map(|regex| finds(agent(), false, regex, false)).collect();
        if negated { Condition::NotAny(finds) } else { Condition::Any(finds) }
    };
    let mut rules = Vec::new();
    if !conf.flag("bypass_missing") {
        rules.push((absent(agent()), Case::Forbidden));
    }
    let there = Condition::NotAll(vec![absent(agent())]);
    match conf.texts("allowlist").is_empty() {
        false => rules.push((Condition::All(vec![there, any("allowlist", true)]), Case::Forbidden)),
        true => rules.push((any("denylist", false), Case::Forbidden)),
    }
    let refusals = words::messages([(Case::Forbidden, 403, conf.text("message").unwrap_or("Not allowed"))]);
    vec![(Phase::Access, Policy::Refuse(Box::new(Refuse { rules, refusals })))]
}

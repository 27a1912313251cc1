//! `uri-blocker`: targets that nobody may ask for.

use super::conditions::{finds, regexes};
use super::{Parts, Steps, words};
use crate::entity::Part;
use crate::lower::At;
use model::chain::Phase;
use model::policy::{Case, Policy, Refuse};
use model::variable::Variable;
use serde_json::json;

pub(super) fn parts() -> Parts {
    Parts::new(json!({
        "type": "object",
        "properties": {
            "block_rules": {"type": "array", "uniqueItems": true,
                "items": {"type": "string", "minLength": 1, "maxLength": 4096}},
            "rejected_code": {"type": "integer", "minimum": 200, "default": 403},
            "rejected_msg": {"type": "string", "minLength": 1},
            "case_insensitive": {"type": "boolean", "default": false},
        },
        "required": ["block_rules"],
    }))
    .check(|conf| regexes(&conf.texts("block_rules")))
}

pub(super) fn lower(conf: Part<'_>, _: &mut At<'_>) -> Steps {
    let rules = conf.texts("block_rules");
    if rules.is_empty() {
        return Vec::new();
    }
    let condition = finds(Variable::Target, false, rules.join("|"), conf.flag("case_insensitive"));
    let status = conf.status("rejected_code").unwrap_or(403);
    let refusals = match conf.text("rejected_msg") {
        Some(message) => words::said("error_msg", [(Case::Forbidden, status, message)]),
        None => words::pages([(Case::Forbidden, status)]),
    };
    let refuse = Refuse { rules: vec![(condition, Case::Forbidden)], refusals };
    vec![(Phase::Rewrite, Policy::Refuse(Box::new(refuse)))]
}

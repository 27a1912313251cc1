//! `attach-consumer-label`: labels of the known client, for upstreams.

use super::{Parts, Steps};
use crate::entity::Part;
use crate::lower::At;
use model::chain::Phase;
use model::policy::{FieldTexts, PathSource, Policy, RequestText, Rewrite, TextPart, TextSource};
use model::variable::Variable;
use serde_json::{Value, json};

pub(super) fn parts() -> Parts {
    let label = json!({"type": "string", "pattern": "^\\$.*"});
    Parts::new(json!({
        "type": "object",
        "properties": {"headers": {"type": "object", "minProperties": 1, "additionalProperties": label}},
        "required": ["headers"],
    }))
}

/// In the last phase, as there: a function that has answered before is told nothing. A label that is not there takes the
/// field off, so that no client can say it himself.
pub(super) fn lower(conf: Part<'_>, _: &mut At<'_>) -> Steps {
    let text = |value: &Value| {
        let variable = Variable::of(&format!("consumer_label_{}", value.as_str()?.strip_prefix('$')?));
        Some(RequestText { parts: vec![TextPart::FirstOf(vec![TextSource::Variable(variable)])] })
    };
    let fields = conf.part("headers").members();
    let set = fields.filter_map(|(name, value)| Some((name.to_ascii_lowercase(), text(value)?))).collect();
    let headers = FieldTexts { set, ..FieldTexts::default() };
    let rewrite = Rewrite { path: PathSource::Received, headers, ..Rewrite::default() };
    vec![(Phase::Endpoint, Policy::Rewrite(Box::new(rewrite)))]
}

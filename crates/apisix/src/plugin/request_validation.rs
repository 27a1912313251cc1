//! `request-validation`: what header and body of a request must look like.

use super::{Parts, Steps};
use crate::entity::Part;
use crate::lower::At;
use dialect::Faith;
use expr::schema::Judge;
use model::chain::Phase;
use model::policy::{Case, Policy, Refusal, RefusalForm, Refusals, Validate};
use serde_json::{Value, json};

pub(super) fn parts() -> Parts {
    let with = |name: &str| json!({"title": name, "properties": {name: {"type": "object"}}, "required": [name]});
    Parts::new(json!({
        "type": "object",
        "properties": {
            "header_schema": {"type": "object"},
            "body_schema": {"type": "object"},
            "rejected_code": {"type": "integer", "minimum": 200, "maximum": 599, "default": 400},
            "rejected_msg": {"type": "string", "minLength": 1, "maxLength": 256},
            "max_req_body_size": {"type": "integer", "minimum": 1, "default": 67_108_864},
        },
        "anyOf": [with("header_schema"), with("body_schema")],
    }))
    .check(check)
}

const SCHEMAS: [&str; 2] = ["header_schema", "body_schema"];

fn check(conf: Part<'_>) -> Result<(), String> {
    let mut schemas = SCHEMAS.into_iter().filter_map(|name| conf.value(name));
    schemas.try_for_each(|schema| Judge::read(schema).map(drop).map_err(|error| error.to_string()))
}

pub(super) fn lower(conf: Part<'_>, at: &mut At<'_>) -> Steps {
    for name in SCHEMAS {
        let unknown = conf.value(name).map(Judge::unknown).unwrap_or_default();
        if !unknown.is_empty() {
            at.say(Faith::Unsupported, name, format!("not judged of this schema: {}", unknown.join(", ")));
        }
    }
    let refusal = Refusal {
        status: conf.status("rejected_code").unwrap_or(400),
        message: conf.owned("rejected_msg").unwrap_or_else(|| "{}".to_owned()),
        form: RefusalForm::Text { content_type: "text/plain; charset=utf-8".to_owned() },
    };
    let validate = Validate {
        header: conf.value("header_schema").map(Value::to_string),
        body: conf.value("body_schema").map(Value::to_string),
        largest_body: conf.count("max_req_body_size"),
        rewrites_json: true,
        refusals: Refusals::of([(Case::Invalid, refusal)]),
    };
    vec![(Phase::Rewrite, Policy::Validate(Box::new(validate)))]
}

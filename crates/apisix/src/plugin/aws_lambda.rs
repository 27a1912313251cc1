//! `aws-lambda`: calls a function, behind a URL as the original does, or by its name.

pub(super) mod by_url;

use super::{Parts, Steps};
use crate::entity::Part;
use crate::lower::At;
use model::chain::Phase;
use model::policy::Policy;
use serde_json::{Value, json};

pub(super) fn parts() -> Parts {
    Parts::new(schema()).encrypted(&[
        "authorization.apikey",
        "authorization.iam.accesskey",
        "authorization.iam.secretkey",
    ])
}

fn schema() -> Value {
    by_url::schema(json!({"type": "object", "properties": {
        "apikey": {"type": "string"},
        "iam": {
            "type": "object",
            "properties": {
                "accesskey": {"type": "string"},
                "secretkey": {"type": "string"},
                "aws_region": {"type": "string", "default": "us-east-1"},
                "service": {"type": "string", "default": "execute-api"},
            },
            "required": ["accesskey", "secretkey"],
        },
    }}))
}

pub(super) fn lower(conf: Part<'_>, at: &mut At<'_>) -> Steps {
    let call = by_url::call(conf, model::call::UrlAuth::None, at);
    vec![(Phase::Access, Policy::Call(Box::new(call)))]
}

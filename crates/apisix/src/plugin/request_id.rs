//! `request-id`: an id for each request.

use super::{Parts, Steps};
use crate::entity::Part;
use crate::lower::At;
use crate::schema::{Honour, honour};
use model::chain::Phase;
use model::policy::{IdForm, Policy, RequestId};
use serde_json::json;

pub(super) fn parts() -> Parts {
    let form = Honour::Approximate("ids of the forms nanoid, range_id, ksuid and uuidv7 are made as random UUIDs");
    Parts::new(json!({"type": "object", "properties": {
        "header_name": {"type": "string", "default": "X-Request-Id"},
        "include_in_response": {"type": "boolean", "default": true},
        "algorithm": honour(
            json!({"type": "string", "enum": ["uuid", "nanoid", "range_id", "ksuid", "uuidv7"], "default": "uuid"}),
            form,
        ),
        "range_id": {"type": "object", "default": {}, "properties": {
            "length": honour(json!({"type": "integer", "minimum": 6, "default": 16}), form),
            "char_set": honour(
                json!({"type": "string", "minLength": 6,
                    "default": "abcdefghijklmnopqrstuvwxyzABCDEFGHIGKLMNOPQRSTUVWXYZ0123456789"}),
                form,
            ),
        }},
    }}))
}

pub(super) fn lower(conf: Part<'_>, _: &mut At<'_>) -> Steps {
    let policy = Policy::RequestId(RequestId {
        header: conf.text("header_name").unwrap_or("X-Request-Id").to_ascii_lowercase(),
        trust_client: true,
        echo: conf.flag("include_in_response"),
        form: IdForm::Uuid,
        own: false,
    });
    vec![(Phase::Rewrite, policy.clone()), (Phase::Response, policy)]
}

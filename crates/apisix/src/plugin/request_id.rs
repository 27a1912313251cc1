//! `request-id`: an id for each request.

use super::{Parts, Steps};
use crate::entity::Part;
use crate::lower::At;
use model::chain::Phase;
use model::policy::{IdForm, Policy, RequestId};
use serde_json::json;

pub(super) fn parts() -> Parts {
    Parts::new(json!({"type": "object", "properties": {
        "header_name": {"type": "string", "default": "X-Request-Id"},
        "include_in_response": {"type": "boolean", "default": true},
        "algorithm": {"type": "string", "enum": ["uuid", "nanoid", "range_id", "ksuid", "uuidv7"], "default": "uuid"},
        "range_id": {"type": "object", "default": {}, "properties": {
            "length": {"type": "integer", "minimum": 6, "default": 16},
            "char_set": {"type": "string", "minLength": 6, "default": USUAL},
        }},
    }}))
}

/// The original's letters, with its slip.
const USUAL: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIGKLMNOPQRSTUVWXYZ0123456789";

pub(super) fn lower(conf: Part<'_>, _: &mut At<'_>) -> Steps {
    let policy = Policy::RequestId(RequestId {
        header: conf.text("header_name").unwrap_or("X-Request-Id").to_ascii_lowercase(),
        trust_client: true,
        echo: conf.flag("include_in_response"),
        form: form(conf),
        own: false,
    });
    vec![(Phase::Rewrite, policy.clone()), (Phase::Response, policy)]
}

fn form(conf: Part<'_>) -> IdForm {
    match conf.text("algorithm") {
        Some("nanoid") => IdForm::NanoId,
        Some("ksuid") => IdForm::Ksuid,
        Some("uuidv7") => IdForm::TimedUuid,
        Some("range_id") => IdForm::Range {
            length: conf.count("range_id.length").and_then(|length| u32::try_from(length).ok()).unwrap_or(16),
            characters: conf.owned("range_id.char_set").unwrap_or_else(|| USUAL.to_owned()),
        },
        _ => IdForm::Uuid,
    }
}

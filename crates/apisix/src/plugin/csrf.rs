//! `csrf`: a token in a cookie that must stand in a header field too.

use super::{Parts, Steps, words};
use crate::entity::Part;
use crate::lower::At;
use model::chain::Phase;
use model::policy::{Case, Csrf, Policy};
use model::secret::Secret;
use serde_json::json;
use std::time::Duration;

pub(super) fn parts() -> Parts {
    let schema = json!({
        "type": "object",
        "properties": {
            "key": {"description": "use to generate csrf token", "type": "string"},
            "expires": {"description": "expires time(s) for csrf token", "type": "integer", "default": 7200},
            "name": {"description": "the csrf token name", "type": "string", "default": "apisix-csrf-token"},
        },
        "required": ["key"],
    });
    Parts::new(schema).encrypted(&["key"])
}

pub(super) fn lower(conf: Part<'_>, _: &mut At<'_>) -> Steps {
    let lasting = conf.integer("expires").and_then(|seconds| u64::try_from(seconds).ok()).filter(|time| *time > 0);
    let policy = Policy::Csrf(Box::new(Csrf {
        name: conf.owned("name").unwrap_or_default(),
        key: Secret::new(conf.text("key").unwrap_or_default()),
        lasting: lasting.map(Duration::from_secs),
        refusals: words::said(
            "error_msg",
            [
                (Case::Absent, 401, "no csrf token in headers"),
                (Case::Anonymous, 401, "no csrf cookie"),
                (Case::Several, 401, "csrf token mismatch"),
                (Case::Signature, 401, "Failed to verify the csrf token signature"),
            ],
        ),
    }));
    vec![(Phase::Access, policy.clone()), (Phase::Response, policy)]
}

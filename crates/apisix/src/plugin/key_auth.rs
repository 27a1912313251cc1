//! `key-auth`: a key that names the client.

use super::{Parts, Steps, words};
use crate::entity::Part;
use crate::lower::At;
use model::chain::Phase;
use model::consumer::Proof;
use model::policy::{Case, Challenge, KeyAuth, Policy};
use model::secret::Secret;
use serde_json::json;

pub(super) fn parts() -> Parts {
    let schema = json!({"type": "object", "properties": {
        "header": {"type": "string", "default": "apikey"},
        "query": {"type": "string", "default": "apikey"},
        "hide_credentials": {"type": "boolean", "default": false},
        "realm": super::realm("key"),
        "anonymous_consumer": super::anonymous_consumer(),
    }});
    let consumer = json!({"type": "object", "properties": {"key": {"type": "string"}}, "required": ["key"]});
    Parts::new(schema).consumer(consumer, |_| Ok(()), proof).encrypted(&["key"])
}

fn proof(conf: Part<'_>) -> Option<Proof> {
    conf.text("key").filter(|key| !key.is_empty()).map(|key| Proof::Key(Secret::new(key)))
}

pub(super) fn lower(conf: Part<'_>, at: &mut At<'_>) -> Steps {
    let policy = KeyAuth {
        headers: vec![conf.text("header").unwrap_or("apikey").to_ascii_lowercase()],
        query: vec![conf.owned("query").unwrap_or_else(|| "apikey".to_owned())],
        hide: conf.flag("hide_credentials"),
        anonymous: at.anonymous(conf),
        identity: super::identity(),
        challenge: Challenge::of(format!("apikey realm=\"{}\"", conf.text("realm").unwrap_or("key"))),
        refusals: words::messages([
            (Case::Absent, 401, "Missing API key in request"),
            (Case::Several, 401, "Invalid API key in request"),
            (Case::Unknown, 401, "Invalid API key in request"),
        ]),
        ..KeyAuth::default()
    };
    vec![(Phase::Rewrite, Policy::KeyAuth(Box::new(policy)))]
}

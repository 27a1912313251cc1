//! `basic-auth`: name and password that name the client.

use super::{Parts, Steps, words};
use crate::entity::Part;
use crate::lower::At;
use model::chain::Phase;
use model::consumer::{Password, Proof};
use model::policy::{BasicAuth, Case, Challenge, Policy};
use model::secret::Secret;
use serde_json::json;

pub(super) fn parts() -> Parts {
    let schema = json!({"type": "object", "properties": {
        "hide_credentials": {"type": "boolean", "default": false},
        "realm": super::realm("basic"),
        "anonymous_consumer": super::anonymous_consumer(),
    }});
    let consumer = json!({"type": "object", "properties": {
        "username": {"type": "string"},
        "password": {"type": "string"},
    }, "required": ["username", "password"]});
    Parts::new(schema).consumer(consumer, |_| Ok(()), proof).encrypted(&["password"])
}

fn proof(conf: Part<'_>) -> Option<Proof> {
    let (name, password) = (conf.owned("username")?, conf.text("password").filter(|text| !text.is_empty())?);
    Some(Proof::Basic { name, password: Password::Plain(Secret::new(password)) })
}

pub(super) fn lower(conf: Part<'_>, at: &mut At<'_>) -> Steps {
    let policy = BasicAuth {
        hide: conf.flag("hide_credentials"),
        anonymous: at.anonymous(conf),
        identity: super::identity(),
        challenge: Challenge::of(format!("Basic realm=\"{}\"", conf.text("realm").unwrap_or("basic"))),
        refusals: words::messages([
            (Case::Absent, 401, "Missing authorization in request"),
            (Case::Unreadable, 401, "Invalid authorization in request"),
            (Case::Unknown, 401, "Invalid user authorization"),
        ]),
        ..BasicAuth::default()
    };
    vec![(Phase::Rewrite, Policy::BasicAuth(Box::new(policy)))]
}

//! What the plugins have in common that call a function behind a URL: their limits, and the call they mean.

use crate::entity::Part;
use crate::lower::At;
use crate::schema::{Honour, Object, honour};
use model::aws::Aws;
use model::call::{Call, CallTimeouts, Fault, MirrorRules, Payload, Reply, Target, Then, UrlAuth, UrlTarget};
use model::endpoint::Keepalive;
use model::tls::ClientTls;
use serde_json::{Value, json};
use std::time::Duration;

/// The members that all of them have, with those of one plugin's authorization.
pub(in crate::plugin) fn schema(authorization: Value) -> Value {
    json!({
        "type": "object",
        "properties": {
            "function_uri": {"type": "string"},
            "authorization": authorization,
            "timeout": honour(
                json!({"type": "integer", "minimum": 100, "default": 3000}),
                Honour::Approximate("it bounds the connection and the whole reply, not each read of it"),
            ),
            "ssl_verify": {"type": "boolean", "default": true},
            "keepalive": {"type": "boolean", "default": true},
            "keepalive_timeout": {"type": "integer", "minimum": 1000, "default": 60000},
            "keepalive_pool": {"type": "integer", "minimum": 1, "default": 5},
            "max_req_body_size": {"type": "integer", "minimum": 1, "default": 67108864},
        },
        "required": ["function_uri"],
    })
}

/// Adds members to an object of a schema.
pub(in crate::plugin) fn with(mut schema: Value, members: Value) -> Value {
    if let (Some(Value::Object(all)), Value::Object(members)) = (schema.get_mut("properties"), members) {
        all.extend(members);
    }
    schema
}

/// The call of a URL.
pub(in crate::plugin) fn call(conf: Part<'_>, auth: UrlAuth, at: &mut At<'_>) -> Call {
    let aws = aws(conf);
    let target = UrlTarget {
        url: at.function_url(conf.text("function_uri").unwrap_or_default()),
        path: at.url_path(),
        auth,
        aws,
    };
    of(conf, Target::Url(target))
}

/// The call of a target.
pub(in crate::plugin) fn of(conf: Part<'_>, target: Target) -> Call {
    let time = Duration::from_millis(conf.count("timeout").unwrap_or(3000));
    Call {
        target,
        payload: Payload::Raw,
        reply: Reply::Mirror(MirrorRules::default()),
        fault: Fault::default(),
        then: Then::Respond,
        timeouts: CallTimeouts { connect: time, total: time },
        expose_log: false,
        texts: None,
    }
}

/// TLS and kept connections as they are written.
pub(in crate::plugin) fn aws(conf: Part<'_>) -> Aws {
    let kept = conf.value("keepalive").is_none() || conf.flag("keepalive");
    let idle = conf.count("keepalive_pool").and_then(|idle| usize::try_from(idle).ok()).unwrap_or(5);
    let time = Duration::from_millis(conf.count("keepalive_timeout").unwrap_or(60_000));
    let verify = conf.value("ssl_verify").is_none() || conf.flag("ssl_verify");
    Aws {
        tls: ClientTls { verify, ..ClientTls::default() },
        keepalive: Keepalive { idle: if kept { idle } else { 0 }, time },
        ..Aws::default()
    }
}

/// An object of texts, closed to nothing.
pub(in crate::plugin) fn texts(names: &[&str]) -> Value {
    let members: Object = names.iter().map(|name| ((*name).to_owned(), json!({"type": "string"}))).collect();
    json!({"type": "object", "properties": members})
}

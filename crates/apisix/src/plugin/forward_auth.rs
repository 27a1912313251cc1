//! `forward-auth`: a server that says whether a request may pass.

use super::{Parts, Steps};
use crate::entity::Part;
use crate::lower::At;
use crate::schema::{Honour, honour};
use dialect::Faith;
use model::chain::Phase;
use model::forward::Forward;
use model::policy::{ForwardAuth, Policy, RequestText};
use model::server::Server;
use model::tls::ClientTls;
use serde_json::json;
use std::time::Duration;

pub(super) fn parts() -> Parts {
    let names = || json!({"type": "array", "default": [], "items": {"type": "string"}});
    let kept = |schema| honour(schema, Honour::Ignored("connections are kept for a minute"));
    Parts::new(json!({"type": "object", "properties": {
        "uri": {"type": "string"},
        "allow_degradation": honour(
            json!({"type": "boolean", "default": false}),
            Honour::Approximate("upstream_headers of clients are taken off then, too"),
        ),
        "status_on_error": {"type": "integer", "minimum": 200, "maximum": 599, "default": 403},
        "ssl_verify": {"type": "boolean", "default": true},
        "request_method": {"type": "string", "default": "GET", "enum": ["GET", "POST"]},
        "request_headers": names(),
        "extra_headers": {"type": "object", "minProperties": 1, "patternProperties": {"^[^:]+$": {"type": "string"}}},
        "upstream_headers": names(),
        "client_headers": names(),
        "consumer_header": honour(
            json!({"type": "string", "minLength": 1}),
            Honour::Unsupported("the answer makes no consumer known"),
        ),
        "timeout": {"type": "integer", "minimum": 1, "maximum": 60000, "default": 3000},
        "keepalive": kept(json!({"type": "boolean", "default": true})),
        "keepalive_timeout": kept(json!({"type": "integer", "minimum": 1000, "default": 60000})),
        "keepalive_pool": kept(json!({"type": "integer", "minimum": 1, "default": 5})),
    }, "required": ["uri"]}))
}

pub(super) fn lower(conf: Part<'_>, at: &mut At<'_>) -> Steps {
    let lowered = |name: &str| conf.texts(name).iter().map(|name| name.to_ascii_lowercase()).collect::<Vec<_>>();
    let url = conf.owned("uri").unwrap_or_default();
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    if host.is_none_or(|host| host.is_empty() || host.contains('@')) {
        at.say(Faith::Unsupported, "uri", "this is no URL of a server: requests get 503");
        return vec![(Phase::Rewrite, Policy::Missing { name: "forward-auth".to_owned() })];
    }
    let time = Duration::from_millis(conf.count("timeout").unwrap_or(3000));
    let tls = ClientTls { verify: conf.flag("ssl_verify"), ..ClientTls::default() };
    let extra = conf.part("extra_headers").members();
    let policy = ForwardAuth {
        server: Server { tls, forward: Forward::Direct, connect: time, time, ..Server::at(url) },
        post: conf.text("request_method") == Some("POST"),
        along: lowered("request_headers"),
        extra: extra
            .filter_map(|(name, value)| Some((name.to_ascii_lowercase(), RequestText::with_variables(value.as_str()?))))
            .collect(),
        upstream: lowered("upstream_headers"),
        client: lowered("client_headers"),
        open: conf.flag("allow_degradation"),
        away: conf.status("status_on_error").unwrap_or(403),
    };
    vec![(Phase::Rewrite, Policy::ForwardAuth(Box::new(policy)))]
}

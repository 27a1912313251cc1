//! `opa`: a policy agent that decides whether a request may pass.

use super::{Parts, Steps};
use crate::entity::Part;
use crate::lower::At;
use crate::schema::{Honour, honour};
use dialect::Faith;
use model::chain::Phase;
use model::forward::Forward;
use model::policy::{Policy, PolicyAgent};
use model::server::Server;
use model::tls::ClientTls;
use serde_json::{Value, json};
use std::time::Duration;

pub(super) fn parts() -> Parts {
    let kept = |schema| honour(schema, Honour::Ignored("connections are kept for a minute"));
    let flag = || json!({"type": "boolean", "default": false});
    let nearly = |text| -> Value { honour(flag(), Honour::Approximate(text)) };
    Parts::new(json!({"type": "object", "properties": {
        "host": {"type": "string"},
        "ssl_verify": {"type": "boolean", "default": true},
        "policy": {"type": "string"},
        "timeout": {"type": "integer", "minimum": 1, "maximum": 60000, "default": 3000},
        "keepalive": kept(json!({"type": "boolean", "default": true})),
        "keepalive_timeout": kept(json!({"type": "integer", "minimum": 1000, "default": 60000})),
        "keepalive_pool": kept(json!({"type": "integer", "minimum": 1, "default": 5})),
        "with_route": nearly("only id and name of the route go along"),
        "with_service": nearly("only id and name of the service go along"),
        "with_consumer": nearly("only name and first group of the consumer go along, no credentials"),
        "send_headers_upstream": {"type": "array", "minItems": 1, "items": {"type": "string"}},
    }, "required": ["host", "policy"]}))
}

pub(super) fn lower(conf: Part<'_>, at: &mut At<'_>) -> Steps {
    let host = conf.text("host").unwrap_or_default();
    let name = host.strip_prefix("https://").or_else(|| host.strip_prefix("http://"));
    if name.is_none_or(|name| name.is_empty() || name.contains('@')) {
        at.say(Faith::Unsupported, "host", "this is no URL of a server: requests get 503");
        return vec![(Phase::Access, Policy::Missing { name: "opa".to_owned() })];
    }
    let url = format!("{host}/v1/data/{}", conf.text("policy").unwrap_or_default());
    let time = Duration::from_millis(conf.count("timeout").unwrap_or(3000));
    let tls = ClientTls { verify: conf.flag("ssl_verify"), ..ClientTls::default() };
    let policy = PolicyAgent {
        server: Server { tls, forward: Forward::Direct, connect: time, time, ..Server::at(url) },
        route: conf.flag("with_route"),
        service: conf.flag("with_service"),
        consumer: conf.flag("with_consumer"),
        upstream: conf.texts("send_headers_upstream").iter().map(|name| name.to_ascii_lowercase()).collect(),
    };
    vec![(Phase::Access, Policy::PolicyAgent(Box::new(policy)))]
}

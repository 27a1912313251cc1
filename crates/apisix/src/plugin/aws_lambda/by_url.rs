//! What the plugins have in common that call a function behind a URL: their limits, and the call they mean.

use crate::entity::Part;
use crate::lower::{At, status_line, too_large};
use crate::plugin::Steps;
use crate::schema::{Honour, Object, honour};
use dialect::Faith;
use model::answer::{Answer, FailureKind};
use model::aws::Aws;
use model::call::{
    Call, CallTimeouts, Fault, MirrorRules, Payload, Reply, Target, Then, UrlAuth, UrlPath, UrlRelay, UrlTarget,
};
use model::chain::Phase;
use model::endpoint::Keepalive;
use model::policy::Policy;
use model::tls::ClientTls;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode};
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
pub(super) fn with(mut schema: Value, members: Value) -> Value {
    if let (Some(Value::Object(all)), Value::Object(members)) = (schema.get_mut("properties"), members) {
        all.extend(members);
    }
    schema
}

/// An object of texts.
pub(in crate::plugin) fn texts(names: &[&str]) -> Value {
    let members: Object = names.iter().map(|name| ((*name).to_owned(), json!({"type": "string"}))).collect();
    json!({"type": "object", "properties": members})
}

/// What calls a URL that others than AWS serve.
pub(in crate::plugin) fn foreign(conf: Part<'_>, relay: UrlRelay, at: &mut At<'_>) -> Steps {
    steps(conf, relay, account(conf), at)
}

/// What calls the URL, or what says that it is none: then every request is answered by 503, as in the original.
pub(super) fn steps(conf: Part<'_>, relay: UrlRelay, aws: Aws, at: &mut At<'_>) -> Steps {
    let Some(url) = function_url(conf.text("function_uri").unwrap_or_default()) else {
        return nowhere("function_uri", at);
    };
    let relay = UrlRelay {
        forwarded: true,
        largest_body: Some(conf.count("max_req_body_size").unwrap_or(67_108_864)),
        ..relay
    };
    let target = UrlTarget { url, path: at.url_path(), auth: UrlAuth::Relay(Box::new(relay)), aws };
    vec![(Phase::Access, Policy::Call(Box::new(call(conf, Target::Url(target)))))]
}

/// What answers where there is nothing that could be called.
pub(in crate::plugin) fn nowhere(field: &str, at: &mut At<'_>) -> Steps {
    let message = "this is no URL of http or https without a user: every request is answered by 503";
    at.say(Faith::Exact, field, message);
    vec![(Phase::Access, Policy::Respond(Answer::message(503, status_line(503))))]
}

/// A URL that others than AWS serve.
pub(in crate::plugin) fn target(url: String, path: UrlPath, auth: UrlAuth, conf: Part<'_>) -> Target {
    Target::Url(UrlTarget { url, path, auth, aws: account(conf) })
}

/// The call of a target.
pub(in crate::plugin) fn call(conf: Part<'_>, target: Target) -> Call {
    let time = Duration::from_millis(conf.count("timeout").unwrap_or(3000));
    Call {
        target,
        payload: Payload::Raw,
        reply: Reply::Mirror(MirrorRules::default()),
        fault: Fault { answers: [(FailureKind::BodyTooLarge, too_large())].into(), ..Fault::default() },
        then: Then::Respond,
        timeouts: CallTimeouts { connect: time, total: time },
        expose_log: false,
        texts: None,
    }
}

/// TLS and kept connections as they are written.
pub(super) fn account(conf: Part<'_>) -> Aws {
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

/// What the original leaves bare in a path.
pub(in crate::plugin) const BARE: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b':')
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'@')
    .remove(b'&')
    .remove(b'=')
    .remove(b'$')
    .remove(b',')
    .remove(b';');

/// A URL as it is called: without query and fragment, each segment of its path decoded once and encoded again.
pub(in crate::plugin) fn function_url(text: &str) -> Option<String> {
    let (scheme, rest) = text.split_once("://")?;
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let known = matches!(scheme, "http" | "https");
    let named = authority.parse::<http::uri::Authority>().is_ok_and(|authority| !authority.host().is_empty());
    if !known || !named || authority.contains('@') {
        return None;
    }
    let segment = |segment: &str| percent_encode(&percent_decode_str(segment).collect::<Vec<u8>>(), BARE).to_string();
    let path: Vec<String> = path.split('/').map(segment).collect();
    Some(format!("{scheme}://{authority}{}", path.join("/")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_called_as_the_original_calls_them() {
        let cases = [
            ("http://a", Some("http://a")),
            ("https://a.example:8443/x/y", Some("https://a.example:8443/x/y")),
            ("http://a/b?x=1#y", Some("http://a/b")),
            ("http://a/a b", Some("http://a/a%20b")),
            ("http://a/a%20b", Some("http://a/a%20b")),
            ("http://a/é/:-_.!~*'()@&=$,;", Some("http://a/%C3%A9/:-_.!~*'()@&=$,;")),
            ("http://a//b/../c", Some("http://a//b/../c")),
            ("", None),
            ("a/b", None),
            ("HTTP://a", None),
            ("ftp://a", None),
            ("http://", None),
            ("http://u:p@a/", None),
        ];
        for (text, expected) in cases {
            assert_eq!(function_url(text).as_deref(), expected, "{text}");
        }
    }
}

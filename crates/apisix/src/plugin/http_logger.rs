//! `http-logger`: records of requests, in batches to a server.

use super::{Parts, Steps, records};
use crate::entity::Part;
use crate::lower::At;
use dialect::Faith;
use http::Uri;
use model::policy::{HttpSink, LogJoin, LogShape, LogSink};
use model::secret::Secret;
use serde_json::json;
use std::time::Duration;

pub(super) fn parts() -> Parts {
    let own = json!({
        "uri": {"type": "string"},
        "auth_header": {"type": "string"},
        "timeout": {"type": "integer", "minimum": 1, "default": 3},
        "concat_method": {"type": "string", "default": "json", "enum": ["json", "new_line"]},
        "ssl_verify": {"type": "boolean", "default": false},
    });
    records::parts(own, &["uri"], Some("http logger"))
}

pub(super) fn lower(conf: Part<'_>, at: &mut At<'_>) -> Steps {
    let uri = conf.text("uri").unwrap_or_default();
    let server = uri.parse::<Uri>().ok().filter(|uri| matches!(uri.scheme_str(), Some("http" | "https")));
    if server.and_then(|uri| uri.authority().cloned()).is_none_or(|authority| authority.as_str().contains('@')) {
        at.say(Faith::Unsupported, "uri", "this is no address of a server: nothing is logged there");
        return Vec::new();
    }
    let authorization = conf.text("auth_header").filter(|text| !text.is_empty());
    let sink = HttpSink {
        url: Secret::new(uri),
        method: "POST".to_owned(),
        content_type: "application/json".to_owned(),
        headers: authorization.map(|text| ("authorization".to_owned(), Secret::new(text))).into_iter().collect(),
        timeout: Duration::from_secs(conf.count("timeout").unwrap_or(3)),
        keepalive: Duration::from_secs(60),
        verify: conf.flag("ssl_verify"),
        taken_below: 400,
    };
    let join = if conf.text("concat_method") == Some("new_line") { LogJoin::LinesBetween } else { LogJoin::List };
    let queue = records::queue(conf, at, join);
    records::steps(conf, at, LogSink::Http(Box::new(sink)), queue, LogShape::Plain)
}

//! `udp-logger`: records of requests, in batches as datagrams.

use super::{Parts, Steps, records};
use crate::entity::Part;
use crate::lower::At;
use crate::schema::{Honour, honour};
use model::policy::{LogJoin, LogShape, LogSink};
use serde_json::json;

pub(super) fn parts() -> Parts {
    let timeout = json!({"type": "integer", "minimum": 1, "default": 3});
    let own = json!({
        "host": {"type": "string"},
        "port": {"type": "integer", "minimum": 0},
        "timeout": honour(timeout, Honour::Ignored("a datagram is sent at once")),
    });
    records::parts(own, &["host", "port"], Some("udp logger"))
}

pub(super) fn lower(conf: Part<'_>, at: &mut At<'_>) -> Steps {
    let host = conf.owned("host").unwrap_or_default();
    let sink = LogSink::Udp { host, port: conf.status("port").unwrap_or_default() };
    let queue = records::queue(conf, at, LogJoin::List);
    records::steps(conf, at, sink, queue, LogShape::Plain)
}

//! `tcp-logger`: records of requests, in batches over TCP.

use super::{Parts, Steps, records};
use crate::entity::Part;
use crate::lower::At;
use model::policy::{LogJoin, LogShape, LogSink, LogTls, TcpSink};
use serde_json::json;
use std::time::Duration;

pub(super) fn parts() -> Parts {
    let own = json!({
        "host": {"type": "string"},
        "port": {"type": "integer", "minimum": 0},
        "tls": {"type": "boolean", "default": false},
        "tls_options": {"type": "string"},
        "timeout": {"type": "integer", "minimum": 1, "default": 1000},
    });
    records::parts(own, &["host", "port"], Some("tcp logger"))
}

pub(super) fn lower(conf: Part<'_>, at: &mut At<'_>) -> Steps {
    let sink = TcpSink {
        host: conf.owned("host").unwrap_or_default(),
        port: conf.status("port").unwrap_or_default(),
        // who takes records is not checked, as in the original
        tls: conf.flag("tls").then(|| LogTls { server_name: conf.owned("tls_options"), verify: false }),
        timeout: Duration::from_millis(conf.count("timeout").unwrap_or(1000)),
        keepalive: None,
    };
    let queue = records::queue(conf, at, LogJoin::List);
    records::steps(conf, at, LogSink::Tcp(sink), queue, LogShape::Plain)
}

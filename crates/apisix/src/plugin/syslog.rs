//! `syslog`: records of requests, as lines of syslog over TCP or UDP.

use super::{Parts, Steps, records};
use crate::entity::Part;
use crate::lower::At;
use crate::schema::{Honour, honour};
use model::policy::{LogJoin, LogShape, LogSink, LogTls, Syslog, TcpSink};
use serde_json::json;
use std::time::Duration;

/// syslog's own.
const FACILITY: u8 = 5;
const INFO: u8 = 6;

pub(super) fn parts() -> Parts {
    let waits = Honour::Ignored("lines wait as the batch says, up to 64 MiB of them");
    let pool = Honour::Ignored("one connection is kept");
    let own = json!({
        "host": {"type": "string"},
        "port": {"type": "integer"},
        "flush_limit": honour(json!({"type": "integer", "minimum": 1, "default": 4096}), waits),
        "drop_limit": honour(json!({"type": "integer", "default": 1_048_576}), waits),
        "timeout": {"type": "integer", "minimum": 1, "default": 3000},
        "sock_type": {"type": "string", "default": "tcp", "enum": ["tcp", "udp"]},
        "pool_size": honour(json!({"type": "integer", "minimum": 5, "default": 5}), pool),
        "tls": {"type": "boolean", "default": false},
    });
    records::parts(own, &["host", "port"], Some("sys logger"))
}

pub(super) fn lower(conf: Part<'_>, at: &mut At<'_>) -> Steps {
    let (host, port) = (conf.owned("host").unwrap_or_default(), conf.status("port").unwrap_or_default());
    let sink = match conf.text("sock_type") {
        Some("udp") => LogSink::Udp { host, port },
        _ => LogSink::Tcp(TcpSink {
            host,
            port,
            // who takes records is not checked, as in the original
            tls: conf.flag("tls").then_some(LogTls { server_name: None, verify: false }),
            timeout: Duration::from_millis(conf.count("timeout").unwrap_or(3000)),
            keepalive: Some(Duration::from_secs(60)),
        }),
    };
    let shape = LogShape::Syslog(Syslog {
        local: false,
        facility: FACILITY,
        success: INFO,
        client_error: INFO,
        server_error: INFO,
        most: 7,
        app: "apisix".to_owned(),
        process: true,
        host_of_request: true,
        data: None,
    });
    let queue = records::queue(conf, at, LogJoin::Lines);
    records::steps(conf, at, sink, queue, shape)
}

//! `tcp-log`: a record of each request, a line over TCP.

use super::records::{at_once, lua};
use super::{Parts, Steps};
use crate::entity::Entity;
use crate::lower::Lowering;
use crate::part::Part;
use crate::schema::{Rule, boolean, integer, number, string, text};
use model::policy::{LogJoin, LogShape, LogSink, LogTls, TcpSink};
use std::time::Duration;

pub(super) fn parts() -> Parts {
    Parts::new(vec![
        string("host").required().rule(Rule::Text(text::host)),
        integer("port").required().between(0, 65_535),
        number("timeout").default(10_000).optional(),
        number("keepalive").default(60_000).optional(),
        boolean("tls").default(false),
        string("tls_sni"),
        lua(),
        boolean("ssl_verify").newer(),
    ])
}

pub(super) fn lower(entity: &Entity, _: &mut Lowering<'_>) -> Steps {
    let part = Part::of(&entity.object).part("config");
    let tls = LogTls { server_name: part.owned("tls_sni"), verify: part.flag("ssl_verify") };
    let sink = TcpSink {
        host: part.owned("host").unwrap_or_default(),
        port: part.count("port").and_then(|port| u16::try_from(port).ok()).unwrap_or_default(),
        tls: part.flag("tls").then_some(tls),
        timeout: Duration::from_millis(part.count("timeout").unwrap_or(10_000)),
        keepalive: Some(Duration::from_millis(part.count("keepalive").unwrap_or(60_000))),
    };
    at_once(LogSink::Tcp(sink), LogJoin::Lines, LogShape::Plain)
}

//! What a record of Kong's holds, and what all plugins that write records have in common.

use crate::part::Part;
use crate::schema::{Field, any, map, string};
use model::chain::Phase;
use model::policy::{Log, LogFact, LogJoin, LogQueue, LogShape, LogSink, LogValue, Policy, Syslog};
use model::secret::Secret;
use std::time::Duration;

/// Members that Lua code would add.
pub(super) fn lua() -> Field {
    map("custom_fields_by_lua", any(""))
        .unsupported("Lua code does not run, so these members are missing from the record")
}

/// How severe something is: a field of this name.
pub(super) fn severity(name: &'static str) -> Field {
    string(name)
        .default("info")
        .optional()
        .one_of(&["debug", "info", "notice", "warning", "err", "crit", "alert", "emerg"])
}

/// Records as they are, each sent at once and once.
pub(super) fn at_once(sink: LogSink, join: LogJoin, shape: LogShape) -> super::Steps {
    let lines = join == LogJoin::Lines;
    let queue = LogQueue {
        // lines that wait for each other may as well go together
        batch: if lines { 1000 } else { 1 },
        join,
        delay: Duration::ZERO,
        bytes: Some(64 << 20),
        retries: Some(0),
        ..LogQueue::default()
    };
    vec![(Phase::Log, Policy::Log(Box::new(Log { sink, queue, record: record(), shape, when: None })))]
}

/// A line of syslog, with severities by status.
pub(super) fn syslog(part: Part<'_>, facility: u8, local: bool, data: Option<Secret>) -> LogShape {
    let level = |name: &str| number(part.text(name).unwrap_or("info"));
    LogShape::Syslog(Syslog {
        local,
        facility,
        success: level("successful_severity"),
        client_error: level("client_errors_severity"),
        server_error: level("server_errors_severity"),
        most: level("log_level"),
        app: "kong".to_owned(),
        process: false,
        host_of_request: false,
        data,
    })
}

fn number(severity: &str) -> u8 {
    match severity {
        "emerg" => 0,
        "alert" => 1,
        "crit" => 2,
        "err" => 3,
        "warning" => 4,
        "notice" => 5,
        "debug" => 7,
        _ => 6,
    }
}

/// What a record of Kong's holds.
pub(super) fn record() -> LogValue {
    use LogFact::*;
    let text = |text: &str| LogValue::Text(text.to_owned());
    let request = LogValue::object([
        ("id", RequestId.into()),
        ("uri", Target.into()),
        ("url", Url.into()),
        ("querystring", LogFact::Query.into()),
        ("method", LogFact::Method.into()),
        ("headers", RequestHeaders.into()),
        ("size", RequestSize.into()),
        ("tls", Tls.into()),
    ]);
    let response = LogValue::object([
        ("status", Status.into()),
        ("headers", ResponseHeaders.into()),
        ("size", ResponseSize.into()),
    ]);
    let latencies = LogValue::object([
        ("kong", GatewayMillis.into()),
        ("proxy", WaitMillis.into()),
        ("request", TotalMillis.into()),
        ("receive", ReceiveMillis.into()),
    ]);
    LogValue::object([
        ("request", request),
        ("upstream_uri", UpstreamTarget.into()),
        ("upstream_status", UpstreamStatus.into()),
        ("response", response),
        ("latencies", latencies),
        ("tries", Tries.into()),
        ("authenticated_entity", LogFact::Credential.into()),
        ("route", LogFact::Route.into()),
        ("service", Service.into()),
        ("consumer", Consumer.into()),
        ("client_ip", ClientAddress.into()),
        ("started_at", StartedMillis.into()),
        ("source", LogValue::FirstOf(vec![Answered.into(), text("kong")])),
        ("workspace", text("0dc6f45b-8f8d-40d2-a504-473544ee190b")),
        ("workspace_name", text("default")),
    ])
}

//! `loggly`: a record of each request, a datagram of syslog to Loggly.

use super::records::{at_once, lua, severity, syslog};
use super::{Parts, Steps};
use crate::entity::Entity;
use crate::lower::Lowering;
use crate::part::Part;
use crate::schema::{Rule, integer, number, set, string, text};
use model::policy::{LogJoin, LogSink};
use model::secret::Secret;
use serde_json::json;

/// The facility of all its lines: user.
const FACILITY: u8 = 1;

pub(super) fn parts() -> Parts {
    Parts::new(vec![
        string("host").default("logs-01.loggly.com").optional().rule(Rule::Text(text::host)),
        integer("port").default(514).optional().between(0, 65_535),
        string("key").required().secret(),
        set("tags", string("")).default(json!(["kong"])).optional(),
        severity("log_level"),
        severity("successful_severity"),
        severity("client_errors_severity"),
        severity("server_errors_severity"),
        number("timeout").default(10_000).optional().ignored("a datagram is sent at once"),
        lua(),
    ])
}

pub(super) fn lower(entity: &Entity, _: &mut Lowering<'_>) -> Steps {
    let part = Part::of(&entity.object).part("config");
    let tags: Vec<String> = part.texts("tags").iter().map(|tag| format!("tag=\"{tag}\"")).collect();
    let data = format!("[{}@41058 {}]", part.text("key").unwrap_or_default(), tags.join(" "));
    let sink = LogSink::Udp {
        host: part.owned("host").unwrap_or_else(|| "logs-01.loggly.com".to_owned()),
        port: part.count("port").and_then(|port| u16::try_from(port).ok()).unwrap_or(514),
    };
    at_once(sink, LogJoin::List, syslog(part, FACILITY, false, Some(Secret::new(data))))
}

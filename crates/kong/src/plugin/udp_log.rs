//! `udp-log`: a record of each request, a datagram.

use super::records::{at_once, lua};
use super::{Parts, Steps};
use crate::entity::Entity;
use crate::lower::Lowering;
use crate::part::Part;
use crate::schema::{Rule, integer, number, string, text};
use model::policy::{LogJoin, LogShape, LogSink};

pub(super) fn parts() -> Parts {
    Parts::new(vec![
        string("host").required().rule(Rule::Text(text::host)),
        integer("port").required().between(0, 65_535),
        number("timeout").default(10_000).optional().ignored("a datagram is sent at once"),
        lua(),
    ])
}

pub(super) fn lower(entity: &Entity, _: &mut Lowering<'_>) -> Steps {
    let part = Part::of(&entity.object).part("config");
    let host = part.owned("host").unwrap_or_default();
    let port = part.count("port").and_then(|port| u16::try_from(port).ok()).unwrap_or_default();
    at_once(LogSink::Udp { host, port }, LogJoin::List, LogShape::Plain)
}

//! `syslog`: a record of each request, in the log of this machine.

use super::records::{at_once, lua, severity, syslog};
use super::{Parts, Steps};
use crate::entity::Entity;
use crate::lower::Lowering;
use crate::part::Part;
use crate::schema::string;
use model::policy::{LogJoin, LogSink};

/// Facilities with their numbers.
const FACILITIES: [(&str, u8); 20] = [
    ("auth", 4),
    ("authpriv", 10),
    ("cron", 9),
    ("daemon", 3),
    ("ftp", 11),
    ("kern", 0),
    ("lpr", 6),
    ("mail", 2),
    ("news", 7),
    ("syslog", 5),
    ("user", 1),
    ("uucp", 8),
    ("local0", 16),
    ("local1", 17),
    ("local2", 18),
    ("local3", 19),
    ("local4", 20),
    ("local5", 21),
    ("local6", 22),
    ("local7", 23),
];

const NAMES: &[&str] = &[
    "auth", "authpriv", "cron", "daemon", "ftp", "kern", "lpr", "mail", "news", "syslog", "user", "uucp", "local0",
    "local1", "local2", "local3", "local4", "local5", "local6", "local7",
];

/// Where a machine takes lines of its log.
const SOCKET: &str = "/dev/log";

pub(super) fn parts() -> Parts {
    Parts::new(vec![
        severity("log_level"),
        severity("successful_severity"),
        severity("client_errors_severity"),
        severity("server_errors_severity"),
        lua(),
        string("facility").default("user").optional().one_of(NAMES),
    ])
}

pub(super) fn lower(entity: &Entity, _: &mut Lowering<'_>) -> Steps {
    let part = Part::of(&entity.object).part("config");
    let name = part.text("facility").unwrap_or("user");
    let facility = FACILITIES.iter().find(|(known, _)| *known == name).map_or(1, |(_, number)| *number);
    let sink = LogSink::Local { path: SOCKET.to_owned() };
    at_once(sink, LogJoin::List, syslog(part, facility, true, None))
}

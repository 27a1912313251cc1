//! What stands around a record: nothing, or what syslog asks for.

use crate::exchange::Exchange;
use crate::predicate::comparable_host;
use jiff::Timestamp;
use model::policy::{LogShape, Syslog};
use std::time::SystemTime;

/// A shape made ready.
pub(super) enum ReadyShape {
    Plain,
    Syslog { data: Syslog, hostname: String },
}

impl ReadyShape {
    pub(super) fn new(data: &LogShape) -> Self {
        match data {
            LogShape::Plain => Self::Plain,
            LogShape::Syslog(data) => Self::Syslog { data: data.clone(), hostname: hostname() },
        }
    }

    /// Whether an exchange with this status is told at all.
    pub(super) fn tells(&self, status: u16) -> bool {
        match self {
            Self::Plain => true,
            Self::Syslog { data, .. } => severity(data, status) <= data.most,
        }
    }

    /// The record with what stands around it.
    pub(super) fn around(&self, record: String, status: u16, exchange: &Exchange) -> String {
        let Self::Syslog { data, hostname } = self else { return record };
        let priority = u16::from(data.facility) * 8 + u16::from(severity(data, status));
        let app = &data.app;
        let now = Timestamp::try_from(SystemTime::now()).unwrap_or_default();
        if data.local {
            let process = if data.process { format!("[{}]", std::process::id()) } else { String::new() };
            return format!("<{priority}>{} {app}{process}: {record}", now.strftime("%b %e %H:%M:%S"));
        }
        let host = match data.host_of_request {
            true => comparable_host(exchange.host()).into_owned(),
            false => hostname.clone(),
        };
        let host = if is_word(&host) { host.as_str() } else { "-" };
        let process = if data.process { std::process::id().to_string() } else { "-".to_owned() };
        let structured = data.data.as_ref().map_or("-", |data| data.expose());
        format!("<{priority}>1 {now:.3} {host} {app} {process} - {structured} {record}")
    }
}

fn severity(data: &Syslog, status: u16) -> u8 {
    match status {
        500.. => data.server_error,
        400.. => data.client_error,
        _ => data.success,
    }
}

/// What may stand where a line has a word.
fn is_word(text: &str) -> bool {
    !text.is_empty() && text.len() <= 255 && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// The name of this machine.
pub(super) fn hostname() -> String {
    let told = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let told = told.or_else(|| std::env::var("HOSTNAME").ok()).map(|name| name.trim().to_owned());
    told.filter(|name| !name.is_empty()).unwrap_or_else(|| "localhost".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::testing;
    use model::Secret;

    fn syslog() -> Syslog {
        Syslog {
            local: false,
            facility: 5,
            success: 6,
            client_error: 4,
            server_error: 3,
            most: 6,
            app: "gate".into(),
            process: false,
            host_of_request: true,
            data: None,
        }
    }

    /// A line with its time taken out.
    fn line(data: Syslog, status: u16, host: &str) -> String {
        let exchange = testing::of(http::Request::get("/").header("host", host));
        let shape = ReadyShape::new(&LogShape::Syslog(data));
        let line = shape.around("{}".into(), status, &exchange);
        let words: Vec<&str> = line.split(' ').collect();
        let moment = words.iter().find(|word| word.parse::<Timestamp>().is_ok());
        moment.map_or(line.clone(), |moment| line.replace(moment, "TIME"))
    }

    #[test]
    fn lines_are_those_of_the_standard() {
        assert_eq!(line(syslog(), 200, "h.test:80"), "<46>1 TIME h.test gate - - - {}");
        assert_eq!(line(syslog(), 404, "no host"), "<44>1 TIME - gate - - - {}");
        let keyed = Syslog { data: Some(Secret::new("[KEY@1 tag=\"x\"]")), process: true, ..syslog() };
        let pid = std::process::id();
        assert_eq!(line(keyed, 500, "h"), format!("<43>1 TIME h gate {pid} - [KEY@1 tag=\"x\"] {{}}"));
        let local = line(Syslog { local: true, facility: 1, ..syslog() }, 200, "h");
        assert!(local.starts_with("<14>") && local.ends_with(" gate: {}"), "{local}");
    }

    #[test]
    fn what_is_not_severe_enough_is_not_told() {
        let shape = ReadyShape::new(&LogShape::Syslog(Syslog { most: 4, ..syslog() }));
        assert_eq!([200, 400, 500].map(|status| shape.tells(status)), [false, true, true]);
    }
}

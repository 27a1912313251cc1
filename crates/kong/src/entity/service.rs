//! `services`: where requests are led.

use super::with_common;
use crate::schema::{Record, Rule, Shorthand, array, boolean, foreign, integer, string, text};
use serde_json::Value;

/// The longest time-out, in milliseconds.
const LONGEST: i64 = (1 << 31) - 2;

pub(super) fn record() -> Record {
    let timeout = |name| integer(name).default(60_000).optional().between(1, LONGEST);
    let fields = vec![
        string("name").unique().rule(Rule::Text(text::name)),
        integer("retries").default(5).optional().between(0, 32_767),
        string("protocol").default("http").one_of(&[
            "grpc",
            "grpcs",
            "http",
            "https",
            "tcp",
            "tls",
            "tls_passthrough",
            "udp",
        ]),
        string("host").required().rule(Rule::Text(text::host)),
        integer("port").default(80).between(0, 65_535),
        string("path").rule(Rule::Text(text::path)),
        timeout("connect_timeout"),
        timeout("write_timeout"),
        timeout("read_timeout"),
        foreign("client_certificate", "certificates"),
        boolean("tls_verify"),
        integer("tls_verify_depth").between(0, 64).ignored("chains are checked in full, whatever their length"),
        array("ca_certificates", string("").rule(Rule::Text(text::uuid)))
            .approximate("the system's authorities are trusted beside them"),
        boolean("enabled").default(true),
        integer("tls_sans").newer().unsupported("names are checked against the host alone"),
    ];
    Record::new(with_common(fields)).shorthand(Shorthand { name: "url", expand: url })
}

/// `url` sets protocol, host, port and path.
fn url(value: &Value) -> Result<Vec<(&'static str, Value)>, String> {
    let url = value.as_str().ok_or("expected a string")?;
    let (scheme, rest) = url.split_once("://").ok_or("missing host in url")?;
    let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    let authority = authority.split(['?', '#']).next().unwrap_or_default();
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let (host, port) = text::split_port(authority);
    if host.is_empty() {
        return Err("missing host in url".to_owned());
    }
    let port = match port.map(str::parse::<u16>) {
        Some(Ok(port)) => port,
        Some(Err(_)) => return Err("invalid port".to_owned()),
        None if scheme.ends_with('s') => 443,
        None => 80,
    };
    let path = path.split(['?', '#']).next().filter(|path| !path.is_empty()).map_or(Value::Null, Value::from);
    Ok(vec![("protocol", scheme.into()), ("host", host.into()), ("port", port.into()), ("path", path)])
}

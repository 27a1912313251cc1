//! Addresses, durations and log targets as people write them on a command line.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;
use telemetry::access::Sink;

/// `127.0.0.1:8000`, `[::1]:8000`, `localhost:8000`, `:8000` for all addresses, `8000` for this machine only.
pub(crate) fn address(text: &str) -> Result<SocketAddr, String> {
    let port = |text: &str| text.parse::<u16>().ok();
    let short = if let Some(rest) = text.strip_prefix("localhost:") {
        port(rest).map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
    } else if let Some(rest) = text.strip_prefix(':') {
        port(rest).map(|port| SocketAddr::from((Ipv4Addr::UNSPECIFIED, port)))
    } else {
        port(text).map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
    };
    let remedy = || "write 127.0.0.1:8000, [::1]:8000, or :8000 for all addresses".to_owned();
    short.or_else(|| text.parse().ok()).ok_or_else(remedy)
}

/// `30s`, `500ms`, `2m`, or seconds as a plain number.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let milliseconds = match unit {
        "ms" => Some(1),
        "" | "s" => Some(1_000),
        "m" => Some(60_000),
        "h" => Some(3_600_000),
        _ => None,
    };
    let number = number.parse::<u64>().ok();
    let total = number.zip(milliseconds).and_then(|(number, unit)| number.checked_mul(unit));
    total.map(Duration::from_millis).ok_or_else(|| "write 30s, 500ms, 2m or 1h".to_owned())
}

/// `off`, `stdout`, or a file.
pub(crate) fn sink(text: &str) -> Result<Sink, String> {
    match text {
        "" => Err("write off, stdout, or the path of a file".to_owned()),
        "off" => Ok(Sink::Off),
        "stdout" | "-" => Ok(Sink::Stdout),
        file => Ok(Sink::File(PathBuf::from(file))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_short_forms() {
        let cases = [
            ("127.0.0.1:80", Some("127.0.0.1:80")),
            ("[::1]:80", Some("[::1]:80")),
            ("localhost:80", Some("127.0.0.1:80")),
            (":80", Some("0.0.0.0:80")),
            ("80", Some("127.0.0.1:80")),
            ("0", Some("127.0.0.1:0")),
            ("", None),
            ("host:80", None),
            ("1.2.3.4", None),
            (":70000", None),
        ];
        for (text, expected) in cases {
            assert_eq!(address(text).ok().map(|a| a.to_string()).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn durations_have_units() {
        let cases = [
            ("30s", Some(30_000)),
            ("30", Some(30_000)),
            ("500ms", Some(500)),
            ("2m", Some(120_000)),
            ("1h", Some(3_600_000)),
            ("", None),
            ("s", None),
            ("1d", None),
            ("-1s", None),
            ("99999999999999999999s", None),
            ("18446744073709551615h", None),
        ];
        for (text, expected) in cases {
            assert_eq!(duration(text).ok().map(|d| d.as_millis()), expected, "{text}");
        }
    }

    #[test]
    fn access_log_goes_where_it_is_told() {
        assert_eq!(sink("off"), Ok(Sink::Off));
        assert_eq!(sink("stdout"), Ok(Sink::Stdout));
        assert_eq!(sink("./off"), Ok(Sink::File("./off".into())));
        assert!(sink("").is_err());
    }
}

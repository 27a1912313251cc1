//! What documents mean: settings and objects become one gateway.

mod at;

pub(crate) use at::At;

use ipnet::IpNet;
use std::net::IpAddr;

/// Networks and single addresses; what is neither is left out, since schemas see to it.
pub(crate) fn networks(texts: &[String]) -> Vec<IpNet> {
    texts.iter().filter_map(|text| text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))).collect()
}

/// A status with its words, as nginx writes them on its pages.
pub(crate) fn status_line(status: u16) -> String {
    let words = match status {
        503 => "Service Temporarily Unavailable",
        504 => "Gateway Time-out",
        408 => "Request Time-out",
        413 => "Request Entity Too Large",
        414 => "Request-URI Too Large",
        416 => "Requested Range Not Satisfiable",
        302 => "Found",
        other => http::StatusCode::from_u16(other).ok().and_then(|status| status.canonical_reason()).unwrap_or(""),
    };
    format!("{status} {words}").trim_end().to_owned()
}

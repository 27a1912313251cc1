//! `node_listen` and `ssl.listen`: ports in all the forms in which they are written.

use crate::entity::Part;
use serde_json::Value;
use std::net::{IpAddr, SocketAddr};

/// One address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listen {
    /// Where.
    pub address: SocketAddr,
    /// With TLS.
    pub tls: bool,
    /// With HTTP/2.
    pub http2: bool,
    /// Behind a balancer that speaks the PROXY protocol.
    pub proxy_protocol: bool,
}

/// Every address; what cannot be read is told with its path.
pub(super) fn listens(part: Part<'_>, wrong: &mut dyn FnMut(&str, String)) -> Vec<Listen> {
    let http2 = part.value("apisix.enable_http2").is_none() || part.flag("apisix.enable_http2");
    let mut found = Vec::new();
    ports(part, "apisix.node_listen", 9080, false, http2, &mut found, wrong);
    if part.value("apisix.ssl.enable").is_none() || part.flag("apisix.ssl.enable") {
        ports(part, "apisix.ssl.listen", 9443, true, http2, &mut found, wrong);
    }
    for (name, tls) in [("listen_http_port", false), ("listen_https_port", true)] {
        let path = format!("apisix.proxy_protocol.{name}");
        if let Some(port) = part.status(&path) {
            let address = SocketAddr::new([0, 0, 0, 0].into(), port);
            found.push(Listen { address, tls, http2, proxy_protocol: true });
        }
    }
    found
}

fn ports(
    part: Part<'_>,
    path: &str,
    usual: u16,
    tls: bool,
    http2: bool,
    found: &mut Vec<Listen>,
    wrong: &mut dyn FnMut(&str, String),
) {
    let one = |ip: IpAddr, port: u16, http2: bool| Listen {
        address: SocketAddr::new(ip, port),
        tls,
        http2,
        proxy_protocol: false,
    };
    let everywhere = IpAddr::from([0, 0, 0, 0]);
    let Some(value) = part.value(path) else {
        return found.push(one(everywhere, usual, http2));
    };
    let single;
    let items = match value {
        Value::Array(items) => items.as_slice(),
        other => {
            single = [other.clone()];
            &single
        }
    };
    for item in items {
        let entry = Part::of_value(Some(item));
        let port = match item {
            Value::Object(_) => entry.status("port").or_else(|| entry.value("port").is_none().then_some(usual)),
            other => other.as_u64().and_then(|port| u16::try_from(port).ok()),
        };
        let ip = entry.text("ip").map_or(Some(everywhere), |text| text.parse().ok());
        match (ip, port) {
            (Some(ip), Some(port)) => {
                let own = entry.value("enable_http2").and_then(Value::as_bool);
                found.push(one(ip, port, own.unwrap_or(http2)));
            }
            _ => wrong(path, format!("{item} is no port and no address with a port: it is not listened on")),
        }
    }
}

//! `proxy_listen` and its like: addresses with flags.

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

/// Addresses, and what is wrong with those that cannot be read. `off` is none.
pub fn listens(text: &str) -> (Vec<Listen>, Vec<String>) {
    let (mut listens, mut wrong) = (Vec::new(), Vec::new());
    for part in text.split(',').map(str::trim).filter(|part| !part.is_empty() && *part != "off") {
        match listen(part) {
            Ok(listen) => listens.push(listen),
            Err(why) => wrong.push(why),
        }
    }
    (listens, wrong)
}

fn listen(text: &str) -> Result<Listen, String> {
    let mut words = text.split_whitespace();
    let place = words.next().unwrap_or_default();
    let flags: Vec<&str> = words.collect();
    let is = |flag: &str| flags.contains(&flag);
    if place.starts_with("unix:") {
        return Err(format!("{place:?}: sockets in the file system are not listened on"));
    }
    let address = address(place).ok_or_else(|| format!("{place:?} is no address with a port"))?;
    Ok(Listen { address, tls: is("ssl"), http2: is("http2"), proxy_protocol: is("proxy_protocol") })
}

fn address(place: &str) -> Option<SocketAddr> {
    if let Ok(address) = place.parse() {
        return Some(address);
    }
    let (host, port) = place.rsplit_once(':').unwrap_or(("0.0.0.0", place));
    let host: IpAddr = match host {
        "localhost" => [127, 0, 0, 1].into(),
        "*" => [0, 0, 0, 0].into(),
        host => host.parse().ok()?,
    };
    Some(SocketAddr::new(host, port.parse().ok()?))
}

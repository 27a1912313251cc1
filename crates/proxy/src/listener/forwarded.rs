//! Who the client is when proxies stand between: their word counts only where the configuration trusts them.

use http::HeaderMap;
use ipnet::IpNet;
use std::net::IpAddr;

/// What a trusted proxy says of the client; `None` where it says nothing.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Said {
    /// The address nearest to the client that no trusted proxy has.
    pub(super) address: Option<IpAddr>,
    /// From `X-Forwarded-Proto`.
    pub(super) https: Option<bool>,
}

/// Reads `X-Forwarded-For` from its end, as far as trusted addresses go, and `X-Forwarded-Proto`.
/// Nothing is believed unless `peer` is trusted.
pub(super) fn read(headers: &HeaderMap, peer: IpAddr, trusted: &[IpNet]) -> Said {
    if trusted.is_empty() || !trusts(trusted, peer) {
        return Said { address: None, https: None };
    }
    Said { address: client_address(headers, trusted), https: scheme(headers) }
}

/// Whether the address is one of the trusted.
pub(super) fn trusts(trusted: &[IpNet], address: IpAddr) -> bool {
    let address = address.to_canonical();
    trusted.iter().any(|net| net.contains(&address))
}

fn client_address(headers: &HeaderMap, trusted: &[IpNet]) -> Option<IpAddr> {
    let mut nearest = None;
    let fields = headers.get_all("x-forwarded-for").iter().rev();
    for text in fields.filter_map(|field| field.to_str().ok()).flat_map(|field| field.rsplit(',')) {
        let Some(address) = parse(text.trim()) else { break };
        nearest = Some(address);
        if !trusts(trusted, address) {
            break;
        }
    }
    nearest
}

/// `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]:80`.
fn parse(text: &str) -> Option<IpAddr> {
    if let Ok(address) = text.parse() {
        return Some(address);
    }
    if let Some(inner) = text.strip_prefix('[') {
        return inner.split(']').next()?.parse().ok();
    }
    text.split(':').next()?.parse().ok()
}

fn scheme(headers: &HeaderMap) -> Option<bool> {
    let text = headers.get("x-forwarded-proto")?.to_str().ok()?;
    match text.rsplit(',').next()?.trim() {
        scheme if scheme.eq_ignore_ascii_case("https") => Some(true),
        scheme if scheme.eq_ignore_ascii_case("http") => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_trusted_proxies_are_believed() {
        let trusted: Vec<IpNet> = vec!["10.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()];
        let cases: &[(&str, &[&str], Option<&str>)] = &[
            ("192.0.2.9", &["203.0.113.7"], None),
            ("10.0.0.1", &[], None),
            ("10.0.0.1", &["203.0.113.7"], Some("203.0.113.7")),
            ("10.0.0.1", &["1.1.1.1, 203.0.113.7, 10.2.3.4"], Some("203.0.113.7")),
            ("10.0.0.1", &["1.1.1.1", "203.0.113.7:443, 10.0.0.2"], Some("203.0.113.7")),
            ("10.0.0.1", &["10.9.9.9, 10.0.0.2"], Some("10.9.9.9")),
            ("10.0.0.1", &["not an address"], None),
            ("10.0.0.1", &["1.1.1.1, nonsense, 10.0.0.2"], Some("10.0.0.2")),
            ("::ffff:10.0.0.1", &["[2001:db8::1]:8080"], Some("2001:db8::1")),
            ("::1", &["2001:db8::2"], Some("2001:db8::2")),
        ];
        for (peer, fields, expected) in cases {
            let mut headers = HeaderMap::new();
            for field in *fields {
                headers.append("x-forwarded-for", field.parse().unwrap());
            }
            let said = read(&headers, peer.parse().unwrap(), &trusted);
            assert_eq!(said.address, expected.map(|text| text.parse().unwrap()), "{peer} {fields:?}");
        }
    }

    #[test]
    fn the_scheme_of_the_last_proxy_counts() {
        let trusted: Vec<IpNet> = vec!["10.0.0.0/8".parse().unwrap()];
        for (field, expected) in
            [("https", Some(true)), ("http, HTTPS", Some(true)), ("http", Some(false)), ("ws", None)]
        {
            let mut headers = HeaderMap::new();
            headers.append("x-forwarded-proto", field.parse().unwrap());
            assert_eq!(read(&headers, "10.0.0.1".parse().unwrap(), &trusted).https, expected, "{field}");
        }
    }
}

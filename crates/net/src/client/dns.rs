//! From a name to addresses, remembered for a while.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// The system's resolver tells no lifetime.
const LIFETIME: Duration = Duration::from_secs(10);

/// Addresses kept of one answer.
const MOST: usize = 16;

/// Finds the addresses of one name.
pub(crate) struct Resolver {
    host: String,
    port: u16,
    /// What needs no asking: a literal address, or this host itself.
    fixed: Option<Arc<[SocketAddr]>>,
    known: Mutex<Option<Known>>,
}

#[derive(Clone)]
struct Known {
    addresses: Arc<[SocketAddr]>,
    until: Instant,
}

impl Resolver {
    pub(crate) fn new(host: &str, port: u16) -> Self {
        let fixed = fixed(host).map(|ips| ips.into_iter().map(|ip| SocketAddr::new(ip, port)).collect());
        Self { host: host.to_owned(), port, fixed, known: Mutex::new(None) }
    }

    /// Addresses in the order to try them; never empty. Old ones serve while the resolver fails.
    pub(crate) async fn addresses(&self) -> io::Result<Arc<[SocketAddr]>> {
        if let Some(fixed) = &self.fixed {
            return Ok(fixed.clone());
        }
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match known {
            Some(known) if Instant::now() < known.until => Ok(known.addresses),
            Some(stale) => Ok(self.ask().await.unwrap_or_else(|cause| {
                tracing::warn!(host = self.host, %cause, "name not resolved, using the addresses known before");
                stale.addresses
            })),
            None => self.ask().await,
        }
    }

    async fn ask(&self) -> io::Result<Arc<[SocketAddr]>> {
        let answer: Vec<_> = tokio::net::lookup_host((self.host.as_str(), self.port)).await?.collect();
        let addresses: Arc<[SocketAddr]> = interleave(answer).into();
        if addresses.is_empty() {
            return Err(io::Error::other("the name has no address"));
        }
        let known = Known { addresses: addresses.clone(), until: Instant::now() + LIFETIME };
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some(known);
        Ok(addresses)
    }
}

/// Literal addresses, and the names that mean this host (RFC 6761, section 6.3).
fn fixed(host: &str) -> Option<Vec<IpAddr>> {
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    if let Ok(ip) = bare.parse() {
        return Some(vec![ip]);
    }
    let name = host.strip_suffix('.').unwrap_or(host);
    let last = name.rsplit('.').next().unwrap_or(name);
    last.eq_ignore_ascii_case("localhost").then(|| vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()])
}

/// Families in turn, beginning with the resolver's first choice, so that a family that leads nowhere costs one
/// try and not all.
fn interleave(answer: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let first_v6 = answer.first().is_some_and(SocketAddr::is_ipv6);
    let (first, second): (Vec<_>, Vec<_>) = answer.into_iter().partition(|address| address.is_ipv6() == first_v6);
    let mut second = second.into_iter();
    let mut mixed = Vec::new();
    for address in first {
        mixed.push(address);
        mixed.extend(second.next());
    }
    mixed.extend(second);
    mixed.truncate(MOST);
    mixed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_and_this_host_need_no_resolver() {
        let cases: [(&str, Option<&[&str]>); 8] = [
            ("192.0.2.7", Some(&["192.0.2.7"])),
            ("2001:db8::1", Some(&["2001:db8::1"])),
            ("[2001:db8::1]", Some(&["2001:db8::1"])),
            ("localhost", Some(&["127.0.0.1", "::1"])),
            ("LocalHost.", Some(&["127.0.0.1", "::1"])),
            ("api.localhost", Some(&["127.0.0.1", "::1"])),
            ("notlocalhost", None),
            ("localhost.example.com", None),
        ];
        for (host, expected) in cases {
            let expected = expected.map(|ips| ips.iter().map(|ip| ip.parse().unwrap()).collect());
            assert_eq!(fixed(host), expected, "{host}");
        }
    }

    #[test]
    fn families_take_turns() {
        let read = |text: &str| text.split_whitespace().map(|ip| SocketAddr::new(ip.parse().unwrap(), 1)).collect();
        let cases = [
            ("::1 ::2 ::3 10.0.0.1", "::1 10.0.0.1 ::2 ::3"),
            ("10.0.0.1 ::1 ::2", "10.0.0.1 ::1 ::2"),
            ("10.0.0.1 10.0.0.2", "10.0.0.1 10.0.0.2"),
            ("", ""),
        ];
        for (answer, expected) in cases {
            let expected: Vec<_> = read(expected);
            assert_eq!(interleave(read(answer)), expected, "{answer}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn old_addresses_serve_while_the_resolver_fails() {
        let resolver = Resolver::new("gone.invalid", 80);
        assert!(resolver.addresses().await.is_err());
        let addresses: Arc<[SocketAddr]> = vec!["192.0.2.1:80".parse().unwrap()].into();
        let past = Known { addresses: addresses.clone(), until: Instant::now() };
        *resolver.known.lock().unwrap() = Some(past);
        assert_eq!(resolver.addresses().await.unwrap(), addresses);
    }
}

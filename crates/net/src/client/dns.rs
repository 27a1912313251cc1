//! From a name to addresses, remembered for as long as the answer says.
//!
//! Name servers are asked directly, since the system's own functions do not tell how long an answer holds. What the
//! name servers do not know is asked of the system, which may have other sources (nsswitch.conf).

mod servers;

use servers::Servers;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// An answer without a lifetime, as the system gives it, holds for that long.
const UNTOLD: Duration = Duration::from_secs(10);
/// An answer holds for that long at least: several connections of one moment ask once.
const SHORTEST: Duration = Duration::from_secs(1);
/// An answer holds for that long at most, whatever it says.
const LONGEST: Duration = Duration::from_secs(5 * 60);
/// So long nobody is asked again after a failure.
const FAILED: Duration = Duration::from_secs(2);

/// Addresses kept of one answer.
const MOST: usize = 16;

/// Finds the addresses of one name.
pub(crate) struct Resolver {
    host: String,
    port: u16,
    /// What needs no asking: a literal address, or this host itself.
    fixed: Option<Arc<[SocketAddr]>>,
    servers: Servers,
    known: Mutex<Option<Known>>,
    /// Held while asking: who waits meanwhile takes the same answer.
    turn: tokio::sync::Mutex<()>,
}

#[derive(Clone)]
struct Known {
    answer: Result<Arc<[SocketAddr]>, Arc<str>>,
    until: Instant,
}

impl Resolver {
    pub(crate) fn new(host: &str, port: u16) -> Self {
        Self::asking(Servers::System, host, port)
    }

    fn asking(servers: Servers, host: &str, port: u16) -> Self {
        let fixed = fixed(host).map(|ips| ips.into_iter().map(|ip| SocketAddr::new(ip, port)).collect());
        Self { host: host.to_owned(), port, fixed, servers, known: Mutex::new(None), turn: tokio::sync::Mutex::new(()) }
    }

    /// Addresses in the order to try them; never empty. Old ones serve while nobody answers.
    pub(crate) async fn addresses(&self) -> io::Result<Arc<[SocketAddr]>> {
        if let Some(fixed) = &self.fixed {
            return Ok(fixed.clone());
        }
        if let Some(answer) = self.fresh() {
            return answer;
        }
        let _turn = self.turn.lock().await;
        match self.fresh() {
            Some(answer) => answer,
            None => self.ask().await,
        }
    }

    fn fresh(&self) -> Option<io::Result<Arc<[SocketAddr]>>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).clone()?;
        let answer = known.answer.map_err(|cause| io::Error::other(cause.to_string()));
        (Instant::now() < known.until).then_some(answer)
    }

    async fn ask(&self) -> io::Result<Arc<[SocketAddr]>> {
        match self.look_up().await {
            Ok((addresses, lifetime)) => {
                self.remember(Ok(addresses.clone()), lifetime);
                Ok(addresses)
            }
            Err(cause) => {
                let before = self.known.lock().unwrap_or_else(PoisonError::into_inner).take();
                if let Some(Ok(stale)) = before.map(|known| known.answer) {
                    tracing::warn!(host = self.host, %cause, "name not resolved, using the addresses known before");
                    self.remember(Ok(stale.clone()), FAILED);
                    return Ok(stale);
                }
                self.remember(Err(cause.to_string().into()), FAILED);
                Err(cause)
            }
        }
    }

    fn remember(&self, answer: Result<Arc<[SocketAddr]>, Arc<str>>, lifetime: Duration) {
        let known = Known { answer, until: Instant::now() + lifetime };
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some(known);
    }

    async fn look_up(&self) -> io::Result<(Arc<[SocketAddr]>, Duration)> {
        let (found, lifetime) = match self.servers.ask(&self.host).await {
            Ok((ips, lifetime)) => {
                let found = ips.into_iter().map(|ip| SocketAddr::new(ip, self.port)).collect();
                (found, lifetime.clamp(SHORTEST, LONGEST))
            }
            Err(cause) => {
                tracing::debug!(host = self.host, cause, "name servers have no address, asking the system");
                let found: Vec<_> = tokio::net::lookup_host((self.host.as_str(), self.port)).await?.collect();
                (found, UNTOLD)
            }
        };
        let addresses: Arc<[SocketAddr]> = interleave(found).into();
        if addresses.is_empty() { Err(io::Error::other("the name has no address")) } else { Ok((addresses, lifetime)) }
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
    use std::sync::atomic::{AtomicUsize, Ordering};
    use tokio::net::UdpSocket;

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

    /// A name server on loopback: `many.test` has two addresses for 20 seconds, `brief.test` one for none, whatever
    /// else is asked for does not exist. Counts what it is asked of type A.
    async fn name_server() -> (Servers, Arc<AtomicUsize>) {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let (at, count) = (socket.local_addr().unwrap(), Arc::new(AtomicUsize::new(0)));
        let counted = count.clone();
        tokio::spawn(async move {
            let mut query = [0; 1500];
            while let Ok((length, from)) = socket.recv_from(&mut query).await {
                let _ = socket.send_to(&answer(&query[..length], &counted), from).await;
            }
        });
        (Servers::One(at), count)
    }

    fn answer(query: &[u8], counted: &AtomicUsize) -> Vec<u8> {
        let end = 12 + query[12..].iter().position(|byte| *byte == 0).unwrap() + 1;
        let (name, kind) = (query[13..end].to_ascii_lowercase(), query[end + 1]);
        counted.fetch_add(usize::from(kind == 1), Ordering::Relaxed);
        let addresses: &[[u8; 4]] = match name {
            name if name.starts_with(b"many") => &[[192, 0, 2, 1], [192, 0, 2, 2]],
            name if name.starts_with(b"brief") => &[[192, 0, 2, 3]],
            _ => &[],
        };
        let lifetime: u8 = if addresses.len() == 2 { 20 } else { 0 };
        let addresses = if kind == 1 { addresses } else { &[] };
        let code: u8 = if lifetime == 0 && addresses.is_empty() && kind == 1 { 3 } else { 0 };
        let mut out = [&query[..2], &[0x81, 0x80 | code, 0, 1, 0, addresses.len() as u8, 0, 0, 0, 0]].concat();
        out.extend_from_slice(&query[12..end + 4]);
        for address in addresses {
            out.extend_from_slice(&[0xc0, 12, 0, 1, 0, 1, 0, 0, 0, lifetime, 0, 4]);
            out.extend_from_slice(address);
        }
        out
    }

    #[tokio::test]
    async fn an_answer_holds_for_its_lifetime_and_is_asked_for_once() {
        let (servers, count) = name_server().await;
        let resolver = Resolver::asking(servers, "many.test", 443);
        let (one, two) = tokio::join!(resolver.addresses(), resolver.addresses());
        let read: Vec<_> = ["192.0.2.1:443", "192.0.2.2:443"].iter().map(|text| text.parse().unwrap()).collect();
        assert_eq!((&one.unwrap()[..], &two.unwrap()[..]), (&read[..], &read[..]));
        assert_eq!(count.load(Ordering::Relaxed), 1);
        tokio::time::pause();
        for (seconds, asked) in [(15, 1), (10, 2)] {
            tokio::time::advance(Duration::from_secs(seconds)).await;
            assert!(resolver.addresses().await.is_ok());
            assert_eq!(count.load(Ordering::Relaxed), asked, "after {seconds} more seconds");
        }
    }

    #[tokio::test]
    async fn an_answer_for_no_time_holds_for_the_moment() {
        let (servers, count) = name_server().await;
        let resolver = Resolver::asking(servers, "brief.test", 80);
        for _ in 0..3 {
            assert_eq!(&resolver.addresses().await.unwrap()[..], ["192.0.2.3:80".parse().unwrap()]);
        }
        assert_eq!(count.load(Ordering::Relaxed), 1);
    }

    #[tokio::test]
    async fn a_failing_name_is_remembered_briefly() {
        let (servers, count) = name_server().await;
        let resolver = Resolver::asking(servers, "none.invalid.", 80);
        assert!(resolver.addresses().await.is_err());
        let asked = count.load(Ordering::Relaxed);
        assert!(resolver.addresses().await.is_err());
        assert_eq!(count.load(Ordering::Relaxed), asked);
        resolver.known.lock().unwrap().as_mut().unwrap().until = Instant::now();
        assert!(resolver.addresses().await.is_err());
    }

    #[tokio::test]
    async fn old_addresses_serve_while_nobody_answers() {
        let (servers, _) = name_server().await;
        let resolver = Resolver::asking(servers, "gone.invalid", 80);
        assert!(resolver.addresses().await.is_err());
        let addresses: Arc<[SocketAddr]> = vec!["192.0.2.1:80".parse().unwrap()].into();
        let past = Known { answer: Ok(addresses.clone()), until: Instant::now() };
        *resolver.known.lock().unwrap() = Some(past);
        assert_eq!(resolver.addresses().await.unwrap(), addresses);
        assert_eq!(resolver.addresses().await.unwrap(), addresses);
    }
}

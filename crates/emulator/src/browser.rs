//! Pages in a browser: where nobody is asked for a key, those of other sites may still not call.
//!
//! A page can send a request anywhere; what tells it apart is its `Origin`. A page whose own name was made to lead here
//! has none when it only reads, but the name is in `Host`.

use crate::visit::{Visit, authority, without_port};
use http::header::ORIGIN;
use std::net::IpAddr;

/// The site that a request comes from, when that is not this machine.
pub(crate) fn foreign_site<B>(visit: &Visit<B>) -> Option<String> {
    if let Some(origin) = visit.head.headers.get(ORIGIN) {
        let origin = String::from_utf8_lossy(origin.as_bytes()).into_owned();
        let host = origin.split_once("://").map(|(_, authority)| without_port(authority));
        return (!host.is_some_and(is_loopback)).then_some(origin);
    }
    let host = without_port(authority(&visit.head));
    (visit.peer.ip().to_canonical().is_loopback() && is_site(host)).then(|| host.to_owned())
}

/// Whether a host is this machine.
pub(crate) fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.ends_with(".localhost") || address(host).is_some_and(|address| address.is_loopback())
}

/// Whether a name can be that of a public site: containers call their host by names without a dot, or below `internal`.
fn is_site(host: &str) -> bool {
    let is_inner = host.ends_with(".internal") || host.ends_with(".local") || host.ends_with(".test");
    host.contains('.') && address(host).is_none() && !is_loopback(host) && !is_inner
}

fn address(host: &str) -> Option<IpAddr> {
    host.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_and_its_containers_are_no_site() {
        for (host, loopback, site) in [
            ("localhost", true, false),
            ("f.lambda-url.localhost", true, false),
            ("127.0.0.1", true, false),
            ("[::1]", true, false),
            ("192.168.0.7", false, false),
            ("host.docker.internal", false, false),
            ("lambda", false, false),
            ("lambda.test", false, false),
            ("evil.example.com", false, true),
            ("127.0.0.1.evil.example", false, true),
            ("", false, false),
        ] {
            assert_eq!((is_loopback(host), is_site(host)), (loopback, site), "{host}");
        }
    }
}

//! What must hold of a request before a route is looked for.

use http::header::{CONTENT_LENGTH, HOST};
use http::request::Parts;
use http::{HeaderValue, Version};
use model::answer::FailureKind;
use model::listener::Limits;
use policy::Failure;
use policy::failure::Blame;

/// Holds a request to its listener's limits and to RFC 9112's rule of one `Host`. HTTP/2's `:authority` becomes
/// `Host`, so that everything behind finds it in one place.
pub(crate) fn check(head: &mut Parts, limits: &Limits) -> Result<(), Box<Failure>> {
    one_host(head)?;
    if head.headers.len() > limits.header_count || header_bytes(head) > limits.header_bytes {
        let text =
            format!("the request header has more than {} bytes or {} fields", limits.header_bytes, limits.header_count);
        return Err(Failure::new(FailureKind::HeaderTooLarge, Blame::Client, text));
    }
    if announced(head).is_some_and(|bytes| bytes > limits.body_bytes) {
        let text = format!("the request body is larger than {} bytes", limits.body_bytes);
        return Err(Failure::new(FailureKind::BodyTooLarge, Blame::Client, text));
    }
    Ok(())
}

fn one_host(head: &mut Parts) -> Result<(), Box<Failure>> {
    let bad = |text| Err(Failure::new(FailureKind::BadRequest, Blame::Client, text));
    if let Some(authority) = head.uri.authority() {
        // RFC 9112 3.2.2: the target's authority replaces what `Host` says
        let text = authority.as_str();
        let text = text.rsplit_once('@').map_or(text, |(_, host)| host);
        let Ok(value) = HeaderValue::from_str(text) else { return bad("the request names a host that is none") };
        head.headers.insert(HOST, value);
        return Ok(());
    }
    let mut hosts = head.headers.get_all(HOST).iter();
    match (hosts.next(), hosts.next()) {
        (Some(host), None) if host.to_str().is_ok() => Ok(()),
        (Some(_), None) => bad("the Host field holds characters that no host has"),
        (Some(_), Some(_)) => bad("the request has more than one Host field"),
        (None, _) if head.version < Version::HTTP_11 => Ok(()),
        (None, _) => bad("the request has no Host field"),
    }
}

fn header_bytes(head: &Parts) -> usize {
    let target = head.uri.path_and_query().map_or(1, |target| target.as_str().len());
    let fields = head.headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4);
    target + fields.sum::<usize>()
}

fn announced(head: &Parts) -> Option<u64> {
    head.headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// The host a request names: without port, as written.
pub(crate) fn host_of(head: &Parts) -> &str {
    let host = head.headers.get(HOST).and_then(|value| value.to_str().ok()).unwrap_or("");
    without_port(host)
}

fn without_port(host: &str) -> &str {
    match host.rfind(':') {
        Some(at) if host[at + 1..].bytes().all(|b| b.is_ascii_digit()) && !host[..at].ends_with(':') => {
            let name = &host[..at];
            if name.contains(':') && !name.ends_with(']') { host } else { name }
        }
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_is_taken_off_a_host() {
        for (host, expected) in [
            ("example.com", "example.com"),
            ("example.com:8000", "example.com"),
            ("example.com:", "example.com"),
            ("[::1]:8000", "[::1]"),
            ("[::1]", "[::1]"),
            ("::1", "::1"),
            ("127.0.0.1:80", "127.0.0.1"),
        ] {
            assert_eq!(without_port(host), expected, "{host}");
        }
    }

    fn check_one(build: http::request::Builder, limits: &Limits) -> Option<FailureKind> {
        let (mut head, ()) = build.body(()).unwrap().into_parts();
        check(&mut head, limits).err().map(|failure| failure.kind)
    }

    #[test]
    fn requests_outside_of_the_limits_are_refused() {
        let limits = Limits { header_bytes: 200, header_count: 3, body_bytes: 10, ..Limits::default() };
        let get = || http::Request::get("/");
        let cases = [
            (get().header("host", "a"), None),
            (get(), Some(FailureKind::BadRequest)),
            (get().version(Version::HTTP_10), None),
            (get().header("host", "a").header("host", "b"), Some(FailureKind::BadRequest)),
            (http::Request::get("http://a/"), None),
            (
                get().header("host", "a").header("b", "1").header("c", "1").header("d", "1"),
                Some(FailureKind::HeaderTooLarge),
            ),
            (get().header("host", "a").header("b", "x".repeat(200)), Some(FailureKind::HeaderTooLarge)),
            (get().header("host", "a").header("content-length", "10"), None),
            (get().header("host", "a").header("content-length", "11"), Some(FailureKind::BodyTooLarge)),
        ];
        for (at, (request, expected)) in cases.into_iter().enumerate() {
            assert_eq!(check_one(request, &limits), expected, "case {at}");
        }
    }
}

//! Hosts as predicates compare them.

use model::predicate::HostPattern;
use std::borrow::Cow;

/// A host without port, brackets and trailing dot, in lower case.
pub fn comparable_host(host: &str) -> Cow<'_, str> {
    let name = bare(host);
    let name = name.strip_suffix('.').unwrap_or(name);
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Cow::Owned(name.to_ascii_lowercase());
    }
    Cow::Borrowed(name)
}

fn bare(host: &str) -> &str {
    if let Some((address, _)) = host.strip_prefix('[').and_then(|host| host.split_once(']')) {
        return address;
    }
    match host.split_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host, // an IPv6 address without brackets has more colons
    }
}

/// A pattern in the form that comparable hosts have; the dots at a wildcard stay.
pub fn comparable_pattern(pattern: &HostPattern) -> HostPattern {
    let dotless = |name: &str| comparable_host(name.trim_matches('.')).into_owned();
    match pattern {
        HostPattern::Exact(name) => HostPattern::Exact(comparable_host(name).into_owned()),
        HostPattern::Suffix(end) => HostPattern::Suffix(format!(".{}", dotless(end))),
        HostPattern::Prefix(start) => HostPattern::Prefix(format!("{}.", dotless(start))),
    }
}

/// Both in comparable form.
pub(crate) fn takes(pattern: &HostPattern, host: &str) -> bool {
    match pattern {
        HostPattern::Exact(name) => host == name,
        HostPattern::Suffix(end) => host.len() > end.len() && host.ends_with(end.as_str()),
        HostPattern::Prefix(start) => host.len() > start.len() && host.starts_with(start.as_str()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_become_comparable() {
        for (host, expected) in [
            ("Example.COM", "example.com"),
            ("example.com.", "example.com"),
            ("example.com.:8443", "example.com"),
            ("[2001:DB8::1]:80", "2001:db8::1"),
            ("[::1]", "::1"),
            ("::1", "::1"),
            ("10.0.0.1:80", "10.0.0.1"),
            ("", ""),
        ] {
            assert_eq!(comparable_host(host), expected, "{host}");
        }
    }
}

//! Where an endpoint is: what the text of a target says.

/// A target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    /// By TLS.
    pub(super) secure: bool,
    /// By HTTP/2 in any case.
    pub(super) grpc: bool,
    pub(super) host: String,
    pub(super) port: u16,
    /// Begins with a slash.
    pub(super) path: String,
    /// Without `?`.
    pub(super) query: Option<String>,
}

impl Target {
    /// Reads `https://host:port/path?query`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.trim().split_once("://")?;
        let secure = match scheme.to_ascii_lowercase().as_str() {
            "http" | "ws" | "grpc" => false,
            "https" | "wss" | "grpcs" => true,
            _ => return None,
        };
        let rest = rest.split('#').next().unwrap_or(rest);
        let (rest, query) = rest.split_once('?').map_or((rest, None), |(rest, query)| (rest, Some(query.to_owned())));
        let (authority, path) = rest.split_once('/').map_or((rest, ""), |(authority, path)| (authority, path));
        let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        let (host, port) =
            match authority.rsplit_once(':').filter(|(host, _)| !host.contains(':') || host.ends_with(']')) {
                Some((host, port)) => (host, port.parse().ok()?),
                None => (authority, if secure { 443 } else { 80 }),
            };
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let fits = !host.is_empty() && !host.contains(['{', '}', ' ']);
        let grpc = scheme.to_ascii_lowercase().starts_with("grpc");
        fits.then(|| Self { secure, grpc, host: host.to_owned(), port, path: format!("/{path}"), query })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_read() {
        let target = |secure, host: &str, port, path: &str, query: Option<&str>| {
            Some(Target {
                secure,
                grpc: host == "::1" && port == 9,
                host: host.into(),
                port,
                path: path.into(),
                query: query.map(str::to_owned),
            })
        };
        for (text, expected) in [
            ("http://a", target(false, "a", 80, "/", None)),
            ("https://a.b:8443/c/d?e=f", target(true, "a.b", 8443, "/c/d", Some("e=f"))),
            ("grpcs://[::1]:9/", target(true, "::1", 9, "/", None)),
            ("https://[::1]/x", target(true, "::1", 443, "/x", None)),
            ("http://me@a:1", target(false, "a", 1, "/", None)),
            ("ftp://a", None),
            ("a:80", None),
            ("http://", None),
            ("http://a:b", None),
            ("http://{#properties['host']}/", None),
        ] {
            assert_eq!(Target::parse(text), expected, "{text}");
        }
    }
}

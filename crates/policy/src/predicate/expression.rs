//! Routing expressions asked of a request: what the fields of [`expr::routing`] mean.

use super::{Asked, PredicateError};
use crate::exchange::Params;
use crate::path::ComparablePath;
use crate::query;
use expr::routing::{Fact, Routing};
use model::table::PathNormalization;
use percent_encoding::percent_decode_str;
use std::net::IpAddr;

/// An expression, ready.
#[derive(Debug)]
pub(super) struct Expression(Routing);

/// Paths are compared in their plainest form.
const NORMAL: PathNormalization = PathNormalization {
    decode_unreserved: true,
    decode_all: false,
    resolve_dots: true,
    merge_slashes: true,
    ..PathNormalization::NONE
};

impl Expression {
    /// Reads an expression.
    pub(super) fn compile(text: &str) -> Result<Self, PredicateError> {
        Routing::read(text).map(Self).map_err(|cause| PredicateError::Expression { text: text.to_owned(), cause })
    }

    /// Whether it is true of a request.
    pub(super) fn holds(&self, asked: &Asked<'_>) -> bool {
        self.0.holds(|field| values(field, asked))
    }

    /// Of a request that it holds for: its named groups, and how many bytes of the path it was about.
    pub(super) fn found(&self, asked: &Asked<'_>) -> (Params, usize) {
        let hit = self.0.find(|field| values(field, asked)).unwrap_or_default();
        let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let params = hit.groups.iter().map(|(name, value)| (name.as_str().into(), decoded(value)));
        (params.collect(), ComparablePath::of(asked.path, NORMAL).raw_bytes(hit.path.unwrap_or(0)))
    }
}

fn values(field: &str, asked: &Asked<'_>) -> Vec<Fact> {
    if let Some(name) = field.strip_prefix("http.headers.") {
        return headers(name, asked);
    }
    if let Some(name) = field.strip_prefix("http.queries.") {
        let values = query::values(asked.query.unwrap_or(""), name);
        return values.map(|value| text(String::from_utf8_lossy(&value))).collect();
    }
    if let Some(part) = field.strip_prefix("http.path.segments.") {
        return segments(part, asked).into_iter().collect();
    }
    let address = |ip: IpAddr| Fact::Address(ip.to_canonical());
    let one = match field {
        "http.method" => text(asked.method.as_str()),
        "http.host" => text(&*super::comparable_host(asked.host)),
        "http.path" => text(ComparablePath::of(asked.path, NORMAL).text()),
        "net.protocol" => text(if asked.https { "https" } else { "http" }),
        "net.port" | "net.dst.port" => Fact::Number(asked.wire.local.port().into()),
        "net.src.port" => Fact::Number(asked.wire.peer.port().into()),
        "net.src.ip" => address(asked.client),
        "net.dst.ip" => address(asked.wire.local.ip()),
        "tls.sni" => match asked.wire.server_name {
            Some(name) => text(name),
            None => return Vec::new(),
        },
        _ => return Vec::new(),
    };
    vec![one]
}

fn text(text: impl AsRef<str>) -> Fact {
    Fact::Text(text.as_ref().to_owned())
}

/// In an expression `_` stands for `-`.
fn headers(name: &str, asked: &Asked<'_>) -> Vec<Fact> {
    let is = |other: &str| other.len() == name.len() && other.replace('-', "_") == name;
    let fields = asked.headers.iter().filter(|(other, _)| is(other.as_str()));
    fields.map(|(_, value)| text(String::from_utf8_lossy(value.as_bytes()))).collect()
}

/// `len`, one segment by its number from 0, or some in a row as `0_1`.
fn segments(part: &str, asked: &Asked<'_>) -> Option<Fact> {
    let path = ComparablePath::of(asked.path, NORMAL);
    let parts: Vec<&str> = path.text().trim_matches('/').split('/').filter(|part| !part.is_empty()).collect();
    if part == "len" {
        return Some(Fact::Number(i64::try_from(parts.len()).ok()?));
    }
    let (first, last) = part.split_once('_').unwrap_or((part, part));
    let some = parts.get(first.parse::<usize>().ok()?..=last.parse::<usize>().ok()?)?;
    Some(text(some.join("/")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::predicate::Wire;
    use http::{HeaderMap, Method};

    fn check(expression: &str, expected: bool) {
        let mut headers = HeaderMap::new();
        headers.insert("x-tier", "Gold".parse().unwrap());
        let asked = Asked {
            method: &Method::GET,
            host: "A.test:81",
            path: "/a//b%7E/c",
            query: Some("q=1&q=2"),
            headers: &headers,
            https: true,
            client: [10, 0, 0, 7].into(),
            wire: Wire {
                peer: ([10, 0, 0, 7], 4000).into(),
                local: ([10, 0, 0, 1], 8443).into(),
                server_name: Some("a.test"),
            },
            exchange: None,
            wants_body: None,
        };
        assert_eq!(Expression::compile(expression).unwrap().holds(&asked), expected, "{expression}");
    }

    #[test]
    fn fields_say_what_the_request_is() {
        for (expression, expected) in [
            (r#"http.method == "GET" && http.host == "a.test""#, true),
            (r#"http.path == "/a/b~/c""#, true),
            (r#"http.path ^= "/b""#, false),
            (r##"http.path ~ r#"^/a/.*c$"#"##, true),
            (r#"http.path.segments.len == 3 && http.path.segments.1 == "b~""#, true),
            (r#"http.path.segments.0_1 == "a/b~""#, true),
            (r#"lower(http.headers.x_tier) == "gold""#, true),
            (r#"any(http.queries.q) == "2""#, true),
            (r#"http.queries.q == "2""#, false),
            ("net.dst.port == 8443 && net.src.ip in 10.0.0.0/8", true),
            (r#"net.protocol == "http" || tls.sni == "b.test""#, false),
        ] {
            check(expression, expected);
        }
    }

    #[test]
    fn what_was_compared_with_the_path_counts_in_bytes_as_received() {
        let headers = HeaderMap::new();
        for (expression, path, matched, params) in [
            (r#"http.path ^= "/a/b~""#, "/a//b%7E/c", 8, &[][..]),
            (r##"http.path ~ r#"^/(?<name>[^/]+)"#"##, "/%7Ej%20k/c", 9, &[("name", "~j k")][..]),
            (r#"http.method == "GET""#, "/a", 0, &[]),
        ] {
            let wire = Wire { peer: ([10, 0, 0, 7], 1).into(), local: ([10, 0, 0, 1], 2).into(), server_name: None };
            let client = [10, 0, 0, 7].into();
            let asked = Asked {
                method: &Method::GET,
                host: "",
                path,
                query: None,
                headers: &headers,
                https: false,
                client,
                wire,
                exchange: None,
                wants_body: None,
            };
            let (found, bytes) = Expression::compile(expression).unwrap().found(&asked);
            assert_eq!(bytes, matched, "{expression}");
            let found: Vec<_> = found.iter().map(|(name, value)| (&**name, value.as_str())).collect();
            assert_eq!(found, params, "{expression}");
        }
    }
}

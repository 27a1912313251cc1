//! Routing expressions: `http.path ^= "/a" && (net.dst.port == 8000 || http.headers.x_tier == "gold")`.
//!
//! The language is that of the `atc-router` crate; here is what its fields mean.

use super::{Asked, PredicateError};
use crate::path::ComparablePath;
use crate::query;
use atc_router::ast::{Type, Value};
use atc_router::context::Context;
use atc_router::router::Router;
use atc_router::schema::Schema;
use model::table::PathNormalization;
use std::net::IpAddr;
use std::sync::LazyLock;

/// An expression, read.
pub(super) struct Expression {
    router: Router<'static>,
}

/// The fields that an expression may name.
static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
    let mut schema = Schema::default();
    let texts = [
        "http.method",
        "http.host",
        "http.path",
        "http.path.segments.*",
        "http.headers.*",
        "http.queries.*",
        "net.protocol",
        "tls.sni",
    ];
    texts.into_iter().for_each(|field| schema.add_field(field, Type::String));
    let numbers = ["http.path.segments.len", "net.port", "net.src.port", "net.dst.port"];
    numbers.into_iter().for_each(|field| schema.add_field(field, Type::Int));
    ["net.src.ip", "net.dst.ip"].into_iter().for_each(|field| schema.add_field(field, Type::IpAddr));
    schema
});

/// Paths are compared in their plainest form.
const NORMAL: PathNormalization =
    PathNormalization { decode_unreserved: true, resolve_dots: true, merge_slashes: true };

impl Expression {
    /// Reads an expression.
    pub(super) fn compile(text: &str) -> Result<Self, PredicateError> {
        let mut router = Router::new(&SCHEMA);
        let cause = router.add_matcher(0, Default::default(), text).err();
        match cause {
            None => Ok(Self { router }),
            Some(cause) => Err(PredicateError::Expression { text: text.to_owned(), cause }),
        }
    }

    /// Whether it is true of a request. Only fields that it names are looked up.
    pub(super) fn holds(&self, asked: &Asked<'_>) -> bool {
        let mut context = Context::new(&SCHEMA);
        for field in self.router.fields.keys() {
            for value in values(field, asked) {
                context.add_value(field, value);
            }
        }
        self.router.execute(&mut context)
    }
}

impl std::fmt::Debug for Expression {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.router.fields.keys()).finish()
    }
}

fn values(field: &str, asked: &Asked<'_>) -> Vec<Value> {
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
    let address = |ip: IpAddr| Value::IpAddr(ip.to_canonical());
    let one = match field {
        "http.method" => text(asked.method.as_str()),
        "http.host" => text(&*super::comparable_host(asked.host)),
        "http.path" => text(ComparablePath::of(asked.path, NORMAL).text()),
        "net.protocol" => text(if asked.https { "https" } else { "http" }),
        "net.port" | "net.dst.port" => Value::Int(asked.wire.local.port().into()),
        "net.src.port" => Value::Int(asked.wire.peer.port().into()),
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

fn text(text: impl AsRef<str>) -> Value {
    Value::String(text.as_ref().to_owned())
}

/// In an expression `_` stands for `-`.
fn headers(name: &str, asked: &Asked<'_>) -> Vec<Value> {
    let is = |other: &str| other.len() == name.len() && other.replace('-', "_") == name;
    let fields = asked.headers.iter().filter(|(other, _)| is(other.as_str()));
    fields.map(|(_, value)| text(String::from_utf8_lossy(value.as_bytes()))).collect()
}

/// `len`, one segment by its number from 0, or some in a row as `0_1`.
fn segments(part: &str, asked: &Asked<'_>) -> Option<Value> {
    let path = ComparablePath::of(asked.path, NORMAL);
    let parts: Vec<&str> = path.text().trim_matches('/').split('/').filter(|part| !part.is_empty()).collect();
    if part == "len" {
        return Some(Value::Int(i64::try_from(parts.len()).ok()?));
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
    fn what_is_no_expression_says_why() {
        for expression in ["", "http.path", r#"http.what == "a""#, "net.port == \"a\""] {
            assert!(matches!(Expression::compile(expression), Err(PredicateError::Expression { .. })), "{expression}");
        }
    }
}

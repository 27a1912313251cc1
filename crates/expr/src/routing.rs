//! Routing expressions: `http.path ^= "/a" && (net.dst.port == 8000 || http.headers.x_tier == "gold")`.
//!
//! The language is that of the `atc-router` crate; here are the fields that an expression may name, and what it found.
//! What the fields mean is told by whoever asks.

use atc_router::ast::{Type, Value};
use atc_router::context::{Context, Match};
use atc_router::router::Router;
use atc_router::schema::Schema;
use std::net::IpAddr;
use std::sync::LazyLock;

/// An expression, read.
pub struct Routing {
    router: Router<'static>,
}

/// One value of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// A text.
    Text(String),
    /// A number.
    Number(i64),
    /// An address.
    Address(IpAddr),
}

/// What an expression that holds found in the request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hit {
    /// Bytes of the text that it compared `http.path` with, or that a regular expression matched there; nothing where it
    /// did not ask for the path.
    pub path: Option<usize>,
    /// Named groups of regular expressions, by name.
    pub groups: Vec<(String, String)>,
}

/// The fields that an expression may name.
static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
    let mut schema = Schema::default();
    let texts = [
        "http.method",
        "http.host",
        PATH,
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

const PATH: &str = "http.path";

impl Routing {
    /// Reads an expression, or says why it is none.
    pub fn read(text: &str) -> Result<Self, String> {
        let mut router = Router::new(&SCHEMA);
        router.add_matcher(0, Default::default(), text)?;
        Ok(Self { router })
    }

    /// What it found, if it holds. Only values of fields that it names are asked for.
    pub fn find(&self, facts: impl Fn(&str) -> Vec<Fact>) -> Option<Hit> {
        self.matched(facts).map(hit)
    }

    /// Whether it holds.
    pub fn holds(&self, facts: impl Fn(&str) -> Vec<Fact>) -> bool {
        self.matched(facts).is_some()
    }

    fn matched(&self, facts: impl Fn(&str) -> Vec<Fact>) -> Option<Match> {
        let mut context = Context::new(&SCHEMA);
        for field in self.router.fields.keys() {
            for fact in facts(field) {
                context.add_value(field, value(fact));
            }
        }
        self.router.execute(&mut context);
        context.result
    }
}

impl std::fmt::Debug for Routing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.router.fields.keys()).finish()
    }
}

fn value(fact: Fact) -> Value {
    match fact {
        Fact::Text(text) => Value::String(text),
        Fact::Number(number) => Value::Int(number),
        Fact::Address(address) => Value::IpAddr(address),
    }
}

fn hit(found: Match) -> Hit {
    let path = match found.matches.get(PATH) {
        Some(Value::String(text)) => Some(text.len()),
        _ => None,
    };
    // groups stand there by number too
    let named = |(name, _): &(String, String)| !name.starts_with(|first: char| first.is_ascii_digit());
    let mut groups: Vec<_> = found.captures.into_iter().filter(named).collect();
    groups.sort_unstable();
    Hit { path, groups }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(field: &str) -> Vec<Fact> {
        let text = |text: &str| Fact::Text(text.to_owned());
        match field {
            "http.path" => vec![text("/v12/items/7")],
            "http.headers.x_tier" => vec![text("Gold"), text("silver")],
            "net.port" => vec![Fact::Number(8000)],
            "net.src.ip" => vec![Fact::Address([10, 0, 0, 7].into())],
            _ => Vec::new(),
        }
    }

    type Groups<'a> = &'a [(&'a str, &'a str)];

    fn check(expression: &str, expected: Option<(Option<usize>, Groups<'_>)>) {
        let read = Routing::read(expression).unwrap();
        let owned = |groups: Groups<'_>| groups.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        let expected = expected.map(|(path, groups)| Hit { path, groups: owned(groups) });
        assert_eq!(read.find(facts), expected, "{expression}");
        assert_eq!(read.holds(facts), expected.is_some(), "{expression}");
    }

    #[test]
    fn an_expression_finds_what_it_compared_the_path_with() {
        check(r#"http.path ^= "/v12""#, Some((Some(4), &[])));
        check(r#"http.path == "/v12/items/7""#, Some((Some(12), &[])));
        check(r##"http.path ~ r#"^/v\d+/items"#"##, Some((Some(10), &[])));
        check(
            r##"http.path ~ r#"^/v(?<version>\d+)/(\w+)/(?<id>\d)"#"##,
            Some((Some(12), &[("id", "7"), ("version", "12")])),
        );
        check("net.port == 8000 && net.src.ip in 10.0.0.0/8", Some((None, &[])));
        check(r#"any(http.headers.x_tier) == "silver""#, Some((None, &[])));
        check(r#"http.headers.x_tier == "silver""#, None);
        check(r#"http.queries.q == "1""#, None);
    }

    #[test]
    fn what_is_no_expression_says_why() {
        for expression in ["", "http.path", r#"http.what == "a""#, "net.port == \"a\"", r##"http.path ~ r#"(?=a)"#"##] {
            assert!(Routing::read(expression).is_err_and(|why| !why.is_empty()), "{expression}");
        }
    }
}

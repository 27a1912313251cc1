//! What an upstream sees of the request: path, method, host, header.

use super::field_texts::FieldTexts;
use super::substitution::Substitution;
use super::texts::{Escape, fill, fill_with};
use crate::build::BuildCause;
use crate::exchange::Exchange;
use crate::path::{decoded, escaped_bare};
use crate::{Outcome, Policy, Running};
use http::header::HOST;
use http::{HeaderValue, Method};
use model::policy::{PathSource, RequestText, Rewrite as Data, TextPart};

/// Changes what an upstream sees. A call of a function by its URL keeps the client's path, query and host.
pub(crate) struct Rewrite {
    path: Path,
    method: Option<Method>,
    host: Option<RequestText>,
    headers: FieldTexts,
}

enum Path {
    Normal,
    Received,
    /// With how many parts stand before the `?` of its own query, and how many bytes of the part with it.
    Text(RequestText, Option<(usize, usize)>),
    FirstOf(Vec<Substitution>),
}

/// A path for the upstream, and the captures of the expression that made it.
type Made = (Option<String>, Vec<Option<String>>);

impl Rewrite {
    pub(crate) fn compile(data: &Data) -> Result<Self, BuildCause> {
        let method =
            |text: &String| Method::from_bytes(text.as_bytes()).map_err(|_| BuildCause::Header { text: text.clone() });
        Ok(Self {
            path: match &data.path {
                PathSource::Normal => Path::Normal,
                PathSource::Received => Path::Received,
                PathSource::Text(text) => Path::Text(text.clone(), query_mark(text)),
                PathSource::FirstOf(all) => {
                    Path::FirstOf(all.iter().map(|one| Substitution::compile(one, false)).collect::<Result<_, _>>()?)
                }
            },
            method: data.method.as_ref().map(method).transpose()?,
            host: data.host.clone(),
            headers: FieldTexts::compile(&data.headers)?,
        })
    }

    /// A path that says its own query ends in it.
    fn path(&self, exchange: &Exchange) -> Made {
        let own = || decoded(exchange.request.uri.path());
        match &self.path {
            Path::Received => (None, Vec::new()),
            Path::Normal => (Some(escaped_bare(&own())), Vec::new()),
            Path::Text(text, mark) => (Some(text_path(text, *mark, exchange)), Vec::new()),
            Path::FirstOf(all) => {
                let own = own();
                match all.iter().find_map(|one| one.once(&own, exchange)) {
                    // a `?` that the client escaped is no query: one of the replacement's own is not told apart
                    Some(found) => (Some(escaped_bare(&found.text)), found.matched),
                    None => (Some(escaped_bare(&own)), Vec::new()),
                }
            }
        }
    }

    fn change(&self, exchange: &mut Exchange) {
        let (path, matched) = self.path(exchange);
        let matched: Vec<Option<&str>> = matched.iter().map(Option::as_deref).collect();
        let headers = self.headers.fill(exchange, &matched);
        let host = self.host.as_ref().and_then(|text| HeaderValue::try_from(fill(text, exchange)).ok());
        if let Some(path) = path {
            exchange.forwarded_path = Some(if path.starts_with('/') { path } else { format!("/{path}") });
        }
        if host.is_some() {
            exchange.forwarded_host = host;
        }
        if let Some(method) = &self.method {
            exchange.request.method = method.clone();
        }
        // the client's own stays: routes and functions go by it
        let client_host = exchange.request.headers.get(HOST).cloned();
        headers.apply(&mut exchange.request.headers);
        match client_host {
            Some(host) => drop(exchange.request.headers.insert(HOST, host)),
            None => drop(exchange.request.headers.remove(HOST)),
        }
    }
}

impl Policy for Rewrite {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Running<'a> {
        self.change(exchange);
        Running::Done(Outcome::Continue)
    }
}

/// Where a text's own query begins.
fn query_mark(text: &RequestText) -> Option<(usize, usize)> {
    text.parts.iter().enumerate().find_map(|(at, part)| match part {
        TextPart::Text(text) => text.find('?').map(|mark| (at, mark)),
        TextPart::FirstOf(_) => None,
    })
}

/// The path is escaped, the query is not; what fills a place begins no query.
fn text_path(text: &RequestText, mark: Option<(usize, usize)>, exchange: &Exchange) -> String {
    let Some((at, bytes)) = mark else {
        return escaped_bare(&fill_with(text, exchange, &[], Escape::QueryMark).text);
    };
    let (mut path, mut query) = (RequestText::default(), RequestText::default());
    path.parts.extend_from_slice(&text.parts[..at]);
    query.parts.extend_from_slice(&text.parts[at..]);
    if let Some(TextPart::Text(whole)) = query.parts.first_mut() {
        let rest = whole.split_off(bytes);
        path.parts.push(TextPart::Text(std::mem::replace(whole, rest)));
    }
    let path = escaped_bare(&fill_with(&path, exchange, &[], Escape::QueryMark).text);
    path + &fill_with(&query, exchange, &[], Escape::None).text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::testing;
    use model::policy::{FieldTexts as Fields, Substitution as SubstitutionData};

    fn exchange(target: &str) -> Exchange {
        testing::of(http::Request::get(target).header("host", "h").header("x-r", "1").header("x-s", "old"))
    }

    fn check(path: PathSource, target: &str, expected: Option<&str>) {
        let mut exchange = exchange(target);
        let policy = Rewrite::compile(&Data { path: path.clone(), ..Data::default() }).unwrap();
        assert!(matches!(policy.run(&mut exchange).done(), Outcome::Continue));
        assert_eq!(exchange.forwarded_path.as_deref(), expected, "{path:?} {target}");
    }

    #[test]
    fn an_upstream_sees_another_path() {
        let text = |text: &str| PathSource::Text(RequestText::with_variables(text));
        let regex = |pairs: &[(&str, &str)]| {
            let one = |(regex, replacement): &(&str, &str)| SubstitutionData {
                regex: (*regex).to_owned(),
                replacement: RequestText::with_captures(replacement),
            };
            PathSource::FirstOf(pairs.iter().map(one).collect())
        };
        check(PathSource::Received, "/a//b/../%2F?q", None);
        check(PathSource::Normal, "/a//b/../%41%20?q", Some("/a/A%20"));
        check(text("/new"), "/a?q=1", Some("/new"));
        check(text("/x?y=1 2"), "/a?q=1", Some("/x?y=1 2"));
        check(text("/a b/$arg_q"), "/a?q=q%3Fr", Some("/a%20b/q%253Fr"));
        check(text("/$arg_q?z=$arg_q"), "/a?q=1", Some("/1?z=1"));
        check(regex(&[("^/re/(.*)/(.*)", "/$2/$1")]), "/re/a/b%20", Some("/b%20/a"));
        check(regex(&[("^/x", "/1"), ("^/y", "/2"), ("^/y", "/3")]), "/y/z", Some("/2/z"));
        check(regex(&[("^/x", "/1")]), "/y%3Fz", Some("/y%3Fz"));
        check(regex(&[("^/x/(.*)", "$1")]), "/x/y", Some("/y"));
    }

    #[test]
    fn method_host_and_header_change() {
        let text = RequestText::with_captures;
        let data = Data {
            path: PathSource::FirstOf(vec![SubstitutionData { regex: "^/(\\w+)".into(), replacement: text("/$1/b") }]),
            method: Some("PURGE".into()),
            host: Some(text("u.test")),
            headers: Fields {
                add: vec![("x-add".into(), text("$remote_addr")), ("x-add".into(), text("<$1>"))],
                set: vec![
                    ("x-s".into(), text("${1}-$arg_q")),
                    ("x-s".into(), text("2")),
                    ("x-none".into(), text("$arg_none")),
                    ("host".into(), text("other")),
                ],
                remove: vec!["x-r".into()],
            },
        };
        let mut exchange = exchange("/p?q=2");
        assert!(matches!(Rewrite::compile(&data).unwrap().run(&mut exchange).done(), Outcome::Continue));
        let headers = &exchange.request.headers;
        let added: Vec<&str> = headers.get_all("x-add").iter().map(|value| value.to_str().unwrap()).collect();
        assert_eq!(added, ["127.0.0.1", "<p>"]);
        let set: Vec<&str> = headers.get_all("x-s").iter().map(|value| value.to_str().unwrap()).collect();
        assert_eq!((set, headers["host"].to_str().unwrap()), (vec!["p-2", "2"], "h"));
        assert!(!headers.contains_key("x-r") && !headers.contains_key("x-none"));
        assert_eq!(exchange.request.method, "PURGE");
        assert_eq!(exchange.forwarded_host.unwrap(), "u.test");
        assert_eq!(exchange.forwarded_path.as_deref(), Some("/p/b"));
    }
}

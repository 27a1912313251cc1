//! What of a request's path a call to a URL appends.

use crate::exchange::{Client, Exchange};
use crate::failure::{Blame, Failure};
use crate::path::{escaped_bare, forwarded, has_dots};
use http::header::{FORWARDED, HOST};
use http::{HeaderMap, HeaderName, HeaderValue};
use model::answer::FailureKind;
use model::call::UrlPath;
use model::endpoint::{PathRewrite, PathRule, Seam};
use std::borrow::Cow;

/// Percent-encoded; empty when nothing is appended. A path with dot segments is refused: appended to the URL's own
/// it could lead out of there.
pub(super) fn appended<'a>(path: &UrlPath, exchange: &'a Exchange) -> Result<Cow<'a, str>, Box<Failure>> {
    let appended = match path {
        UrlPath::Fixed => return Ok(Cow::Borrowed("")),
        UrlPath::Append => Cow::Borrowed(exchange.request.uri.path()),
        UrlPath::Param(name) => {
            let value = exchange.params.iter().find(|(param, _)| **param == **name).map_or("", |(_, value)| value);
            escaped_bare(value).into()
        }
        UrlPath::Open(name) => open(name, exchange),
    };
    if appended.contains(['.', '%']) && has_dots(&appended) {
        let text = "a path with dot segments is not sent on";
        return Err(Failure::new(FailureKind::BadRequest, Blame::Client, text));
    }
    Ok(appended)
}

/// What the route's pattern leaves open, behind a slash.
fn open<'a>(name: &str, exchange: &'a Exchange) -> Cow<'a, str> {
    let Some(facts) = &exchange.route else { return Cow::Borrowed("") };
    if let Some((_, value)) = exchange.params.iter().find(|(param, _)| **param == *name) {
        return format!("/{}", escaped_bare(value)).into();
    }
    if !facts.template.ends_with('/') || !facts.open {
        return Cow::Borrowed("");
    }
    let rewrite = PathRewrite::StripMatched { prefix: "/".to_owned() };
    let rule = PathRule { rewrite, seam: Seam::Slash, normalized: true };
    forwarded(&rule, facts.normalization, exchange.request.uri.path(), exchange.matched)
}

const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const FORWARDED_PORT: HeaderName = HeaderName::from_static("x-forwarded-port");

/// The client's fields with what is told of its request; what it says of that itself is replaced.
pub(super) fn forwarded_fields(headers: &HeaderMap, client: &Client) -> HeaderMap {
    let mut told = headers.clone();
    told.remove(FORWARDED);
    told.insert(FORWARDED_PROTO, HeaderValue::from_static(if client.https { "https" } else { "http" }));
    let mut port = client.local.port();
    match headers.get(HOST) {
        Some(host) => {
            let named = host.to_str().ok().and_then(|host| host.rsplit_once(':'));
            port = named.and_then(|(_, port)| port.parse().ok()).unwrap_or(port);
            told.insert(FORWARDED_HOST, host.clone());
        }
        None => drop(told.remove(FORWARDED_HOST)),
    }
    told.insert(FORWARDED_PORT, HeaderValue::from(port));
    told
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::{RouteFacts, testing};
    use model::id::RouteId;
    use model::table::PathNormalization;
    use std::sync::Arc;

    #[test]
    fn what_is_appended_stays_under_the_url() {
        let param = || UrlPath::Param("rest".into());
        let cases = [
            (UrlPath::Fixed, "/a/../b", "x", Some("")),
            (UrlPath::Append, "/a%20b/.c", "x", Some("/a%20b/.c")),
            (UrlPath::Append, "/a/../b", "x", None),
            (UrlPath::Append, "/a/%2E%2e/b", "x", None),
            (UrlPath::Append, "/a/..", "x", None),
            (UrlPath::Append, "/a/..%2fb", "x", None),
            (UrlPath::Append, "/a/..%5Cb", "x", None),
            (param(), "/", "a b/ü?c#%", Some("a%20b/%C3%BC%3Fc%23%25")),
            (param(), "/", "a/../b", None),
            (UrlPath::Param("other".into()), "/", "x", Some("")),
        ];
        for (path, target, rest, expected) in cases {
            let mut exchange = testing::get(target);
            exchange.params.push(("rest".into(), rest.into()));
            assert_eq!(appended(&path, &exchange).ok().as_deref(), expected, "{path:?} {target} {rest}");
        }
    }

    #[test]
    fn what_a_pattern_leaves_open_is_led_on() {
        let normalization = PathNormalization { decode_all: true, merge_slashes: true, ..PathNormalization::default() };
        // pattern, whether it is a prefix, target, bytes that it covers
        let cases = [
            ("/aws/", true, "/aws/x/y", 5, Some("/x/y")),
            ("/aws/", true, "/aws/", 5, Some("/")),
            ("/aws/", true, "/aws/a%3Fb", 5, Some("/a%3Fb")),
            ("/aws/", true, "/aws/a%23b;c=d", 5, Some("/a%23b;c=d")),
            ("/aws/", true, "//aws//x", 7, Some("/x")),
            ("/aws", true, "/awsx", 4, Some("")),
            ("/aws/", false, "/aws/", 5, Some("")),
        ];
        for (template, open, target, matched, expected) in cases {
            let mut exchange = testing::get(target);
            let facts = RouteFacts { open, normalization, ..RouteFacts::plain(RouteId::new("r"), template) };
            (exchange.route, exchange.matched) = (Some(Arc::new(facts)), matched);
            let path = UrlPath::Open("ext".to_owned());
            assert_eq!(appended(&path, &exchange).ok().as_deref(), expected, "{template} {target}");
        }
        let mut exchange = testing::get("/a/b%20c/d");
        exchange.route = Some(Arc::new(RouteFacts::plain(RouteId::new("r"), "/a/(?P<ext>.*)/d$")));
        exchange.params.push(("ext".into(), "b c".into()));
        assert_eq!(appended(&UrlPath::Open("ext".to_owned()), &exchange).ok().as_deref(), Some("/b%20c"));
    }

    #[test]
    fn a_call_is_told_of_the_clients_request() {
        for (host, port) in [("a.test:81", "81"), ("a.test", "4000"), ("[::1]:5", "5")] {
            let request = http::Request::get("/").header("host", host).header("x-forwarded-proto", "forged");
            let exchange = testing::of(request.header("forwarded", "for=x"));
            let told = forwarded_fields(&exchange.request.headers, &exchange.client);
            assert_eq!(
                (&told["x-forwarded-host"], &told["x-forwarded-proto"]),
                (&HeaderValue::from_static(host), &HeaderValue::from_static("http"))
            );
            assert_eq!(told["x-forwarded-port"], port);
            assert!(!told.contains_key("forwarded"));
        }
    }
}

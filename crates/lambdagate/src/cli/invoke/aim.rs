//! What one call is aimed at: the function as a route or a source has it, and the payload.

use super::request::Written;
use crate::assemble::{calls, function_calls};
use crate::exit::Refusal;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST};
use http::{HeaderMap, HeaderValue, Method, Version};
use lambda::event::{self, EventRequest};
use model::Gateway;
use model::call::{Call, CallTimeouts, FunctionTarget, Invocation, Payload, Target};
use model::predicate::PathPattern;
use model::route::Route;
use policy::exchange::Params;
use proxy::router::{Asked, Router};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// The longest that Lambda lets a function run.
const LONGEST: Duration = Duration::from_secs(15 * 60);

/// One call, not yet made.
pub(in crate::cli) struct Aim {
    pub(in crate::cli) target: FunctionTarget,
    pub(in crate::cli) timeouts: CallTimeouts,
    pub(in crate::cli) payload: Bytes,
}

impl Aim {
    /// The function with this payload; region, endpoint and keys as the configuration calls it, or another function.
    pub(in crate::cli) fn by_name(gateway: &Gateway, function: &str, payload: Vec<u8>) -> Self {
        let all = || function_calls(gateway).map(|(_, target)| target);
        let known = all().find(|target| target.function == function).or_else(|| all().next());
        let target = FunctionTarget {
            function: function.to_owned(),
            qualifier: None,
            invocation: Invocation::RequestResponse,
            log_tail: true,
            aws: known.map(|target| target.aws.clone()).unwrap_or_default(),
        };
        Self { target, timeouts: CallTimeouts { total: LONGEST, ..CallTimeouts::default() }, payload: payload.into() }
    }

    /// The function as a route calls it, with the event that the route sends. Without a route the request finds it,
    /// without a request the route's pattern makes one.
    pub(in crate::cli) fn by_route(
        gateway: &Gateway,
        function: &str,
        route: Option<&str>,
        request: Option<Written>,
        body: &[u8],
    ) -> Result<Self, Refusal> {
        Self::of_route(gateway, Some(function), route, request, body).map(|(_, aim)| aim)
    }

    /// The same, with the route that it is of; without a function the route's first one.
    pub(in crate::cli) fn of_route(
        gateway: &Gateway,
        function: Option<&str>,
        route: Option<&str>,
        request: Option<Written>,
        body: &[u8],
    ) -> Result<(String, Self), Refusal> {
        let mut found = match (route, request) {
            (Some(name), request) => named(gateway, name, request)?,
            (None, Some(request)) => routed(gateway, request)?,
            (None, None) => return Err(Refusal::new("neither --route nor --request is given", "")),
        };
        let (call, target) = call_of(found.route, function)?;
        found.tell_media_type(body);
        let payload = found.event(&call.payload, body)?;
        Ok((found.route.id.to_string(), Self { target: target.clone(), timeouts: call.timeouts, payload }))
    }
}

/// A route with a request for it.
struct Found<'g> {
    route: &'g Route,
    matching: usize,
    params: Params,
    request: Written,
}

impl Found<'_> {
    /// A body without media type would be base64 in most events, which is hardly meant here.
    fn tell_media_type(&mut self, body: &[u8]) {
        let is_json = || serde_json::from_slice::<serde::de::IgnoredAny>(body).is_ok();
        let kind = match body {
            [] => return,
            _ if is_json() => "application/json",
            _ if std::str::from_utf8(body).is_ok() => "text/plain; charset=utf-8",
            _ => return,
        };
        self.request.headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static(kind));
    }

    fn event(&self, payload: &Payload, body: &[u8]) -> Result<Bytes, Refusal> {
        let pattern = self.route.matches.get(self.matching).and_then(|matching| matching.predicate.path.as_ref());
        let request = EventRequest {
            method: &self.request.method,
            version: Version::HTTP_11,
            https: self.request.https,
            path: &self.request.path,
            forwarded_path: None,
            received: None,
            query: self.request.query.as_deref(),
            headers: &self.request.headers,
            host: &self.request.host,
            template: pattern.map_or("", text),
            params: &self.params,
            source_ip: IpAddr::V4(Ipv4Addr::LOCALHOST),
            request_id: "lambdagate-invoke",
            time: SystemTime::now(),
            consumer: None,
            claims: None,
            body,
        };
        event::build(payload, &request).map_err(|error| Refusal::new(error.to_string(), ""))
    }
}

fn text(pattern: &PathPattern) -> &str {
    match pattern {
        PathPattern::Exact(text) | PathPattern::Prefix(text) | PathPattern::Regex(text) => text,
        PathPattern::Template(template) => &template.text,
    }
}

/// The route that takes the request; tables are asked in the order of the sources.
fn routed(gateway: &Gateway, request: Written) -> Result<Found<'_>, Refusal> {
    for table in &gateway.tables {
        if let Some((route, matching, params)) = find(&table.routes, table.normalization, &request)? {
            return Ok(Found { route: &table.routes[route], matching, params, request });
        }
    }
    let what = format!("no route takes {} {} of host {}", request.method, request.path, request.host);
    Err(Refusal::new(what, "routes may ask for a host or header fields: see --header 'host: …'"))
}

/// The route of this name, with the request if it takes it, else with one made of its pattern.
fn named<'g>(gateway: &'g Gateway, name: &str, request: Option<Written>) -> Result<Found<'g>, Refusal> {
    let is_it = |route: &Route| route.id.as_str() == name || route.id.as_str().rsplit('/').next() == Some(name);
    let mut all = gateway.tables.iter().flat_map(|table| table.routes.iter().map(move |route| (table, route)));
    let Some((table, route)) = all.find(|(_, route)| is_it(route)) else {
        let names: Vec<&str> = gateway.tables.iter().flat_map(|t| &t.routes).map(|route| route.id.as_str()).collect();
        return Err(Refusal::new(format!("no route is called {name:?}"), format!("there are: {}", names.join(", "))));
    };
    let request = request.map_or_else(|| made_for(route), Ok)?;
    let found = find([route], table.normalization, &request)?;
    let Some((_, matching, params)) = found else {
        let what = format!("the route {name:?} does not take {} {}", request.method, request.path);
        return Err(Refusal::new(what, "give --request that it takes, or leave out --route"));
    };
    Ok(Found { route, matching, params, request })
}

/// A request that a route without path parameters takes.
fn made_for(route: &Route) -> Result<Written, Refusal> {
    let predicate = route.matches.first().map(|matching| &matching.predicate);
    let path = match predicate.and_then(|predicate| predicate.path.as_ref()) {
        None => "/",
        Some(PathPattern::Exact(path) | PathPattern::Prefix(path)) => path,
        Some(PathPattern::Template(template)) if template.is_literal() => &template.text,
        Some(PathPattern::Template(_) | PathPattern::Regex(_)) => {
            let what = format!("the path of route {} has parameters", route.id);
            return Err(Refusal::new(what, "give them: --request 'GET /users/7'"));
        }
    };
    let method = predicate.and_then(|predicate| predicate.methods.first()).map_or("GET", String::as_str);
    Ok(Written {
        method: method.parse().unwrap_or(Method::GET),
        https: false,
        host: "localhost".to_owned(),
        path: path.to_owned(),
        query: None,
        headers: HeaderMap::from_iter([(HOST, HeaderValue::from_static("localhost"))]),
    })
}

type Place = (usize, usize, Params);

fn find<'r>(
    routes: impl IntoIterator<Item = &'r Arc<Route>>,
    normalization: model::table::PathNormalization,
    request: &Written,
) -> Result<Option<Place>, Refusal> {
    let router = Router::compile(routes, normalization).map_err(|error| Refusal::new(error.to_string(), ""))?;
    let found = router.find(&Asked {
        method: &request.method,
        host: &request.host,
        path: &request.path,
        query: request.query.as_deref(),
        headers: &request.headers,
        https: request.https,
        client: IpAddr::V4(Ipv4Addr::LOCALHOST),
        wire: policy::predicate::Wire {
            peer: (Ipv4Addr::LOCALHOST, 0).into(),
            local: (Ipv4Addr::LOCALHOST, 80).into(),
            server_name: None,
        },
        exchange: None,
        wants_body: None,
    });
    Ok(found.map(|found| (found.route, found.matching, found.params)))
}

/// The route's call of this function, or its first one.
fn call_of<'g>(route: &'g Route, function: Option<&str>) -> Result<(&'g Call, &'g FunctionTarget), Refusal> {
    let by_name = || {
        calls(route).filter_map(|call| match &call.target {
            Target::Function(target) => Some((call, target)),
            Target::Url(_) => None,
        })
    };
    let wanted = |target: &FunctionTarget| function.is_none_or(|function| target.function == function);
    by_name().find(|(_, target)| wanted(target)).ok_or_else(|| {
        let others: Vec<&str> = by_name().map(|(_, target)| target.function.as_str()).collect();
        let remedy = match others.as_slice() {
            [] => "it calls no function by name".to_owned(),
            others => format!("it calls {}", others.join(", ")),
        };
        let what = function.map_or_else(|| "a function by name".to_owned(), str::to_owned);
        Refusal::new(format!("the route {} does not call {what}", route.id), remedy)
    })
}

#[cfg(test)]
mod tests {
    use super::super::request;
    use super::*;
    use dialect::Dialect;

    const CONFIG: &str = "
aws: { region: eu-west-1 }
routes:
  - name: one
    match: { path: '/users/{id}', methods: [GET] }
    function: { name: users, event: http-v2 }
  - name: plain
    match: { path: /plain }
    function: { name: plain, event: http-v1 }
  - name: hosted
    match: { path: /, hosts: [api.example.com] }
    function: hosted
";

    fn gateway() -> Gateway {
        let (bytes, revision) = (Bytes::from_static(CONFIG.as_bytes()), store::Revision(1));
        let document =
            store::Document { key: "a.yaml".into(), bytes, created: revision, modified: revision, expires: None };
        let lowered = native::Native.lower(&[document].into(), &std::collections::BTreeMap::new());
        assert_eq!(lowered.findings, []);
        lowered.gateway
    }

    fn check(
        function: &str,
        route: Option<&str>,
        line: Option<&str>,
        header: Option<&str>,
        expected: Result<&str, &str>,
    ) {
        let headers: Vec<String> = header.into_iter().map(str::to_owned).collect();
        let request = line.map(|line| request::read(line, &headers).unwrap());
        let seen = Aim::by_route(&gateway(), function, route, request, b"hi").map_err(|refusal| refusal.to_string());
        match (seen, expected) {
            (Ok(aim), Ok(part)) => {
                let event = String::from_utf8(aim.payload.to_vec()).unwrap();
                assert!(event.contains(part), "{event}");
                assert_eq!(aim.target.aws.region.as_deref(), Some("eu-west-1"));
            }
            (Err(refusal), Err(part)) => assert!(refusal.contains(part), "{refusal}"),
            (seen, _) => panic!("{route:?} {line:?}: {:?}", seen.err()),
        }
    }

    #[test]
    fn event_is_the_one_that_the_route_sends() {
        check("users", None, Some("GET /users/7"), None, Ok(r#""pathParameters":{"id":"7"}"#));
        check("users", Some("one"), Some("/users/8?a=b"), None, Ok(r#""rawQueryString":"a=b""#));
        check("plain", Some("plain"), None, None, Ok(r#""body":"hi""#));
        check("hosted", None, Some("GET /"), Some("host: api.example.com"), Ok("api.example.com"));
        check("hosted", None, Some("GET http://api.example.com/"), None, Ok("api.example.com"));
    }

    #[test]
    fn what_does_not_fit_says_why() {
        check("users", None, Some("POST /users/7"), None, Err("no route takes POST /users/7"));
        check("hosted", None, Some("GET /"), None, Err("no route takes"));
        check("users", Some("two"), None, None, Err("no route is called \"two\""));
        check("users", Some("one"), None, None, Err("has parameters"));
        check("users", Some("one"), Some("/plain"), None, Err("does not take GET /plain"));
        check("other", None, Some("/plain"), None, Err("it calls plain"));
    }

    #[test]
    fn by_name_takes_the_settings_of_the_source() {
        let aim = Aim::by_name(&gateway(), "unknown", b"{}".to_vec());
        assert_eq!((aim.target.function.as_str(), aim.target.aws.region.as_deref()), ("unknown", Some("eu-west-1")));
        assert_eq!(Aim::by_name(&Gateway::default(), "f", vec![]).target.aws.region, None);
    }
}
